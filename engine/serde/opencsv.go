package serde

import (
	"bytes"

	"unyo/engine/vector"
)

// openCSVRows reads OpenCSV's text: values between separators, which may stand in quotes. Within quotes the escape makes a
// quote or an escape of what follows; elsewhere it is dropped. A quote that is not closed ends the row before its field.
// Dates are days and instants milliseconds since 1970; what is not of its type fails the query, the empty text too.
// https://docs.aws.amazon.com/athena/latest/ug/csv-serde.html
type openCSVRows struct {
	separator, quote, escape byte
	nulls                    bool
	convert                  []converter // by place in the line; nil for what is not read
	out                      [][]int
	names                    []string
	room                     []byte
}

func openCSV(t *Table, o Object, columns []int, _ []*vector.Domain) (vector.Reader, error) {
	c := &openCSVRows{nulls: t.flag("use.null.for.invalid.data", false)}
	for _, p := range []struct {
		name, otherwise string
		into            *byte
	}{{"separatorChar", ",", &c.separator}, {"quoteChar", `"`, &c.quote}, {"escapeChar", `\`, &c.escape}} {
		v := t.property(p.name, p.otherwise)
		if len(v) == 1 {
			*p.into = v[0]
			continue
		}
		d, err := delimiter(p.name, v)
		if err != nil {
			return nil, err
		}
		*p.into = d
	}
	if c.escape == c.quote { // as if none were named
		c.escape = '\\'
	}
	d := dialect{epochs: true}
	for _, f := range t.Columns {
		c.names = append(c.names, f.Name)
	}
	c.convert, c.out = make([]converter, len(t.Columns)), make([][]int, len(t.Columns))
	for i, at := range columns {
		c.convert[at] = d.converter(t.Columns[at].Type)
		c.out[at] = append(c.out[at], i)
	}
	for len(c.out) > 0 && c.out[len(c.out)-1] == nil { // what stands behind the last column is not looked at
		c.out = c.out[:len(c.out)-1]
	}
	return t.openText(o, columns, c)
}

func (c *openCSVRows) parse(line []byte, out []*vector.Vector) (bool, error) {
	at := 0
	for place, to := range c.out {
		var field []byte
		ok := at <= len(line)
		if ok {
			field, at, ok = c.field(line, at)
		}
		if !ok {
			at = len(line) + 1
		}
		for _, o := range to {
			if !ok || c.nulls && !c.convert[place](out[o], field) {
				out[o].AppendNull()
			} else if !c.nulls && !c.convert[place](out[o], field) {
				return false, &BadDataError{Column: c.names[place], Value: string(field), Why: "For input string: \"" + string(field) + "\""}
			}
		}
	}
	return false, nil
}

// field is the field that begins at a place, and where the next one does.
func (c *openCSVRows) field(line []byte, from int) (field []byte, next int, ok bool) {
	end := bytes.IndexByte(line[from:], c.separator)
	if end < 0 {
		end = len(line) - from
	}
	plain := line[from : from+end]
	if bytes.IndexByte(plain, c.quote) < 0 && bytes.IndexByte(plain, c.escape) < 0 {
		return plain, from + end + 1, true
	}
	if len(plain) >= 2 && plain[0] == c.quote && plain[len(plain)-1] == c.quote {
		if inner := plain[1 : len(plain)-1]; bytes.IndexByte(inner, c.quote) < 0 && bytes.IndexByte(inner, c.escape) < 0 {
			return inner, from + end + 1, true
		}
	}
	return c.quoted(line, from)
}

// quoted reads a field in which there are quotes or escapes.
func (c *openCSVRows) quoted(line []byte, from int) (field []byte, next int, ok bool) {
	out, within := c.room[:0], false
	i := from
	for ; i < len(line); i++ {
		b := line[i]
		following := byte(0)
		if i+1 < len(line) {
			following = line[i+1]
		}
		switch {
		case b == c.escape:
			if within && i+1 < len(line) && (following == c.quote || following == c.escape) {
				out = append(out, following)
				i++
			}
		case b == c.quote:
			if within && following == c.quote && i+1 < len(line) {
				out = append(out, b)
				i++
				continue
			}
			// a quote in the middle of a field stands for itself as well
			if i > 2 && line[i-1] != c.separator && i+1 < len(line) && following != c.separator {
				if len(bytes.TrimSpace(out)) == 0 {
					out = out[:0]
				} else {
					out = append(out, b)
				}
			}
			within = !within
		case b == c.separator && !within:
			c.room = out
			return out, i + 1, true
		default:
			out = append(out, b)
		}
	}
	c.room = out
	return out, i + 1, !within
}
