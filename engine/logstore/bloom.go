package logstore

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// A block's token filter says which tokens its messages cannot have. A token is a run of letters, digits and underscores of ASCII,
// and of all bytes above. The filter has two parts:
//
// A Bloom filter over the tokens shorter than gramToken, with 8 bits and 5 probes for each, which lets one in fifty absent ones through.
//
// For longer tokens, of which ids are made, a bitmap over some of their grams (pieces of 5 bytes), with 4 bits for each. Of every 4 grams in
// a row the one with the least hash is entered, so that a text of 8 bytes or more has an entry of its own wherever in a token it
// stands, and an id of 16 digits about four, which together let one in two hundred blocks through.
const (
	bitsPerToken = 8
	probes       = 5
	bitsPerGram  = 4
	gram         = 5
	gramWindow   = 4
	gramToken    = gram + gramWindow - 1
	// maxToken bounds what one token may cost. A block with a longer one does without the second part.
	maxToken = 256
)

var tokenByte = func() (t [256]bool) {
	for c := range 256 {
		t[c] = c >= 0x80 || c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
	}
	return t
}()

// mix spreads a token's bytes, as a number, over 64 bits.
func mix(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xFF51AFD7ED558CCD
	h ^= h >> 33
	h *= 0xC4CEB9FE1A85EC53
	return max(h^h>>33, 1)
}

// terms gathers the tokens and grams of a block.
type terms struct {
	tokens hashSet
	grams  []uint32 // some more than once: nearly all are different, and counting them at the end is cheaper than looking each up
	seen   []uint64 // for different
	long   bool     // a token was too long
}

// hashSet is a set of hashes, none of them 0.
type hashSet struct {
	slots []uint64 // open addressing; 0 is empty
	list  []uint64
}

func (s *hashSet) reset() {
	if s.slots == nil {
		s.slots = make([]uint64, 1<<14)
	}
	clear(s.slots)
	s.list = s.list[:0]
}

func (s *hashSet) add(h uint64) {
	if s.put(h) {
		if s.list = append(s.list, h); len(s.list)*2 > len(s.slots) {
			s.slots = make([]uint64, 2*len(s.slots))
			for _, h := range s.list {
				s.put(h)
			}
		}
	}
}

