package wire

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// unescape resolves references and line ends. Text without either is returned as it is.
func (s *xmlScanner) unescape(b []byte) ([]byte, bool) {
	if bytes.IndexByte(b, '&') < 0 && bytes.IndexByte(b, '\r') < 0 {
		return b, true
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); {
		switch b[i] {
		case '\r': // a line ends with one character, whatever the sender's habit
			out = append(out, '\n')
			if i++; i < len(b) && b[i] == '\n' {
				i++
			}
		case '&':
			n := bytes.IndexByte(b[i:min(len(b), i+16)], ';')
			if n < 0 {
				return nil, s.fail(errXMLSyntax)
			}
			r, ok := reference(string(b[i+1 : i+n]))
			if !ok {
				return nil, s.fail(errXMLSyntax)
			}
			out = utf8.AppendRune(out, r)
			i += n + 1
		default:
			out = append(out, b[i])
			i++
		}
	}
	return out, true
}

func reference(name string) (rune, bool) {
	switch name {
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "amp":
		return '&', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	digits, base := name[1:], 10
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	r := rune(n)
	if err != nil || n > utf8.MaxRune || !isXMLChar(r) {
		return 0, false
	}
	return r, true
}

// isXMLChar is the production Char: S3 refuses the others in bodies.
func isXMLChar(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= 0x10FFFF
}

// validXML reports whether src is UTF-8 without characters that XML cannot hold.
func validXML(src []byte) bool {
	if !utf8.Valid(src) {
		return false
	}
	for _, c := range src {
		if c < 0x20 && c != '\t' && c != '\n' && c != '\r' {
			return false
		}
	}
	return true
}

func isXMLSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

func isXMLName(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c-'0' <= 9 || c == '-' || c == '_' || c == '.' || c == ':' || c >= utf8.RuneSelf
}
