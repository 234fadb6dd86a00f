package wire

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
	"unsafe"
)

// appendJSON writes the structure at base: those of its members that stand in the body.
func appendJSON(b []byte, p *Plan, base unsafe.Pointer) []byte {
	b = append(b, '{')
	first := true
	for i := range p.Members {
		m := &p.Members[i]
		if m.wire.in != inBody {
			continue
		}
		at := m.ptr(base)
		if at == nil || m.Value.Kind >= Stream {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(b, m.wire.jsonKey...)
		b = appendJSONValue(b, m.Value, at)
	}
	return append(b, '}')
}

func appendJSONValue(b []byte, v *Value, p unsafe.Pointer) []byte {
	switch v.Kind {
	case String:
		return appendJSONString(b, textAt(p))
	case Int32, Int64:
		return strconv.AppendInt(b, v.integer(p), 10)
	case Float32, Float64:
		return appendJSONFloat(b, v.float(p), v.bits())
	case Bool:
		return strconv.AppendBool(b, boolAt(p))
	case Time:
		if f := v.time.or(timeEpoch); f != timeEpoch {
			b = append(b, '"')
			b = appendTime(b, timeAt(p), f)
			return append(b, '"')
		}
		return appendTime(b, timeAt(p), timeEpoch)
	case Blob:
		b = append(b, '"')
		b = base64.StdEncoding.AppendEncode(b, blobAt(p))
		return append(b, '"')
	case List:
		b = append(b, '[')
		for i := range length(p) {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSONValue(b, v.Elem, v.at(p, i))
		}
		return append(b, ']')
	case Map:
		b = append(b, '{')
		for i, e := range v.sorted(p) {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSONString(b, e.key)
			b = append(b, ':')
			b = appendJSONValue(b, v.Elem, e.value)
		}
		return append(b, '}')
	case Struct:
		return appendJSON(b, v.Struct, p)
	case Document:
		return appendDocument(b, documentAt(p))
	}
	return append(b, "null"...)
}

func (v *Value) bits() int {
	if v.Kind == Float32 {
		return 32
	}
	return 64
}

// appendJSONFloat writes f as encoding/json does, and as a word where JSON has no digits for it.
func appendJSONFloat(b []byte, f float64, size int) []byte {
	switch {
	case math.IsNaN(f):
		return append(b, `"NaN"`...)
	case math.IsInf(f, 1):
		return append(b, `"Infinity"`...)
	case math.IsInf(f, -1):
		return append(b, `"-Infinity"`...)
	}
	format := byte('f')
	if a := math.Abs(f); a != 0 && (a < 1e-6 || a >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(b, f, format, -1, size)
}

// plain marks the ASCII bytes that stand for themselves in a JSON string.
var plainJSON = func() (t [256]bool) {
	for c := 0x20; c < 0x80; c++ {
		t[c] = c != '"' && c != '\\'
	}
	return t
}()

const hexDigits = "0123456789abcdef"

// appendJSONString writes s quoted. Bytes that are not UTF-8 become U+FFFD.
func appendJSONString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if plainJSON[c] {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				b = append(b, s[start:i]...)
				b = append(b, "\ufffd"...)
				start = i + 1
			}
			i += n
			continue
		}
		b = append(b, s[start:i]...)
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		start = i
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

// appendDocument writes a document: what decoding made, or any value encoding/json can write.
func appendDocument(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case string:
		return appendJSONString(b, v)
	case bool:
		return strconv.AppendBool(b, v)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case float64:
		return appendJSONFloat(b, v, 64)
	case []any:
		b = append(b, '[')
		for i, e := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendDocument(b, e)
		}
		return append(b, ']')
	case map[string]any:
		b = append(b, '{')
		for i, k := range sortedKeys(v) {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendJSONString(b, k)
			b = append(b, ':')
			b = appendDocument(b, v[k])
		}
		return append(b, '}')
	}
	text, err := json.Marshal(v)
	if err != nil {
		return append(b, "null"...)
	}
	return append(b, text...)
}

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }
