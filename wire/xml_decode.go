package wire

import (
	"bytes"
	"net/http"
	"unsafe"

	"unyo/base/awserr"
)

type xmlDecoder struct {
	xmlScanner
	slab slab
}

// malformedXML is how S3 refuses a body.
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
func malformedXML(why string) error {
	if why == "" {
		why = errXMLSyntax
	}
	return awserr.New(http.StatusBadRequest, "MalformedXML", why)
}

func (d *xmlDecoder) err() error { return malformedXML(d.why) }

// decodeXML fills the structure at base from the document src, whose root element may have any name but
// must be root where root is given. A document of nothing leaves the structure as it is.
func decodeXML(src []byte, root string, p *Plan, base unsafe.Pointer) (found bool, err error) {
	if !validXML(src) {
		return false, malformedXML("")
	}
	d := xmlDecoder{xmlScanner: xmlScanner{src: src}, slab: newSlab(len(src))}
	t, none, ok := d.root()
	if !ok {
		return false, d.err()
	}
	if none {
		return false, nil
	}
	if root != "" && string(local(t.name)) != root {
		return false, malformedXML("")
	}
	if err := d.structure(p, base, t, 0); err != nil {
		return false, err
	}
	if !d.between() || d.pos != len(src) {
		return false, d.err()
	}
	return true, nil
}

// bounded refuses what is nested too deeply or asks for too much memory.
func (d *xmlDecoder) bounded(depth int) error {
	if depth >= maxDepth {
		return malformedXML(errTooDeep)
	}
	if d.slab.over() {
		return malformedXML(errTooLarge)
	}
	return nil
}

// structure reads the element whose tag was t.
func (d *xmlDecoder) structure(p *Plan, base unsafe.Pointer, t xmlTag, depth int) error {
	if err := d.bounded(depth); err != nil {
		return err
	}
	if err := d.attributesInto(p, base, t); err != nil {
		return err
	}
	if t.empty {
		return nil
	}
	for {
		c, done, ok := d.child(t.name)
		if !ok {
			return d.err()
		}
		if done {
			return nil
		}
		i, known := p.byXML[string(c.name)]
		if !known {
			i, known = p.byXML[string(local(c.name))]
		}
		if !known || p.Members[i].wire.attr {
			if !d.skip(c, depth+1) {
				return d.err()
			}
			continue
		}
		m := &p.Members[i]
		if err := d.member(m, base, c, depth); err != nil {
			return err
		}
	}
}

func (d *xmlDecoder) attributesInto(p *Plan, base unsafe.Pointer, t xmlTag) error {
	if len(p.attrs) == 0 || len(t.attrs) == 0 {
		return nil
	}
	ok := d.attributes(t.attrs, func(name, value []byte) bool {
		for _, i := range p.attrs {
			m := &p.Members[i]
			if m.wire.xml != string(name) && string(local([]byte(m.wire.xml))) != string(local(name)) {
				continue
			}
			text, ok := d.unescape(value)
			if !ok || !m.Value.setText(m.room(base, &d.slab), alias(text), timeISO) {
				return d.fail(errXMLSyntax)
			}
		}
		return true
	})
	if !ok {
		return d.err()
	}
	return nil
}

// member reads the element c into member m. Elements of flat lists and maps come one by one.
func (d *xmlDecoder) member(m *Member, base unsafe.Pointer, c xmlTag, depth int) error {
	v := m.Value
	if m.wire.flat && v.Kind == List {
		p := unsafe.Add(base, m.offset)
		if m.ptr(base) == nil {
			begin(p)
		}
		return d.value(v.Elem, v.push(p, &d.slab), c, depth+1)
	}
	if m.wire.flat && v.Kind == Map {
		p := unsafe.Add(base, m.offset)
		if m.ptr(base) != nil {
			return d.pair(v, v.sameMap(p, &d.slab), c, depth+1)
		}
		return d.pair(v, v.beginMap(p, &d.slab), c, depth+1)
	}
	return d.value(v, m.room(base, &d.slab), c, depth+1)
}

// value reads the element c, whose tag is consumed, into the value at p.
func (d *xmlDecoder) value(v *Value, p unsafe.Pointer, c xmlTag, depth int) error {
	if err := d.bounded(depth); err != nil {
		return err
	}
	switch v.Kind {
	case Struct:
		return d.structure(v.Struct, p, c, depth)
	case List:
		begin(p)
		return d.each(c, v.xml.itemName(), depth, func(e xmlTag) error { return d.value(v.Elem, v.push(p, &d.slab), e, depth+1) })
	case Map:
		m := v.beginMap(p, &d.slab)
		return d.each(c, "entry", depth, func(e xmlTag) error { return d.pair(v, m, e, depth+1) })
	case Document, Stream, Events:
		if !d.skip(c, depth) {
			return d.err()
		}
		return nil
	}
	var text []byte
	if !c.empty {
		var ok bool
		if text, ok = d.content(c.name, depth); !ok {
			return d.err()
		}
	}
	if v.Kind != String {
		text = bytes.TrimSpace(text)
	}
	if !v.setText(p, alias(text), timeISO) {
		return malformedXML("")
	}
	if v.Kind == Blob && blobAt(p) == nil {
		setBlob(p, []byte{})
	}
	return nil
}

// each calls f for the elements called name inside c; others are skipped.
func (d *xmlDecoder) each(c xmlTag, name string, depth int, f func(e xmlTag) error) error {
	if c.empty {
		return nil
	}
	for {
		e, done, ok := d.child(c.name)
		if !ok {
			return d.err()
		}
		if done {
			return nil
		}
		if string(local(e.name)) == name {
			if err := f(e); err != nil {
				return err
			}
		} else if !d.skip(e, depth+1) {
			return d.err()
		}
	}
}

// pair reads <key>…</key><value>…</value> inside c into m.
func (d *xmlDecoder) pair(v *Value, m entries, c xmlTag, depth int) error {
	if err := d.bounded(depth); err != nil {
		return err
	}
	if c.empty {
		return nil
	}
	return m.late(func(p unsafe.Pointer) (key string, err error) {
		for {
			e, done, ok := d.child(c.name)
			if !ok {
				return "", d.err()
			}
			if done {
				return key, nil
			}
			switch string(local(e.name)) {
			case v.xml.keyName():
				var text []byte
				if !e.empty {
					if text, ok = d.content(e.name, depth); !ok {
						return "", d.err()
					}
				}
				key = string(text)
			case v.xml.valName():
				if err := d.value(v.Elem, p, e, depth+1); err != nil {
					return "", err
				}
			default:
				if !d.skip(e, depth+1) {
					return "", d.err()
				}
			}
		}
	})
}
