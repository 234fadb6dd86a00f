package columnar

import (
	"encoding/binary"
	"maps"
	"math"
	"math/big"
	"slices"
)

// orcColumn is a column, and what it holds of the stripe begun.
type orcColumn struct {
	typ       *Type
	id        int
	parts     []*orcColumn
	v1        bool
	threshold float64

	present []bool
	nulls   bool
	ints    []int64 // integers, days, seconds; lengths of texts, lists and maps
	second  []int64 // nanoseconds, scales
	data    []byte  // texts, floating point, decimals
	held    int     // bytes, about
	stats   orcStats
	total   orcStats
}

// orcEpoch is 2015-01-01, from which timestamps count.
const orcEpoch = 1420070400

// put adds a value; below one that is null there is nothing.
func (c *orcColumn) put(v *Value) {
	c.present = append(c.present, v.Valid)
	c.held++
	if !v.Valid {
		c.nulls = true
		c.stats.null = true
		return
	}
	c.stats.add(c.typ, v)
	c.held += 8
	switch c.typ.Kind {
	case Boolean, Tinyint, Smallint, Int, Bigint, Date:
		c.ints = append(c.ints, v.Int)
	case Float:
		c.data = binary.LittleEndian.AppendUint32(c.data, math.Float32bits(float32(v.Float)))
	case Double:
		c.data = binary.LittleEndian.AppendUint64(c.data, math.Float64bits(v.Float))
	case Decimal:
		c.data = appendBig(c.data, v.Big)
		c.second = append(c.second, int64(c.typ.Scale))
	case Timestamp:
		c.putTimestamp(v)
	case Array, Map:
		n := len(c.parts)
		c.ints = append(c.ints, int64(len(v.Items)/n))
		for i := range v.Items {
			c.parts[i%n].put(&v.Items[i])
		}
	case Struct:
		for i, p := range c.parts {
			p.put(&v.Items[i])
		}
	default:
		c.ints = append(c.ints, int64(len(v.Bytes)))
		c.data = append(c.data, v.Bytes...)
		c.held += len(v.Bytes)
	}
}

// putTimestamp adds an instant. Readers take a second off those before 1970 with more than a millisecond behind the
// second, for the first writer rounded towards zero.
func (c *orcColumn) putTimestamp(v *Value) {
	seconds := v.Int
	if seconds < 0 && v.Nanos > 999999 {
		seconds++
	}
	c.ints = append(c.ints, seconds-orcEpoch)
	nanos, zeros := int64(v.Nanos), int64(0)
	if nanos != 0 && nanos%100 == 0 { // at least two zeros are worth it: they are counted instead
		for zeros = -1; nanos%10 == 0 && zeros < 7; zeros++ {
			nanos /= 10
		}
	}
	c.second = append(c.second, nanos<<3|zeros)
}

// appendBig adds a number of any size, zigzagged, seven bits a byte.
func appendBig(b []byte, n *big.Int) []byte {
	z := new(big.Int).Lsh(n, 1)
	if n.Sign() < 0 {
		z.Neg(z).Sub(z, big.NewInt(1))
	}
	for z.BitLen() > 7 {
		low := byte(new(big.Int).And(z, big.NewInt(0x7F)).Uint64())
		b = append(b, low|0x80)
		z.Rsh(z, 7)
	}
	return append(b, byte(z.Uint64()))
}

type orcStream struct {
	kind uint64
	data []byte
}

// encode makes the streams of what is held, and the column's encoding.
func (c *orcColumn) encode() (streams []orcStream, encoding proto) {
	add := func(kind uint64, data []byte) { streams = append(streams, orcStream{kind, data}) }
	if c.nulls {
		add(streamPresent, encodeBools(c.present))
	}
	kind := uint64(encodingDirectV2)
	if c.v1 {
		kind = encodingDirect
	}
	switch c.typ.Kind {
	case Boolean:
		bits := make([]bool, len(c.ints))
		for i, n := range c.ints {
			bits[i] = n == 1
		}
		kind = encodingDirect
		add(streamData, encodeBools(bits))
	case Tinyint:
		b := make([]byte, len(c.ints))
		for i, n := range c.ints {
			b[i] = byte(n)
		}
		kind = encodingDirect
		add(streamData, encodeBytes(b))
	case Smallint, Int, Bigint, Date:
		add(streamData, c.runs(c.ints, true))
	case Float, Double:
		kind = encodingDirect
		add(streamData, c.data)
	case Decimal:
		add(streamData, c.data)
		add(streamSecondary, c.runs(c.second, true))
	case Timestamp:
		add(streamData, c.runs(c.ints, true))
		add(streamSecondary, c.runs(c.second, false))
	case Array, Map:
		add(streamLength, c.runs(c.ints, false))
	case Struct:
		kind = encodingDirect
	default:
		if c.typ.Kind != Binary {
			if keys, places := c.dictionary(); keys != nil {
				return c.encodeDictionary(streams, keys, places)
			}
		}
		add(streamData, c.data)
		add(streamLength, c.runs(c.ints, false))
	}
	encoding.uint(1, kind)
	return streams, encoding
}

// dictionary is the column's distinct texts in order, and which of them each value is; nil if they are too many.
func (c *orcColumn) dictionary() (keys []string, places []int64) {
	seen := map[string]int64{}
	most := int(c.threshold * float64(len(c.ints)))
	at := 0
	for _, n := range c.ints {
		seen[string(c.data[at:at+int(n)])] = 0
		if at += int(n); len(seen) > most {
			return nil, nil
		}
	}
	keys = slices.Sorted(maps.Keys(seen))
	for i, k := range keys {
		seen[k] = int64(i)
	}
	at = 0
	for _, n := range c.ints {
		places = append(places, seen[string(c.data[at:at+int(n)])])
		at += int(n)
	}
	return keys, places
}

func (c *orcColumn) encodeDictionary(streams []orcStream, keys []string, places []int64) ([]orcStream, proto) {
	var all []byte
	lengths := make([]int64, len(keys))
	for i, k := range keys {
		all = append(all, k...)
		lengths[i] = int64(len(k))
	}
	kind := uint64(encodingDictionaryV2)
	if c.v1 {
		kind = encodingDictionary
	}
	var encoding proto
	encoding.uint(1, kind)
	encoding.uint(2, uint64(len(keys)))
	return append(streams,
		orcStream{streamData, c.runs(places, false)},
		orcStream{streamDictionary, all},
		orcStream{streamLength, c.runs(lengths, false)}), encoding
}

func (c *orcColumn) runs(v []int64, signed bool) []byte {
	if c.v1 {
		return encodeRunsV1(v, signed)
	}
	return encodeRunsV2(v, signed)
}

// reset forgets the stripe.
func (c *orcColumn) reset() {
	c.total.join(&c.stats)
	c.stats = orcStats{}
	c.present, c.ints, c.second, c.data = c.present[:0], c.ints[:0], c.second[:0], c.data[:0]
	c.nulls, c.held = false, 0
}
