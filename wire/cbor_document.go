package wire

// document reads any item as package json's document is made of.
func (d *cborDecoder) document(depth int) (any, error) {
	at := d.pos
	h, _, err := d.head()
	if err != nil {
		return nil, err
	}
	if depth >= maxDepth {
		return nil, serialization(errTooDeep)
	}
	if d.slab.spent += 2 * documentCost; d.slab.over() {
		return nil, serialization(errTooLarge)
	}
	switch h.major {
	case cborUint, cborNegative:
		if n, ok := h.integer(); ok {
			return n, nil
		}
		f, _ := h.float()
		return f, nil
	case cborBytes:
		return d.bytes(h)
	case cborText:
		d.pos = at
		return d.text()
	case cborArray:
		list := []any{}
		for i := uint64(0); d.more(h, i); i++ {
			e, err := d.document(depth + 1)
			if err != nil {
				return nil, err
			}
			list = append(list, e)
		}
		return list, nil
	case cborMap:
		m := map[string]any{}
		for i := uint64(0); d.more(h, i); i++ {
			key, err := d.text()
			if err != nil {
				return nil, err
			}
			if m[key], err = d.document(depth + 1); err != nil {
				return nil, err
			}
		}
		return m, nil
	}
	switch h.info {
	case cborFalse, cborTrue:
		return h.info == cborTrue, nil
	}
	if f, ok := h.float(); ok {
		return f, nil
	}
	return nil, nil
}
