package inflate

import "math/bits"

// How many bits of a code are looked up at once.
const (
	litBits  = 11
	distBits = 9
)

// Codes that are longer have tables of their own behind: at most 143 of 16 entries, and 15 of 64. The sizes are powers of two, so that no place is beyond them.
type (
	litTable  [8192]entry
	distTable [2048]entry
)

// entry is what a code stands for. From the lowest bit on:
//
//	8 bits   how many bits it takes: of the code, with two literals of both; 0 if there is no such code
//	8 bits   how many bits follow it, which are added; of isTable how many the table is looked up by
//	16 bits  the literals, the second above the first; the base of a length or a distance; the place of a table
//
// and the kind of it stands in the highest bits of the second part.
type entry uint32

const (
	isLiteral entry = 1 << 15
	isTwo     entry = 1 << 14 // literals
	isTable   entry = 1 << 13
	isEnd     entry = 1 << 12 // of the block
	extraMask       = 15      // of the second part
)

// lengths and distances: base and how many bits are added (RFC 1951, 3.2.5).
var (
	lengthBase  = [29]uint16{3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258}
	lengthExtra = [29]uint8{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0}
	distBase    = [30]uint16{1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577}
	lengthOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}
)

var fixedLits, fixedDists = fixed()

func fixed() (l litTable, d distTable) {
	var lengths [288]uint8
	for i := range lengths {
		switch {
		case i < 144:
			lengths[i] = 8
		case i < 256:
			lengths[i] = 9
		case i < 280:
			lengths[i] = 7
		default:
			lengths[i] = 8
		}
	}
	l.build(lengths[:])
	var dists [32]uint8
	for i := range dists {
		dists[i] = 5
	}
	d.build(dists[:])
	return l, d
}

func litEntry(symbol int) entry {
	switch {
	case symbol < 256:
		return isLiteral | entry(symbol)<<16
	case symbol == 256:
		return isEnd
	case symbol < 286:
		return entry(lengthExtra[symbol-257])<<8 | entry(lengthBase[symbol-257])<<16
	}
	return 0
}

func distEntry(symbol int) entry {
	if symbol >= 30 {
		return 0
	}
	return entry(max(0, symbol/2-1))<<8 | entry(distBase[symbol])<<16
}

func (t *litTable) build(lengths []uint8) bool {
	if !build(t[:], lengths, litBits, litEntry) {
		return false
	}
	for i := 1<<litBits - 1; i >= 0; i-- { // those that are looked at come later: their codes are shorter, and their places lower
		e := t[i]
		if e&isLiteral == 0 {
			continue
		}
		size := uint(e & 0xff)
		next := t[i>>size]
		if next&isLiteral != 0 && next&isTwo == 0 && size+uint(next&0xff) <= litBits {
			t[i] = isLiteral | isTwo | entry(size) + next&0xff | e&0xff0000 | next&0xff0000<<8
		}
	}
	return true
}

func (t *distTable) build(lengths []uint8) bool { return build(t[:], lengths, distBits, distEntry) }

// build makes a table of codes by their lengths; false if there are too many or too few of them.
func build(t []entry, lengths []uint8, width int, of func(symbol int) entry) bool {
	clear(t)
	var count, next [16]int
	for _, n := range lengths {
		count[n]++
	}
	count[0] = 0
	code, used, most := 0, 0, 0
	for n := 1; n < 16; n++ {
		code <<= 1
		next[n] = code
		code += count[n]
		if used += count[n]; count[n] > 0 {
			most = n
		}
		if code > 1<<n {
			return false
		}
	}
	if used == 0 {
		return true // no code is one
	}
	if code != 1<<15 && !(used == 1 && most == 1) {
		return false
	}
	tables := 1 << width // where the next table begins
	for symbol, n := range lengths {
		if n == 0 {
			continue
		}
		reversed := int(bits.Reverse16(uint16(next[n])) >> (16 - n))
		next[n]++
		e := of(symbol)
		if e != 0 {
			e |= entry(n)
		}
		if int(n) <= width {
			for i := reversed; i < 1<<width; i += 1 << n {
				t[i] = e
			}
			continue
		}
		low := reversed & (1<<width - 1)
		if t[low]&isTable == 0 {
			size := most - width
			if tables+1<<size > len(t) {
				return false
			}
			t[low] = isTable | entry(width) | entry(size)<<8 | entry(tables)<<16
			tables += 1 << size
		}
		at, size := int(t[low]>>16), int(t[low]>>8&extraMask)
		if e != 0 {
			e = e&^0xff | entry(int(n)-width)
		}
		for i := reversed >> width; i < 1<<size; i += 1 << (int(n) - width) {
			t[at+i] = e
		}
	}
	return true
}