// put enters h into the slots; false when it is there.
func (s *hashSet) put(h uint64) bool {
	mask := uint64(len(s.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		switch s.slots[i] {
		case h:
			return false
		case 0:
			s.slots[i] = h
			return true
		}
	}
}

func (t *terms) reset() {
	t.tokens.reset()
	t.grams = t.grams[:0]
	t.long = false
}

// scan enters the tokens of msg.
func (t *terms) scan(msg []byte) {
	for i := 0; i < len(msg); {
		if !tokenByte[msg[i]] {
			i++
			continue
		}
		from, v := i, uint64(0)
		for i < len(msg) && tokenByte[msg[i]] {
			v = v<<8 | uint64(msg[i])
			i++
		}
		switch n := i - from; {
		case n < gramToken: // all of it is in v
			t.tokens.add(mix(v))
		case n <= maxToken:
			t.grams = appendGrams(t.grams, msg[from:i])
		default:
			t.long = true
		}
	}
}

// appendGrams adds the grams by which token, or a text within one, is known: what place wants of their hashes. Which of two hashes is less is chance, so each
// is written down, and the next one over it if it is no other.
func appendGrams[T string | []byte](grams []uint32, token T) []uint32 {
	n := len(grams)
	grams = slices.Grow(grams, len(token))
	room := grams[n:cap(grams)]
	var v, hash, last uint64
	var two, before uint64 // the least of two hashes in a row, and that of the gram before
	at := 0
	for i := range len(token) {
		v = (v<<8 | uint64(token[i])) & (1<<(8*gram) - 1)
		h := v * 0x9E3779B97F4A7C15
		pair := min(h, hash)
		least := min(pair, before)
		hash, before, two = h, two, pair
		if i >= gramToken-1 {
			room[at] = uint32(mix(least) >> 32)
			other := least ^ last
			at += int((other | -other) >> 63)
			last = least
		}
	}
	return grams[:n+at]
}

// place is where among n a hash falls, by its upper half.
func place(h uint32, n int) int { return int(uint64(h) * uint64(n) >> 32) }

// filter returns the filter: the length of its first part (4 bytes), and both parts.
func (t *terms) filter() []byte {
	bloom := t.tokens.bloom()
	out := append(binary.LittleEndian.AppendUint32(nil, uint32(len(bloom))), bloom...)
	if t.long {
		return out
	}
	grams := make([]byte, max(1, (t.different()*bitsPerGram+7)/8))
	for _, h := range t.grams {
		bit := place(h, 8*len(grams))
		grams[bit/8] |= 1 << (bit % 8)
	}
	return append(out, grams...)
}

// countBits is of how many bits of their hashes different grams are counted: 32 KiB of bits stay in a processor's cache.
const countBits = 18

// different is how many different grams there are, or a few less.
func (t *terms) different() (n int) {
	if t.seen == nil {
		t.seen = make([]uint64, 1<<countBits/64)
	}
	clear(t.seen)
	for _, h := range t.grams {
		h >>= 32 - countBits
		n += int(^t.seen[h/64] >> (h % 64) & 1)
		t.seen[h/64] |= 1 << (h % 64)
	}
	return n
}

// bloom returns a Bloom filter over the set.
func (s *hashSet) bloom() []byte {
	b := make([]byte, max(1, (len(s.list)*bitsPerToken+7)/8))
	for _, h := range s.list {
		step := bits.RotateLeft64(h, 32) | 1
		for range probes {
			bit := place(uint32(h>>32), 8*len(b))
			b[bit/8] |= 1 << (bit % 8)
			h += step
		}
	}
	return b
}

// inBloom reports whether a Bloom filter may be of a set with h.
func inBloom(b []byte, h uint64) bool {
	step := bits.RotateLeft64(h, 32) | 1
	for range probes {
		bit := place(uint32(h>>32), 8*len(b))
		if b[bit/8]>>(bit%8)&1 == 0 {
			return false
		}
		h += step
	}
	return true
}

// needs are the tokens and grams that a message must have to be wanted.
type needs struct {
	tokens []uint64
	grams  []uint32
}

func (n *needs) none() bool { return len(n.tokens)+len(n.grams) == 0 }

// add enters what every message containing text must have. Of the runs at its ends, which may be parts of longer tokens, only the
// grams are certain.
func (n *needs) add(text string) {
	for i := 0; i < len(text); {
		if !tokenByte[text[i]] {
			i++
			continue
		}
		from, v := i, uint64(0)
		for i < len(text) && tokenByte[text[i]] {
			v = v<<8 | uint64(text[i])
			i++
		}
		if i-from >= gramToken {
			n.grams = appendGrams(n.grams, text[from:i])
		} else if from > 0 && i < len(text) {
			n.tokens = append(n.tokens, mix(v))
		}
	}
}

// in reports whether a block with this filter can have all of n.
func (n *needs) in(filter []byte) bool {
	if len(filter) < 4 || uint64(binary.LittleEndian.Uint32(filter)) > uint64(len(filter)-4) {
		return true
	}
	bloom, grams := filter[4:4+binary.LittleEndian.Uint32(filter)], filter[4+binary.LittleEndian.Uint32(filter):]
	for _, h := range n.grams {
		if bit := place(h, 8*len(grams)); len(grams) > 0 && grams[bit/8]>>(bit%8)&1 == 0 {
			return false
		}
	}
	for _, h := range n.tokens {
		if len(bloom) > 0 && !inBloom(bloom, h) {
			return false
		}
	}
	return true
}
