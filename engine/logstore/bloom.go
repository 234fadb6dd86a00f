package logstore

import "encoding/binary"

// A block's token filter is a Bloom filter over the tokens of its messages: 12 bits and 6 probes for each token, which lets
// one in about two hundred absent tokens through. A token is a run of letters, digits and underscores of ASCII, and of all
// bytes above; longer runs than maxToken are not entered.
const (
	bitsPerToken = 12
	probes       = 6
	maxToken     = 64
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

// tokenSet gathers the different tokens of a block.
type tokenSet struct {
	slots []uint64 // open addressing; 0 is empty
	n     int
}

func (s *tokenSet) reset() {
	if s.slots == nil {
		s.slots = make([]uint64, 1<<14)
	}
	clear(s.slots)
	s.n = 0
}

func (s *tokenSet) add(h uint64) {
	if h == 0 {
		h = 1
	}
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

func (s *tokenSet) grow() {
	old := s.slots
	s.slots, s.n = make([]uint64, 2*len(old)), 0
	for _, h := range old {
		if h != 0 {
			s.add(h)
		}
	}
}

// scan enters the tokens of msg.
func (s *tokenSet) scan(msg []byte) {
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
		if i-from <= maxToken {
			s.add(mix(h))
		}
	}
}

// bloom returns the filter over the set.
func (s *tokenSet) bloom() []byte {
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

// mayHave reports whether a block with this filter can hold all tokens.
func mayHave(bloom []byte, tokens []uint64) bool {
	words := len(bloom) / 8
	if words == 0 {
		return true
	}
	for _, h := range tokens {
		if !probe(h, words, func(word, bit uint64) bool {
			return binary.LittleEndian.Uint64(bloom[8*word:])>>bit&1 == 1
		}) {
			return false
		}
	}
	return true
}

// wholeTokens returns the tokens that every message containing text must have: those with a delimiter on both sides
// within text. The ones at its ends may be parts of longer tokens.
func wholeTokens(text string) []uint64 {
	var out []uint64
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
		if from > 0 && i < len(text) && i-from <= maxToken {
			if h = mix(h); h == 0 {
				h = 1
			}
			out = append(out, h)
		}
	}
	return out
}
