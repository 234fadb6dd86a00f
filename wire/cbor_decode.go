package wire

import (
	"unsafe"
)

// The smithy-rpc-v2-cbor protocol: one CBOR map (RFC 8949) in, one out.
// https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html

const (
	cborUint = iota
	cborNegative
	cborBytes
	cborText
	cborArray
	cborMap
	cborTag
	cborSimple

	cborFalse     = 20
	cborTrue      = 21
	cborNull      = 22
	cborUndefined = 23
	cborBreak     = 0xff
)

type cborDecoder struct {
	src  []byte
	pos  int
	slab slab
}

func decodeCBORBody(r *Request, p *Plan, base unsafe.Pointer) error {
	body, err := r.plainBody()
	if err != nil {
		return err
	}
	if len(body) == 0 {
		return nil
	}
	return decodeCBOR(body, p, base)
}

func decodeCBOR(src []byte, p *Plan, base unsafe.Pointer) error {
	d := cborDecoder{src: src, slab: newSlab(len(src))}
	if err := d.structure(p, base, 0); err != nil {
		return err
	}
	if d.pos != len(src) {
		return serialization(errNotCBOR)
	}
	return nil
}

const errNotCBOR = "Unable to parse the request body as CBOR"

func errCBOR() error { return serialization(errNotCBOR) }

func (d *cborDecoder) structure(p *Plan, base unsafe.Pointer, depth int) error {
	h, err := d.open(cborMap, errNotStruct, depth)
	if err != nil {
		return err
	}
	for i := uint64(0); d.more(h, i); i++ {
		name, err := d.text()
		if err != nil {
			return err
		}
		n, known := p.byCBOR[name]
		switch {
		case !known:
			err = d.skip(depth + 1)
		case d.null():
			p.Members[n].clear(base)
		default:
			m := &p.Members[n]
			err = d.value(m.Value, m.room(base, &d.slab), depth+1)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *cborDecoder) value(v *Value, p unsafe.Pointer, depth int) error {
	switch v.Kind {
	case List, Map, Struct:
		if d.null() { // inside a list; the place stays
			return nil
		}
		return d.collection(v, p, depth)
	case String:
		if d.null() {
			return nil
		}
		s, err := d.text()
		setText(p, s)
		return err
	case Document:
		doc, err := d.document(depth)
		setDocument(p, doc)
		return err
	case Stream, Events:
		return d.skip(depth)
	}
	h, tagged, err := d.head()
	if err != nil {
		return err
	}
	if h.name() == "NULL_VALUE" {
		return nil
	}
	return d.scalar(v, p, h, tagged)
}

func (d *cborDecoder) collection(v *Value, p unsafe.Pointer, depth int) error {
	if v.Kind == Struct {
		return d.structure(v.Struct, p, depth)
	}
	if v.Kind == List {
		h, err := d.open(cborArray, errNotList, depth)
		if err != nil {
			return err
		}
		begin(p)
		for i := uint64(0); d.more(h, i); i++ {
			if d.slab.over() {
				return serialization(errTooLarge)
			}
			if err := d.value(v.Elem, v.push(p, &d.slab), depth+1); err != nil {
				return err
			}
		}
		return nil
	}
	h, err := d.open(cborMap, errNotMap, depth)
	if err != nil {
		return err
	}
	m := v.beginMap(p, &d.slab)
	for i := uint64(0); d.more(h, i); i++ {
		key, err := d.text()
		if err != nil {
			return err
		}
		if d.null() {
			continue
		}
		if d.slab.over() {
			return serialization(errTooLarge)
		}
		if err := m.put(key, func(e unsafe.Pointer) error { return d.value(v.Elem, e, depth+1) }); err != nil {
			return err
		}
	}
	return nil
}

// skip reads one item of any kind and forgets it.
func (d *cborDecoder) skip(depth int) error {
	h, _, err := d.head()
	if err != nil {
		return err
	}
	per := 1
	switch h.major {
	case cborBytes, cborText:
		_, err := d.bytes(h)
		return err
	case cborMap:
		per = 2
	case cborArray:
	default:
		return nil
	}
	if depth >= maxDepth {
		return serialization(errTooDeep)
	}
	for i := uint64(0); d.more(h, i); i++ {
		for range per {
			if err := d.skip(depth + 1); err != nil {
				return err
			}
		}
	}
	return nil
}

// scalar puts the item that h begins into a number, boolean, instant or blob.
func (d *cborDecoder) scalar(v *Value, p unsafe.Pointer, h head, tagged int64) error {
	switch v.Kind {
	case Int32, Int64:
		if n, ok := h.integer(); ok && v.setInteger(p, n) {
			return nil
		}
	case Float32, Float64:
		if f, ok := h.float(); ok {
			v.setFloat(p, f)
			return nil
		}
	case Bool:
		if h.major == cborSimple && (h.info == cborFalse || h.info == cborTrue) {
			*(*bool)(p) = h.info == cborTrue
			return nil
		}
	case Blob:
		if h.major == cborBytes {
			b, err := d.bytes(h)
			setBlob(p, b)
			return err
		}
		return serialization(h.name() + " can not be converted to a Blob")
	case Time:
		if f, ok := h.float(); ok && (tagged == 1 || tagged == -1) {
			if t, ok := timeOfSeconds(f); ok {
				*(*timeValue)(p) = t
				return nil
			}
		}
	}
	return serialization("%s can not be converted to %s", h.name(), v.kindName())
}
