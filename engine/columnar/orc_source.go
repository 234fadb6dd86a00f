package columnar

import (
	"encoding/binary"
	"math"
	"math/big"
	"time"
)

// orcSource is a column of a file that is read, and what it holds of the stripe that is open.
type orcSource struct {
	id    int
	typ   *Type // nil if this package does not know it
	below []uint64
	names []string
	parts []*orcSource

	streams  [streamSecondary + 1][]byte
	encoding uint64
	keys     uint64 // of the dictionary

	present []bool // nil if all are
	row     int
	at      int
	ints    []int64
	second  []int64
	data    []byte
	texts   [][]byte // of the dictionary
	numbers []*big.Int
	zone    *time.Location
}

// newSource reads a Type.
func newSource(m []byte, bad func()) *orcSource {
	c := &orcSource{}
	t := &Type{}
	kind := uint64(0)
	for p := range parts(m, bad) {
		switch p.field {
		case 1:
			kind = p.n
		case 2:
			c.below = append(c.below, p.numbers()...)
		case 3:
			c.names = append(c.names, string(p.b))
		case 4:
			t.Length = int(min(p.n, maxVarchar))
		case 5:
			t.Precision = int(min(p.n, maxDecimal))
		case 6:
			t.Scale = int(min(p.n, maxDecimal))
		}
	}
	if kind == 18 { // a timestamp with time zone
		kind = orcKinds[Timestamp]
	}
	for k, n := range orcKinds {
		if n == kind {
			t.Kind, c.typ = Kind(k), t
		}
	}
	if t.Kind == Decimal && t.Precision == 0 {
		t.Precision = maxDecimal
	}
	return c
}

func (c *orcSource) reset() {
	*c = orcSource{id: c.id, typ: c.typ, below: c.below, names: c.names, parts: c.parts}
}

// decode reads the column for n values of what it is in.
func (c *orcSource) decode(n int, zone string) (err error) {
	if c.streams[streamPresent] != nil {
		if c.present, err = decodeBools(c.streams[streamPresent], n); err != nil {
			return err
		}
		n = 0
		for _, p := range c.present {
			if p {
				n++
			}
		}
	}
	c.data = c.streams[streamData]
	switch c.typ.Kind {
	case Boolean:
		bits, err := decodeBools(c.data, n)
		for _, b := range bits {
			v := int64(0)
			if b {
				v = 1
			}
			c.ints = append(c.ints, v)
		}
		return err
	case Tinyint:
		b, err := decodeBytes(c.data, n)
		for _, v := range b {
			c.ints = append(c.ints, int64(int8(v)))
		}
		return err
	case Smallint, Int, Bigint, Date:
		c.ints, err = c.runs(streamData, n, true)
	case Float, Double:
		if len(c.data) < n*(4+4*int(c.typ.Kind-Float)) {
			return corrupt("a column ends too early")
		}
	case Decimal:
		return c.decodeDecimals(n)
	case Timestamp:
		return c.decodeTimestamps(n, zone)
	case Struct:
		return c.decodeParts(n, zone)
	case Array, Map:
		if c.ints, err = c.runs(streamLength, n, false); err != nil {
			return err
		}
		total, err := sum(c.ints, math.MaxInt32)
		if err != nil {
			return err
		}
		return c.decodeParts(total, zone)
	default:
		return c.decodeTexts(n)
	}
	return err
}

func (c *orcSource) decodeParts(n int, zone string) error {
	for _, p := range c.parts {
		if err := p.decode(n, zone); err != nil {
			return err
		}
	}
	return nil
}

// runs reads integers of the version that the column's encoding says.
func (c *orcSource) runs(stream, n int, signed bool) ([]int64, error) {
	if c.encoding >= encodingDirectV2 {
		return decodeRunsV2(c.streams[stream], n, signed)
	}
	return decodeRunsV1(c.streams[stream], n, signed)
}

// sum adds lengths, none of which may be negative.
func sum(lengths []int64, most int) (int, error) {
	total := int64(0)
	for _, n := range lengths {
		if n < 0 || n > int64(most)-total {
			return 0, corrupt("bad lengths")
		}
		total += n
	}
	return int(total), nil
}

func (c *orcSource) decodeDecimals(n int) (err error) {
	if c.second, err = c.runs(streamSecondary, n, true); err != nil {
		return err
	}
	b := c.data
	for _, scale := range c.second {
		v, size := bigVarint(b)
		if size == 0 || scale < 0 || scale > 100 {
			return corrupt("bad decimal")
		}
		b = b[size:]
		c.numbers = append(c.numbers, rescale(v, int(scale), c.typ.Scale))
	}
	return nil
}

