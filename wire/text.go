package wire

import (
	"encoding/base64"
	"math"
	"strconv"
	"strings"
	"time"
	"unsafe"
)

// Values as plain text: parameters, headers, labels, XML content.

// setText puts the text s into a scalar; false when it is none of that kind.
func (v *Value) setText(p unsafe.Pointer, s string, format timeFormat) bool {
	switch v.Kind {
	case String:
		setText(p, s)
	case Int32, Int64:
		n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
		return err == nil && v.setInteger(p, n)
	case Float32, Float64:
		f, ok := parseFloat(strings.TrimSpace(s), v.bits())
		if ok {
			v.setFloat(p, f)
		}
		return ok
	case Bool:
		switch {
		case strings.EqualFold(s, "true"):
			*(*bool)(p) = true
		case strings.EqualFold(s, "false"):
			*(*bool)(p) = false
		default:
			return false
		}
	case Time:
		t, ok := parseTime(strings.TrimSpace(s), v.time.or(format))
		if ok {
			*(*time.Time)(p) = t
		}
		return ok
	case Blob:
		b, ok := decodeBase64([]byte(s))
		if ok {
			setBlob(p, b)
		}
		return ok
	}
	return true
}

// parseFloat reads decimal numbers and the three words, not Go's hexadecimal and underscores.
func parseFloat(s string, size int) (float64, bool) {
	if f, ok := floatWord(s); ok {
		return f, true
	}
	if s == "" || strings.Trim(s, "0123456789+-.eE") != "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, size)
	return f, err == nil
}

// appendText writes a scalar as text.
func appendText(b []byte, v *Value, p unsafe.Pointer, format timeFormat) []byte {
	switch v.Kind {
	case String:
		return append(b, textAt(p)...)
	case Int32, Int64:
		return strconv.AppendInt(b, v.integer(p), 10)
	case Float32, Float64:
		return appendFloat(b, v.float(p), v.bits())
	case Bool:
		return strconv.AppendBool(b, boolAt(p))
	case Time:
		return appendTime(b, timeAt(p), v.time.or(format))
	case Blob:
		return base64.StdEncoding.AppendEncode(b, blobAt(p))
	}
	return b
}

func appendFloat(b []byte, f float64, size int) []byte {
	switch {
	case math.IsNaN(f):
		return append(b, "NaN"...)
	case math.IsInf(f, 1):
		return append(b, "Infinity"...)
	case math.IsInf(f, -1):
		return append(b, "-Infinity"...)
	}
	return appendJSONFloat(b, f, size)
}

// expected says what a scalar's text must be, for refusals.
func (v *Value) expected() string {
	switch v.Kind {
	case Int32, Int64:
		return "an integer"
	case Float32, Float64:
		return "a number"
	case Bool:
		return "a boolean"
	case Time:
		return "a timestamp"
	case Blob:
		return "base64"
	}
	return "a " + v.Type.String()
}

// brief is s, short enough to be repeated to its sender.
func brief(s string) string {
	if len(s) > 256 {
		return strings.ToValidUTF8(s[:256], "") + "…"
	}
	return s
}
