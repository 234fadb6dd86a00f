package columnar

import "unyo/engine/vector"

// pageValues is how far the values of a page have been read.
type pageValues struct {
	places runs           // of values in the dictionary
	body   []byte         // of plain values, what is still to be read; nil if they are read otherwise
	whole  *vector.Vector // of all other encodings: what the page has
	at     int            // of whole
	known  bool           // every place that can be written is one of the dictionary
}

// beginValues begins to read the values of a page.
func (l *parquetLeaf) beginValues(e encoding, body []byte) error {
	l.values = pageValues{}
	v := &l.values
	kind := l.node.leaf.kept
	switch {
	case e == asOldDictionary || e == asDictionary:
		if len(body) == 0 {
			return nil // it has nulls only, or reading will tell
		}
		var err error
		v.places, err = newRuns(body[1:], int(body[0]))
		v.known = l.dict != nil && body[0] < 32 && 1<<body[0] <= l.dict.Len
		return err
	case e == asPlain && kind != keptBoolean:
		v.body = body[:len(body):len(body)]
		return nil
	}
	there, err := l.countThere()
	if err != nil {
		return err
	}
	if err := l.file.hold(&l.heldPage, l.head.packed+2*l.head.plain+9*l.head.values); err != nil {
		return err
	}
	v.whole, err = l.all(e, body, there)
	return err
}

// countThere is how many values the page has that are there.
func (l *parquetLeaf) countThere() (there int, err error) {
	n := int(l.head.values)
	if l.maxDef == 0 {
		return n, nil
	}
	saved := l.defs
	defer func() { l.defs = saved }()
	for n > 0 {
		k := min(n, vector.BatchRows)
		_, some, err := l.levels(k)
		if err != nil {
			return 0, err
		}
		there, n = there+some, n-k
	}
	return there, nil
}

// plainEncoded tells whether values of the page are plain.
func (v *pageValues) plainEncoded() bool { return v.whole == nil && v.body != nil }

// fill reads the values of a part that are there.
func (l *parquetLeaf) fill(p *leafPart) (err error) {
	v := &l.values
	switch {
	case p.there == 0:
		p.dense = vector.New(KindOf(l.typ))
		return nil
	case v.whole != nil:
		if v.at+p.there > v.whole.Len {
			return errShort
		}
		p.dense = v.whole.Slice(v.at, v.at+p.there)
		v.at += p.there
		return nil
	case v.plainEncoded():
		p.dense, err = l.plainValues(p.there)
		return err
	case l.dict == nil:
		return corrupt("no dictionary")
	}
	l.index = resized(l.index, p.there)
	if err := readRuns(&v.places, l.index); err != nil {
		return err
	}
	p.index = l.index
	if v.known {
		return nil
	}
	most := uint32(0)
	for _, i := range l.index {
		most = max(most, i)
	}
	if int(most) >= l.dict.Len {
		return corrupt("place %d in a dictionary of %d", most, l.dict.Len)
	}
	return nil
}

// plainValues decodes the next n values of a page of plain ones.
func (l *parquetLeaf) plainValues(n int) (_ *vector.Vector, err error) {
	v, out := &l.values, &l.dense
	out.Len, out.Nulls = n, out.Nulls[:0]
	if l.node.leaf.kept == keptBytes {
		v.body, err = l.texts.plain(v.body, n)
		out.Kind, out.Data, out.Offsets = vector.Bytes, l.texts.data, l.texts.offsets
		if room := int64(cap(out.Data)); err == nil && room > mostBatchBytes {
			err = l.file.hold(&l.heldPage, l.head.plain+l.head.packed+room)
		}
	} else {
		here := v.body
		if v.body, err = l.passPlain(here, n); err == nil {
			err = l.raw(out, asPlain, here, n)
		}
	}
	if err != nil {
		return nil, err
	}
	return l.convert(out)
}

// passPlain is what follows n plain values.
func (l *parquetLeaf) passPlain(body []byte, n int) ([]byte, error) {
	width := 0
	switch l.node.leaf.kept {
	case keptBytes:
		return skipPlain(body, n)
	case keptFixed:
		width = int(l.node.leaf.width)
	default:
		width = l.node.leaf.kept.width()
	}
	if width < 0 || width > 0 && n > len(body)/width {
		return nil, errShort
	}
	return body[n*width:], nil
}

// skipValues passes over n values.
func (l *parquetLeaf) skipValues(n int) (err error) {
	v := &l.values
	switch {
	case n == 0:
	case v.whole != nil:
		v.at += n
	case v.plainEncoded():
		v.body, err = l.passPlain(v.body, n)
	default:
		err = v.places.skip(n)
	}
	return err
}
