package insights

import (
	"bytes"
	"strings"
)

// lookup is how a field that an event has by itself is found.
type lookup func(r *row) Value

// system are the fields that every event has.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
var system = map[string]lookup{
	"@timestamp":     func(r *row) Value { return instant(float64(r.ev.Timestamp)) },
	"@ingestionTime": func(r *row) Value { return instant(float64(r.ev.Ingestion)) },
	"@message":       func(r *row) Value { return str(r.message()) },
	"@logStream":     func(r *row) Value { return str([]byte(r.group.Streams[r.ev.Stream])) },
	"@log":           func(r *row) Value { return str([]byte(r.group.Label)) },
	"@transformationError": func(r *row) Value {
		if m := r.transformed(); m != nil && m.Fault != "" {
			return str([]byte(m.Fault))
		}
		return Value{}
	},
	"@ptr": func(r *row) Value { return str([]byte(r.group.Pointer(r.ev))) },
}

// message is what the row's fields are looked up in.
func (r *row) message() []byte {
	if r.raw && r.ev.Raw != nil {
		return r.ev.Raw
	}
	if r.apart != nil && r.ev.Message == nil {
		m, err := r.apart.lines.Message(r.apart.at)
		if err != nil {
			panic(ended{err})
		}
		r.ev.Message = m
	}
	return r.ev.Message
}

// transformed is what a transformer has made of the row's event, found out once.
func (r *row) transformed() *Transformed {
	if r.group.Transform == nil {
		return nil
	}
	if !r.ev.asked {
		sent := r.message()
		if r.ev.Raw != nil {
			sent = r.ev.Raw
		}
		r.ev.asked, r.ev.made = true, r.group.Transform(r.ev, sent)
	}
	return r.ev.made
}

// field is the value of a slot.
func (r *row) field(slot int) Value {
	if !r.have[slot] {
		if r.ev == nil {
			return Value{}
		}
		if f := r.p.lookups[slot]; f != nil {
			r.set(slot, f(r))
		} else if !r.found {
			r.find()
		}
		if !r.have[slot] {
			r.set(slot, Value{})
		}
	}
	return r.vals[slot]
}

// find looks all fields that the query names up in the row's message: those of a JSON object, or of a format of AWS's.
func (r *row) find() {
	r.found = true
	if r.apart != nil {
		if x := r.apart.readings[r.apart.id]; x.sure {
			for i := range x.found {
				r.take(x.found[i].slot, r.made(&x.found[i].recipe))
			}
			return
		}
	}
	doc := r.document()
	if r.p.formats != nil && (doc == nil || r.group.Lambda) {
		r.format(r.message())
	}
	if doc == nil || len(r.p.paths) == 0 {
		return
	}
	f := finder{b: doc, at: 1, left: len(r.p.paths), row: r}
	f.object(r.p.paths, 0)
}

// document is the JSON object that a transformer has made, or that the message is, or, of a function, the first one in it; nil: there is none.
func (r *row) document() []byte {
	if m := r.transformed(); m != nil && m.Fields != nil {
		if r.raw && m.Raw != nil {
			return m.Raw
		}
		return m.Fields
	}
	m := r.message()
	at := 0
	for at < len(m) && (m[at] == ' ' || m[at] == '\t' || m[at] == '\n' || m[at] == '\r') {
		at++
	}
	if at < len(m) && m[at] == '{' {
		return m[at:]
	}
	if !r.group.Lambda {
		return nil
	}
	if at = bytes.IndexByte(m, '{'); at < 0 {
		return nil
	}
	return m[at:]
}

// take sets a slot that a command has not set meanwhile.
func (r *row) take(slot int, v Value) {
	if !r.have[slot] {
		r.set(slot, v)
	}
}

// jsonName is what a field's name is in the JSON text: one @ less if it begins with @@; ok=false: none can be called that.
func jsonName(name string) (string, bool) {
	if !strings.HasPrefix(name, "@") {
		return name, true
	}
	return name[1:], strings.HasPrefix(name, "@@")
}
