// Package jsontext is what all readers of JSON texts share, however strict they are.
package jsontext

import (
	"unicode/utf16"
	"unicode/utf8"
)

// Escaped reads what follows \u in a JSON text: XXXX, or XXXX\uXXXX for a pair. It returns the bytes it took; 0 where there are no four digits.
// Half a pair alone becomes U+FFFD: it cannot be text.
func Escaped(src []byte) (rune, int) {
	r, ok := hex4(src, 0)
	if !ok {
		return 0, 0
	}
	if !utf16.IsSurrogate(r) {
		return r, 4
	}
	if len(src) >= 10 && src[4] == '\\' && src[5] == 'u' {
		if low, ok := hex4(src, 6); ok {
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				return pair, 10
			}
		}
	}
	return utf8.RuneError, 4
}

func hex4(src []byte, i int) (rune, bool) {
	if i+4 > len(src) {
		return 0, false
	}
	var r rune
	for _, c := range src[i : i+4] {
		switch {
		case c >= '0' && c <= '9':
			c -= '0'
		case c >= 'a' && c <= 'f':
			c -= 'a' - 10
		case c >= 'A' && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
