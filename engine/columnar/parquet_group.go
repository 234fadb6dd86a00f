package columnar

func (t *compact) rowGroup(kind byte) (g rowGroup) {
	said := 0
	t.nested(kind, func(field int, kind byte) {
		switch field {
		case 1:
			t.list(kind, func(kind byte) { g.columns = append(g.columns, t.chunk(kind)) })
			said++
		case 3:
			g.rows = t.integer(kind)
			said++
		default:
			t.skip(kind, 0)
		}
	})
	if said < 2 {
		t.fail()
	}
	return g
}

func (t *compact) chunk(kind byte) (c chunk) {
	said := 0
	t.nested(kind, func(field int, kind byte) {
		switch field {
		case 1, 8, 9:
			c.elsewhere = true
			t.skip(kind, 0)
		case 3:
			t.nested(kind, func(field int, kind byte) { said += c.field(t, field, kind) })
		case 4:
			c.offsetAt = t.integer(kind)
		case 5:
			c.offsetSize = t.integer(kind)
		case 6:
			c.columnAt = t.integer(kind)
		case 7:
			c.columnSize = t.integer(kind)
		default:
			t.skip(kind, 0)
		}
	})
	if said < 4 && !c.elsewhere {
		t.fail()
	}
	return c
}

// field reads a field of ColumnMetaData, and tells with 1 that it is one that no chunk is without.
func (c *chunk) field(t *compact, field int, kind byte) int {
	switch field {
	case 4:
		c.codec = codec(t.integer(kind))
	case 5:
		c.values = t.integer(kind)
	case 7:
		c.size = t.integer(kind)
	case 9:
		c.data = t.integer(kind)
	case 11:
		c.dictionary = t.integer(kind)
		return 0
	case 12:
		c.stats = t.statistics(kind)
		return 0
	default:
		t.skip(kind, 1)
		return 0
	}
	return 1
}

func (t *compact) statistics(kind byte) (s statistics) {
	s.nulls = -1
	t.nested(kind, func(field int, kind byte) {
		switch field {
		case 1:
			s.oldHigh = t.binary(kind)
		case 2:
			s.oldLow = t.binary(kind)
		case 3:
			s.nulls = t.integer(kind)
		case 5:
			s.high = t.binary(kind)
		case 6:
			s.low = t.binary(kind)
		default:
			t.skip(kind, 1)
		}
	})
	return s
}

// pageIndex tells what values the pages of a chunk have.
type pageIndex struct {
	empty     []bool // it has nulls only
	low, high [][]byte
	nulls     []int64
}

func parsePageIndex(b []byte) (*pageIndex, error) {
	p, t := &pageIndex{}, compactOf(b)
	t.structure(0, func(field int, kind byte) {
		switch field {
		case 1:
			t.list(kind, func(byte) { p.empty = append(p.empty, t.byte() == thriftTrue) })
		case 2:
			t.list(kind, func(kind byte) { p.low = append(p.low, t.binary(kind)) })
		case 3:
			t.list(kind, func(kind byte) { p.high = append(p.high, t.binary(kind)) })
		case 5:
			t.list(kind, func(kind byte) { p.nulls = append(p.nulls, t.integer(kind)) })
		default:
			t.skip(kind, 0)
		}
	})
	return p, t.failure()
}

// pagePlace is where a page is.
type pagePlace struct{ at, first int64 } // byte of the file, row of the group

func parsePagePlaces(b []byte) (places []pagePlace, err error) {
	t := compactOf(b)
	t.structure(0, func(field int, kind byte) {
		if field != 1 {
			t.skip(kind, 0)
			return
		}
		t.list(kind, func(kind byte) {
			p := pagePlace{-1, -1}
			t.nested(kind, func(field int, kind byte) {
				switch field {
				case 1:
					p.at = t.integer(kind)
				case 3:
					p.first = t.integer(kind)
				default:
					t.skip(kind, 1)
				}
			})
			if p.at < 0 || p.first < 0 {
				t.fail()
			}
			places = append(places, p)
		})
	})
	return places, t.failure()
}
