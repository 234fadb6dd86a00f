package gateway

import (
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// hidden stands in the journal where a secret stood, as in CloudTrail.
const hidden = "HIDDEN_DUE_TO_SECURITY_REASONS"

// maxParameters bounds what the journal keeps of one input or output, in bytes. CloudTrail leaves out
// what is over 100 KB; the journal shares a row of 64 KiB with the rest of the entry.
const maxParameters = 24 << 10

// parameters renders an input or output, which is called what, as CloudTrail does: members by name with a small first letter,
// secrets hidden, bodies left out. nil when there is nothing to show. Of what is too large it says so.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
func parameters(v any, what string) json.RawMessage {
	p := printer{}
	return p.print(v, what)
}

// address is parameters of a call on data: what names it, in the path, the query and the headers, and nothing of the data.
func address(in any) json.RawMessage {
	p := printer{addressed: true}
	return p.print(in, "requestParameters")
}

type printer struct {
	b         []byte
	addressed bool // only members bound to path, query and headers
}

func (p *printer) print(v any, what string) json.RawMessage {
	if v == nil {
		return nil
	}
	p.value(reflect.ValueOf(v))
	if p.over() {
		return json.RawMessage(`{"omitted":true,"reason":"` + what + ` too large"}`)
	}
	if len(p.b) <= 2 {
		return nil
	}
	return p.b
}

func (p *printer) over() bool { return len(p.b) > maxParameters }

func (p *printer) value(v reflect.Value) {
	if p.over() {
		return
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			p.b = append(p.b, "null"...)
			return
		}
		p.value(v.Elem())
	case reflect.Struct:
		if t, ok := v.Interface().(time.Time); ok {
			p.b = strconv.AppendQuote(p.b, t.UTC().Format(time.RFC3339))
			return
		}
		p.structure(v)
	case reflect.Slice:
		p.list(v)
	case reflect.Map:
		p.dictionary(v)
	case reflect.String:
		p.text(v.String())
	case reflect.Bool, reflect.Int32, reflect.Int64, reflect.Float32, reflect.Float64:
		b, err := json.Marshal(v.Interface())
		if err != nil { // NaN, infinity
			b = []byte("null")
		}
		p.b = append(p.b, b...)
	default:
		p.b = append(p.b, "null"...)
	}
}

func (p *printer) text(s string) {
	b, _ := json.Marshal(s) // strings always marshal
	p.b = append(p.b, b...)
}

func (p *printer) structure(v reflect.Value) {
	t := v.Type()
	p.b = append(p.b, '{')
	first := true
	for i := range t.NumField() {
		tag := t.Field(i).Tag.Get("aws")
		if bound := t.Field(i).Tag.Get("http"); p.addressed && (bound == "" || bound == "payload") {
			continue
		}
		f := v.Field(i)
		if t.Field(i).Name == "_" || tag == "" || isNil(f) || f.Kind() == reflect.Func || f.Kind() == reflect.Interface {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		if !first {
			p.b = append(p.b, ',')
		}
		first = false
		p.text(lowerFirst(name))
		p.b = append(p.b, ':')
		if slices.Contains(strings.Split(options, ","), "sensitive") {
			p.text(hidden)
		} else {
			p.value(f)
		}
	}
	p.b = append(p.b, '}')
}

func (p *printer) list(v reflect.Value) {
	if v.Type().Elem().Kind() == reflect.Uint8 { // bytes are data, not parameters
		p.text("(" + strconv.Itoa(v.Len()) + " bytes)")
		return
	}
	p.b = append(p.b, '[')
	for i := range v.Len() {
		if i > 0 {
			p.b = append(p.b, ',')
		}
		p.value(v.Index(i))
	}
	p.b = append(p.b, ']')
}

func (p *printer) dictionary(v reflect.Value) {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	p.b = append(p.b, '{')
	for i, k := range keys {
		if i > 0 {
			p.b = append(p.b, ',')
		}
		p.text(k.String())
		p.b = append(p.b, ':')
		p.value(v.MapIndex(k))
	}
	p.b = append(p.b, '}')
}
