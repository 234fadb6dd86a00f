package columnar

import (
	"encoding/binary"
	"math"
	"slices"

	"unyo/engine/vector"
)

// orcColumn is a column that is written.
type orcColumn struct {
	*held
	id        int
	parts     []*orcColumn
	v1        bool
	threshold float64
	total     orcStats
}

// orcEpoch is 2015-01-01, from which timestamps count.
const orcEpoch = 1420070400

// instants are seconds from ORC's epoch, and what is behind them. Readers take a second off those before 1970 with more than a millisecond
// behind the second, for the first writer rounded towards zero.
func (c *orcColumn) instants() (seconds, behind []int64) {
	seconds, behind = make([]int64, c.n), make([]int64, c.n)
	for i, s := range c.ints {
		if s < 0 && c.nanos[i] > 999999 {
			s++
		}
		nanos, zeros := int64(c.nanos[i]), int64(0)
		if nanos != 0 && nanos%100 == 0 { // at least two zeros are worth it: they are counted instead
			for zeros = -1; nanos%10 == 0 && zeros < 7; zeros++ {
				nanos /= 10
			}
		}
		seconds[i], behind[i] = s-orcEpoch, nanos<<3|zeros
	}
	return seconds, behind
}

// appendWide adds a number of 128 bits, zigzagged, seven bits a byte.
func appendWide(b []byte, n vector.Int128) []byte {
	sign := uint64(n.Hi >> 63)
	high, low := uint64(n.Hi)<<1|n.Lo>>63, n.Lo<<1
	for high, low = high^sign, low^sign; high > 0 || low >= 0x80; high, low = high>>7, low>>7|high<<57 {
		b = append(b, byte(low)|0x80)
	}
	return append(b, byte(low))
}

// floatBytes are the bits of floats and doubles.
func (c *orcColumn) floatBytes() (b []byte) {
	for _, f := range c.floats {
		if c.typ.Kind == Float {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(float32(f)))
		} else {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(f))
		}
	}
	return b
}

// lengths are how long texts are.
func (c *orcColumn) lengths() []int64 {
	out, last := make([]int64, c.n), 0
	for i, end := range c.ends {
		out[i], last = int64(end-last), end
	}
	return out
}

type orcStream struct {
	kind uint64
	data []byte
}

// encode makes the streams of what is held, and the column's encoding.
func (c *orcColumn) encode() (streams []orcStream, encoding proto) {
	add := func(kind uint64, data []byte) { streams = append(streams, orcStream{kind, data}) }
	if len(c.present) > c.n {
		add(streamPresent, encodeBools(c.present))
	}
	kind := uint64(encodingDirectV2)
	if c.v1 {
		kind = encodingDirect
	}
	switch c.typ.Kind {
	case Boolean:
		bits := make([]byte, c.n)
		for i, n := range c.ints {
			bits[i] = byte(n)
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
		add(streamData, c.floatBytes())
	case Decimal:
		var digits []byte
		for _, n := range c.wides {
			digits = appendWide(digits, n)
		}
		add(streamData, digits)
		add(streamSecondary, c.runs(slices.Repeat([]int64{int64(c.typ.Scale)}, c.n), true))
	case Timestamp:
		seconds, behind := c.instants()
		add(streamData, c.runs(seconds, true))
		add(streamSecondary, c.runs(behind, false))
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
		add(streamLength, c.runs(c.lengths(), false))
	}
	encoding.uint(1, kind)
	return streams, encoding
}

// dictionary is the column's distinct texts in order, and which of them each value is; nil if they are too many.
func (c *orcColumn) dictionary() (keys []string, places []int64) {
	seen := map[string]int64{}
	most := int(c.threshold * float64(c.n))
	for i := range c.n {
		text := c.text(i)
		place, ok := seen[string(text)]
		if !ok {
			if len(keys) == most {
				return nil, nil
			}
			place = int64(len(keys))
			keys = append(keys, string(text))
			seen[keys[place]] = place
		}
		places = append(places, place)
	}
	slices.Sort(keys)
	order := make([]int64, len(keys)) // by the place where a text was first seen
	for i, k := range keys {
		order[seen[k]] = int64(i)
	}
	for i, place := range places {
		places[i] = order[place]
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
