package logstore

import "encoding/binary"

// A block's token filter says which tokens its messages cannot have. A token is a run of letters, digits and underscores of ASCII,
// and of all bytes above. The filter has two parts:
//
// A Bloom filter over the tokens shorter than gramToken, with 12 bits and 6 probes for each, which lets one in two hundred absent ones through.
//
// For longer tokens, of which ids are made, a bitmap over some of their grams (pieces of 5 bytes), with 4 bits for each. Of every 4 grams in
// a row the one with the least hash is entered, so that a text of 8 bytes or more has an entry of its own wherever in a token it
// stands, and an id of 16 digits about four, which together let one in two hundred blocks through.
const (
	bitsPerToken = 12
	probes       = 6
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

// hash is FNV-1a with a final mix, over a token.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

func mix(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xFF51AFD7ED558CCD
	h ^= h >> 33
	return h
}

// terms gathers the different tokens and grams of a block.
type terms struct {
	tokens, grams hashSet
	long          bool // a token was too long
}

// hashSet is a set of hashes.
type hashSet struct {
	slots []uint64 // open addressing; 0 is empty
	n     int
}

func (s *hashSet) reset() {
	if s.slots == nil {
		s.slots = make([]uint64, 1<<14)
	}
	clear(s.slots)
	s.n = 0
}

// nonzero is h as the set keeps it.
func nonzero(h uint64) uint64 { return max(h, 1) }

func (s *hashSet) add(h uint64) {
	h = nonzero(h)
	mask := uint64(len(s.slots) - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		switch s.slots[i] {
		case h:
			return
		case 0:
			s.slots[i] = h
			if s.n++; s.n*2 > len(s.slots) {
				s.grow()
			}
			return
		}
	}
}

func (s *hashSet) grow() {
	old := s.slots
	s.slots, s.n = make([]uint64, 2*len(old)), 0
	for _, h := range old {
		if h != 0 {
			s.add(h)
		}
	}
}

func (t *terms) reset() {
	t.tokens.reset()
	t.grams.reset()
	t.long = false
}

// scan enters the tokens of msg.
func (t *terms) scan(msg []byte) {
	for i := 0; i < len(msg); {
		if !tokenByte[msg[i]] {
			i++
			continue
		}
		h, from := uint64(fnvOffset), i
		for i < len(msg) && tokenByte[msg[i]] {
			h = (h ^ uint64(msg[i])) * fnvPrime
			i++
		}
		switch n := i - from; {
		case n < gramToken:
			t.tokens.add(mix(h))
		case n <= maxToken:
			eachGram(msg[from:i], t.grams.add)
		default:
			t.long = true
		}
	}
}

// eachGram hands out the grams by which token, or a text within one, is known.
func eachGram(token []byte, enter func(h uint64)) {
	var v, last uint64
	var window [gramWindow]uint64
	for i, c := range token {
		v = (v<<8 | uint64(c)) & (1<<(8*gram) - 1)
		if i < gram-1 {
			continue
		}
		window[i%gramWindow] = v * 0x9E3779B97F4A7C15
		if i < gramToken-1 {
			continue
		}
		if least := min(window[0], window[1], window[2], window[3]); least != last {
			enter(mix(least))
			last = least
		}
	}
}

// filter returns the filter: the length of its first part (4 bytes), and both parts.
func (t *terms) filter() []byte {
	bloom := t.tokens.bloom()
	out := append(binary.LittleEndian.AppendUint32(nil, uint32(len(bloom))), bloom...)
	if t.long {
		return out
	}
	words := max(1, (t.grams.n*bitsPerGram+63)/64)
	at := len(out)
	out = append(out, make([]byte, 8*words)...)
	for _, h := range t.grams.slots {
		if h != 0 {
			bit := h % uint64(64*words)
			out[at+int(bit/8)] |= 1 << (bit % 8)
		}
	}
	return out
}

// bloom returns a Bloom filter over the set.
func (s *hashSet) bloom() []byte {
	words := max(1, (s.n*bitsPerToken+63)/64)
	b := make([]byte, 8*words)
	for _, h := range s.slots {
		if h != 0 {
			probe(h, words, func(word, bit uint64) bool {
				b[8*word+bit/8] |= 1 << (bit % 8)
				return true
			})
		}
	}
	return b
}

// probe visits the bits of a token until f says no.
func probe(h uint64, words int, f func(word, bit uint64) bool) bool {
	step := h>>32 | 1
	for range probes {
		x := h % uint64(64*words)
		if !f(x/64, x%64) {
			return false
		}
		h += step
	}
	return true
}

// needs are the tokens and grams that a message must have to be wanted.
type needs struct {
	tokens, grams []uint64
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
		h, from := uint64(fnvOffset), i
		for i < len(text) && tokenByte[text[i]] {
			h = (h ^ uint64(text[i])) * fnvPrime
			i++
		}
		if i-from >= gramToken {
			eachGram([]byte(text[from:i]), func(h uint64) { n.grams = append(n.grams, nonzero(h)) })
		} else if from > 0 && i < len(text) {
			n.tokens = append(n.tokens, nonzero(mix(h)))
		}
	}
}

// in reports whether a block with this filter can have all of n.
func (n *needs) in(filter []byte) bool {
	if len(filter) < 4 || uint64(binary.LittleEndian.Uint32(filter)) > uint64(len(filter)-4) {
		return true
	}
	bloom, grams := filter[4:4+binary.LittleEndian.Uint32(filter)], filter[4+binary.LittleEndian.Uint32(filter):]
	if bits := uint64(8 * len(grams)); bits > 0 {
		for _, h := range n.grams {
			if bit := h % bits; grams[bit/8]>>(bit%8)&1 == 0 {
				return false
			}
		}
	}
	words := len(bloom) / 8
	if words == 0 {
		return true
	}
	for _, h := range n.tokens {
		if !probe(h, words, func(word, bit uint64) bool {
			return binary.LittleEndian.Uint64(bloom[8*word:])>>bit&1 == 1
		}) {
			return false
		}
	}
	return true
}
