package insights

import (
	"cmp"
	"net/netip"
	"slices"
	"strings"
)

// cutPieces cuts a text into words and what is between them. A word with a digit in it is taken for a value.
func cutPieces(list []piece, text []byte) []piece {
	for at := 0; at < len(text); {
		from := at
		if !isWordByte[text[at]] {
			for at < len(text) && !isWordByte[text[at]] {
				at++
			}
			list = append(list, piece{atHand: text[from:at]})
			continue
		}
		digit := false
		for at < len(text) && isWordByte[text[at]] {
			digit = digit || isDigit(text[at])
			at++
		}
		for at > from+1 && strings.IndexByte(".:-", text[at-1]) >= 0 { // the end of a sentence is no part of its last word
			at--
		}
		p := piece{word: true, atHand: text[from:at]}
		if digit {
			p.kind = valueKind(p.atHand)
		}
		if list = append(list, p); len(list) == maxPieces {
			return append(list, piece{kind: "Token", atHand: text[at:]})
		}
	}
	return joinTimes(list)
}

var isWordByte = func() (t [256]bool) {
	for c := range 256 {
		t[c] = c >= 0x80 || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte("_-.:/@%+", byte(c)) >= 0 && c != 0
	}
	return t
}()

// valueKind says what a word with digits is.
func valueKind(w []byte) string {
	switch {
	case len(w) == 36 && w[8] == '-' && w[13] == '-' && w[18] == '-' && w[23] == '-':
		return "UUID"
	case isTimestamp(w):
		return "Timestamp"
	case len(w) <= 45:
		if a, err := netip.ParseAddr(string(w)); err == nil && a.Zone() == "" {
			return "IPAddress"
		}
	}
	return "Token"
}

// isTimestamp knows dates like 2026-01-01 and 2026-01-01T10:00:00.000Z, and times like 10:00:00.
func isTimestamp(w []byte) bool {
	shape := make([]byte, 0, 32)
	for i, c := range w {
		if i == cap(shape) {
			return false
		}
		if isDigit(c) {
			c = '0'
		}
		shape = append(shape, c)
	}
	s := string(shape)
	return strings.HasPrefix(s, "0000-00-00") || strings.HasPrefix(s, "0000/00/00") || strings.HasPrefix(s, "00/") && len(s) >= 11 || strings.HasPrefix(s, "00:00:00")
}

// joinTimes makes one of a date and the time behind it.
func joinTimes(list []piece) []piece {
	out := list[:0]
	for _, p := range list {
		if n := len(out); p.kind == "Timestamp" && n > 1 && out[n-1].kind == "" && string(out[n-1].atHand) == " " && out[n-2].kind == "Timestamp" {
			out = out[:n-1]
			continue
		}
		out = append(out, p)
	}
	return out
}

// alike is how much of their words two texts must share to be of one pattern.
const alike = 0.7

// cluster brings shapes together that differ in a few words only, the most frequent first, so that it does not matter in what order they come.
func cluster(all []*shape) []*shape {
	byCount := func(a, b *shape) int {
		return cmp.Or(cmp.Compare(b.now+b.past, a.now+a.past), cmp.Compare(a.String(), b.String()))
	}
	slices.SortFunc(all, byCount)
	var list []*shape
	groups := map[string][]*shape{} // of those that may be alike
	for n, s := range all {
		key := s.bucket()
		var home *shape
		if n < maxShapes {
			for _, c := range groups[key][:min(len(groups[key]), 200)] {
				if c.like(s) {
					home = c
					break
				}
			}
		}
		if home == nil {
			groups[key] = append(groups[key], s)
			list = append(list, s)
			continue
		}
		home.take(s)
	}
	// What became the same by losing words is the same.
	same, out := map[string]*shape{}, list[:0]
	for _, s := range list {
		text := s.String()
		if first := same[text]; first != nil {
			first.now += s.now
			first.past += s.past
			continue
		}
		same[text] = s
		out = append(out, s)
	}
	slices.SortFunc(out, byCount)
	return out
}

// bucket is what shapes that are alike have in common: what stands between their words, and how bad they are.
func (s *shape) bucket() string {
	var b strings.Builder
	for i := range s.pieces {
		p := &s.pieces[i]
		switch {
		case !p.word && p.kind == "":
			b.WriteString(p.text)
		case p.kind == "" && severities[strings.ToLower(p.text)] != "":
			b.WriteString(strings.ToLower(p.text))
		}
		b.WriteByte(0)
	}
	return b.String()
}

// like compares the words at the same places. The first one that is not a value must be the same.
func (s *shape) like(o *shape) bool {
	words, same, first := 0, 0, true
	for i := range s.pieces {
		p, q := &s.pieces[i], &o.pieces[i]
		if !p.word && p.kind == "" {
			continue
		}
		if q.kind == "" && p.kind == "" && p.text == q.text {
			same++
			first = false
		} else if first && p.kind == "" && q.kind == "" {
			return false
		}
		if p.kind == "" || q.kind == "" {
			words++
		}
	}
	return float64(same) >= alike*float64(words)
}

// take adds a shape that is alike: where they differ is a value.
func (s *shape) take(o *shape) {
	s.now += o.now
	s.past += o.past
	for i := range s.pieces {
		p, q := &s.pieces[i], &o.pieces[i]
		if p.kind != q.kind || p.text != q.text {
			p.kind, p.text = "Token", ""
		}
	}
}
