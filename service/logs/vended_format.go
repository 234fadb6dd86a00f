package logs

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"unyo/api/rt"
	"unyo/engine/columnar"
	"unyo/kernel/vend"
)

// fields are what a delivery's records have, in their order.
func (p *consignment) fields() []string {
	if p.flight.As.Fields != nil {
		return p.flight.As.Fields
	}
	return p.log.fields
}

func (p *consignment) delimiter() string {
	if p.flight.As.Delimiter != nil {
		return rt.Val(p.flight.As.Delimiter)
	}
	return defaultDelimiter
}

// file is the records as an object's content.
func (p *consignment) file() ([]byte, error) {
	if p.to.Format == "parquet" {
		return p.parquet()
	}
	var b strings.Builder
	if p.to.Format == "w3c" { // https://www.w3.org/TR/WD-logfile.html
		b.WriteString("#Version: 1.0\n#Fields: " + strings.Join(p.fields(), " ") + "\n")
	}
	for i := range p.records {
		b.WriteString(p.line(&p.records[i]))
		b.WriteByte('\n')
	}
	return pack([]byte(b.String()))
}

// line is a record as one line of text.
func (p *consignment) line(r *vend.Record) string {
	if p.log == &auditLog {
		return textOf(r.Fields["line"])
	}
	if p.to.Format == "json" || p.to.Format == "parquet" {
		return string(p.object(r))
	}
	var parts []string
	for _, name := range p.fields() {
		v := textOf(r.Fields[name])
		if p.to.Format != "raw" { // there, what stands between fields cannot stand within
			v = strings.NewReplacer("\n", " ", "\r", " ", p.delimiter(), "%"+strconv.FormatInt(int64(p.delimiter()[0]), 16)).Replace(v)
		}
		parts = append(parts, v)
	}
	return strings.Join(parts, p.delimiter())
}

// object is a record as JSON, its members in the delivery's order.
func (p *consignment) object(r *vend.Record) []byte {
	b := []byte{'{'}
	for i, name := range p.fields() {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendJSON(b, name), ':')
		if text, ok := r.Fields[name].(string); ok {
			b = appendJSON(b, text)
			continue
		}
		v, err := json.Marshal(r.Fields[name])
		if err != nil { // of numbers, truth values and nil only what is no number
			v = []byte("null")
		}
		b = append(b, v...)
	}
	return append(b, '}')
}

// textOf is a value as it stands between delimiters.
func textOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "-"
	case string:
		if v == "" {
			return "-"
		}
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	}
	return "-"
}

// parquet is the records as a file of columns: strings, and bigints for what is counted.
func (p *consignment) parquet() ([]byte, error) {
	var schema columnar.Schema
	for _, name := range p.fields() {
		kind := columnar.String
		if slices.Contains(p.log.numbers, name) {
			kind = columnar.Bigint
		}
		schema = append(schema, columnar.Field{Name: name, Type: &columnar.Type{Kind: kind}})
	}
	var b bytes.Buffer
	w, err := columnar.Parquet{}.NewWriter(&b, schema)
	if err != nil {
		return nil, err
	}
	for i := range p.records {
		row := make([]columnar.Value, len(schema))
		for c, f := range schema {
			switch v := p.records[i].Fields[f.Name].(type) {
			case float64:
				row[c] = columnar.Value{Valid: true, Int: int64(v)}
			case string:
				row[c] = columnar.Value{Valid: true, Bytes: []byte(v)}
			}
		}
		if err := w.Write(row); err != nil {
			return nil, err
		}
	}
	err = w.Close()
	return b.Bytes(), err
}

// sizeOfFields is about how long a record is.
func sizeOfFields(fields map[string]any) (n int) {
	for name, v := range fields {
		text, _ := v.(string)
		list, _ := v.([]any)
		for _, item := range list {
			line, _ := item.(string)
			n += len(line) + eventOverhead
		}
		n += len(name) + len(text) + 16
	}
	return n
}
