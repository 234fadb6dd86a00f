package columnar

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// find is the member of an object that a key names; -1 if there is none.
func (d *Decoder) find(p *plan, key []byte) int {
	if p.next < len(p.keys) && p.keys[p.next] == string(key) {
		p.next++
		return p.next - 1
	}
	i, ok := p.place[string(key)]
	if !ok && !isFolded(key) {
		i, ok = p.place[d.key(string(key))]
	}
	if !ok {
		return -1
	}
	p.next = i + 1
	return i
}

// isFolded tells whether no setting makes another key of a key.
func isFolded(key []byte) bool {
	for _, c := range key {
		if c == '.' || c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			return false
		}
	}
	return true
}

// WriteRecord adds the rows of a record: one JSON object, or several one after another. "An array of JSON documents is not a valid input."
// A record that is wrong anywhere gives no row, and ErrMalformed or ErrMismatch. The decoder is one of the writer's schema.
// https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion.html
func (w *Writer) WriteRecord(d *Decoder, record []byte) error {
	if err := d.fill(w.rows, record); err != nil {
		return err
	}
	return w.ifFull()
}

// fill adds the rows of a record to columns.
func (d *Decoder) fill(rows *held, record []byte) (err error) {
	s := &scanner{b: record}
	begun := rows.n
	for err == nil && (s.peek() != 0 || rows.n == begun) {
		if s.peek() != '{' {
			err = s.fail("no object")
			break
		}
		err = d.object(s, d.row, rows)
	}
	if err == nil && s.at < len(s.b) { // a zero byte
		err = s.fail("no object")
	}
	for err != nil && rows.n > begun {
		rows.pop()
	}
	return err
}

// object adds a struct; of keys that are the same the last counts. With an error nothing is added, here and below.
func (d *Decoder) object(s *scanner, p *plan, h *held) error {
	n := h.n
	p.next = 0
	err := s.each(func(key []byte) error {
		i := d.find(p, key)
		if i < 0 {
			_, err := s.skip()
			return err
		}
		part := h.parts[i]
		if len(part.present) > n {
			part.pop()
		}
		err := d.value(s, p.parts[i], part)
		if err != nil && !errors.Is(err, ErrMalformed) {
			err = fmt.Errorf("%s: %w", p.typ.Fields[i].Name, err)
		}
		return err
	})
	for _, part := range h.parts {
		switch has := len(part.present) > n; {
		case err == nil && !has:
			part.putNull()
		case err != nil && has:
			part.pop()
		}
	}
	if err == nil {
		h.there(0)
	}
	return err
}

func (d *Decoder) value(s *scanner, p *plan, h *held) error {
	c := s.peek()
	switch {
	case c == 'n':
		err := s.word("null")
		if err == nil {
			h.putNull()
		}
		return err
	case p.typ.Kind == Struct && c == '{':
		return d.object(s, p, h)
	case p.typ.Kind == Map && c == '{':
		return d.entries(s, p, h)
	case p.typ.Kind == Array && c == '[':
		n := 0
		return h.list(&n, s.list('[', ']', func() error {
			err := d.value(s, p.parts[0], h.parts[0])
			if err == nil {
				n++
			}
			return err
		}))
	case p.typ.Kind >= Array || c == '{' || c == '[':
		raw, err := s.skip()
		if err == nil && p.typ.Kind == String && !d.json.Hive { // OpenX gives a text column the JSON itself
			h.putText(raw)
			return nil
		}
		return orMismatch(err, p.typ, raw)
	}
	return d.scalar(s, p.typ, c, h)
}

// list ends a list or a map of n elements, or takes them back.
func (h *held) list(n *int, err error) error {
	if err == nil {
		h.putInt(int64(*n))
		return nil
	}
	for _, p := range h.parts {
		for range *n {
			p.pop()
		}
	}
	return err
}

// entries adds an object as a map. Of keys that are the same the last counts: if there are any, the object is read again.
func (d *Decoder) entries(s *scanner, p *plan, h *held) error {
	begun := *s
	n, last := 0, map[string]int{}
	keys := 0
	read := func(wanted func(key []byte) bool) error {
		n, keys = 0, 0
		return s.each(func(key []byte) error {
			keys++
			if !wanted(key) {
				_, err := s.skip()
				return err
			}
			k, err := d.convert(p.parts[0].typ, string(key), true)
			if err != nil {
				return err
			}
			if err = d.value(s, p.parts[1], h.parts[1]); err == nil {
				h.parts[0].put(&k)
				n++
			}
			return err
		})
	}
	err := read(func(key []byte) bool { last[string(key)] = keys; return true })
	if err == nil && len(last) < n {
		for _, part := range h.parts {
			for range n {
				part.pop()
			}
		}
		*s = begun
		err = read(func(key []byte) bool { return last[string(key)] == keys })
	}
	return h.list(&n, err)
}

// scalar adds a text, a number or a truth.
func (d *Decoder) scalar(s *scanner, t *Type, c byte, h *held) (err error) {
	var text []byte
	switch c {
	case '"':
		text, err = s.text()
	case 't':
		text, err = []byte("true"), s.word("true")
	case 'f':
		text, err = []byte("false"), s.word("false")
	default:
		text, err = s.number()
	}
	if err != nil {
		return err
	}
	isText, isTruth := c == '"', c == 't' || c == 'f'
	switch {
	case t.Kind == String, t.Kind == Binary:
		h.putText(text)
		return nil
	case d.json.Hive && isText && t.Kind <= Double, isTruth && t.Kind != Boolean && t.Kind < Varchar:
		return mismatch(t, string(text))
	case d.quick(h, text, isText):
		return nil
	}
	v, err := d.convert(t, string(text), isText)
	if err == nil {
		h.put(&v)
	}
	return err
}