// bigVarint undoes appendBig; size 0 says that there is no number.
func bigVarint(b []byte) (*big.Int, int) {
	v := new(big.Int)
	for i := 0; i < len(b) && i < 24; i++ {
		v.Or(v, new(big.Int).Lsh(big.NewInt(int64(b[i]&0x7F)), uint(7*i)))
		if b[i] < 0x80 {
			if v.Bit(0) == 1 {
				return v.Rsh(v, 1).Not(v), i + 1
			}
			return v.Rsh(v, 1), i + 1
		}
	}
	return nil, 0
}

func (c *orcSource) decodeTimestamps(n int, zone string) (err error) {
	if c.ints, err = c.runs(streamData, n, true); err != nil {
		return err
	}
	if c.second, err = c.runs(streamSecondary, n, false); err != nil {
		return err
	}
	return c.writtenIn(zone)
}

// writtenIn is the zone whose clocks a stripe's timestamps show.
func (c *orcSource) writtenIn(zone string) (err error) {
	c.zone = time.UTC
	if zone != "" && zone != "GMT" && zone != "UTC" {
		if c.zone, err = time.LoadLocation(zone); err != nil {
			return corrupt("unknown time zone %q", zone)
		}
	}
	return nil
}

func (c *orcSource) decodeTexts(n int) (err error) {
	if c.encoding != encodingDictionary && c.encoding != encodingDictionaryV2 {
		if c.ints, err = c.runs(streamLength, n, false); err == nil {
			_, err = sum(c.ints, len(c.data))
		}
		return err
	}
	if c.keys > math.MaxInt32 {
		return corrupt("bad dictionary")
	}
	lengths, err := c.runs(streamLength, int(c.keys), false)
	if err != nil {
		return err
	}
	all := c.streams[streamDictionary]
	if _, err = sum(lengths, len(all)); err != nil {
		return err
	}
	for _, l := range lengths {
		c.texts, all = append(c.texts, all[:l:l]), all[l:]
	}
	if c.ints, err = c.runs(streamData, n, false); err != nil {
		return err
	}
	for _, i := range c.ints {
		if i < 0 || i >= int64(len(c.texts)) {
			return corrupt("bad dictionary")
		}
	}
	return nil
}

// next is the column's next value.
func (c *orcSource) next() (v Value) {
	row := c.row
	c.row++
	if c.present != nil && !c.present[row] {
		return v
	}
	i := c.at
	c.at++
	v.Valid = true
	switch c.typ.Kind {
	case Boolean, Tinyint, Smallint, Int, Bigint, Date:
		v.Int = c.ints[i]
	case Float:
		v.Float = float64(math.Float32frombits(binary.LittleEndian.Uint32(c.data[4*i:])))
	case Double:
		v.Float = math.Float64frombits(binary.LittleEndian.Uint64(c.data[8*i:]))
	case Decimal:
		v.Big = c.numbers[i]
	case Timestamp:
		v.Int, v.Nanos = c.timestamp(c.ints[i], c.second[i])
	case Struct:
		v.Items = make([]Value, len(c.parts))
		for k, p := range c.parts {
			v.Items[k] = p.next()
		}
	case Array, Map:
		v.Items = []Value{}
		for range c.ints[i] {
			for _, p := range c.parts {
				v.Items = append(v.Items, p.next())
			}
		}
	default:
		if c.texts != nil {
			v.Bytes = c.texts[c.ints[i]]
			return v
		}
		n := c.ints[i]
		v.Bytes, c.data = c.data[:n:n], c.data[n:]
	}
	return v
}

// timestamp undoes putTimestamp; one written in another zone is what clocks there showed. Arrow writes what lies before
// 1970 as seconds rounded up and nanoseconds below zero.
func (c *orcSource) timestamp(seconds, packed int64) (int64, int32) {
	nanos := packed >> 3
	if zeros := packed & 7; zeros > 0 {
		for range zeros + 1 {
			nanos *= 10
		}
	}
	nanos %= 1e9
	if c.zone == time.UTC {
		seconds += orcEpoch
	} else {
		seconds += time.Date(2015, 1, 1, 0, 0, 0, 0, c.zone).Unix()
		_, offset := time.Unix(seconds, 0).In(c.zone).Zone()
		seconds += int64(offset)
	}
	if nanos < 0 {
		return seconds - 1, int32(nanos + 1e9)
	}
	if seconds < 0 && nanos > 999999 {
		seconds--
	}
	return seconds, int32(nanos)
}
