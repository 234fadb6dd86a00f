package wire

import (
	"encoding/base64"
	"math"
	"strconv"
	"unsafe"
)

// setJSONText puts the text b into a string, blob or instant.
func (v *Value) setJSONText(p unsafe.Pointer, b []byte) error {
	switch v.Kind {
	case String:
		setText(p, alias(b))
	case Blob:
		raw, ok := decodeBase64(b)
		if !ok {
			return serialization("STRING_VALUE can not be converted to a Blob: invalid base64")
		}
		setBlob(p, raw)
	case Time:
		f := v.time.or(timeEpoch)
		t, ok := parseTime(alias(b), f)
		if f == timeEpoch || !ok {
			return serialization("STRING_VALUE can not be converted to milliseconds since epoch")
		}
		*(*timeValue)(p) = t
	}
	return nil
}

// decodeBase64 is strict but for missing padding; the result is never nil.
func decodeBase64(b []byte) ([]byte, bool) {
	out := make([]byte, base64.RawStdEncoding.DecodedLen(len(b)))
	n, err := base64.StdEncoding.Decode(out, b)
	if err != nil {
		if n, err = base64.RawStdEncoding.Decode(out, b); err != nil {
			return nil, false
		}
	}
	return out[:n], true
}

// convert refuses the next value in the words «TRUE_VALUE can not be converted to a String».
func (d *jsonDecoder) convert(to string) error {
	switch c := d.peek(); c {
	case '"':
		return d.refuse("STRING_VALUE can not be converted to " + to)
	case '{':
		return d.refuse(errStructFound)
	case '[':
		return d.refuse(errListFound)
	case 't':
		return d.refuse("TRUE_VALUE can not be converted to " + to)
	case 'f':
		return d.refuse("FALSE_VALUE can not be converted to " + to)
	case 'n':
		return d.null()
	}
	return d.refuse("NUMBER_VALUE can not be converted to " + to)
}

func (d *jsonDecoder) boolean(p unsafe.Pointer) error {
	switch d.peek() {
	case 't':
		if d.literal("true") {
			*(*bool)(p) = true
			return nil
		}
		return d.syntax()
	case 'f':
		if d.literal("false") {
			*(*bool)(p) = false
			return nil
		}
		return d.syntax()
	}
	return d.convert("a Boolean")
}

// kindName is what AWS calls a number's type.
func (v *Value) kindName() string {
	switch v.Kind {
	case Int32:
		return "an Integer"
	case Int64:
		return "a Long"
	case Float32:
		return "a Float"
	case Time:
		return "milliseconds since epoch"
	case Bool:
		return "a Boolean"
	}
	return "a Double"
}

func (d *jsonDecoder) number(v *Value, p unsafe.Pointer) error {
	c := d.peek()
	if c == '"' && (v.Kind == Float32 || v.Kind == Float64) {
		return d.wordNumber(v, p)
	}
	if c != '-' && (c < '0' || c > '9') {
		return d.convert(v.kindName())
	}
	if v.Kind == Int64 {
		if n, ok := d.natural(); ok {
			*(*int64)(p) = n
			return nil
		}
	}
	text, integral, ok := d.jsonScanner.number()
	if !ok {
		return d.syntax()
	}
	if !v.setNumber(p, text, integral) {
		return serialization("NUMBER_VALUE can not be converted to " + v.kindName())
	}
	return nil
}

// wordNumber reads the three floats that JSON has no digits for.
func (d *jsonDecoder) wordNumber(v *Value, p unsafe.Pointer) error {
	b, ok := d.text()
	if !ok {
		return d.syntax()
	}
	f, ok := floatWord(alias(b))
	if !ok {
		return serialization("STRING_VALUE can not be converted to " + v.kindName())
	}
	v.setFloat(p, f)
	return nil
}

func floatWord(s string) (float64, bool) {
	switch s {
	case "NaN":
		return math.NaN(), true
	case "Infinity":
		return math.Inf(1), true
	case "-Infinity":
		return math.Inf(-1), true
	}
	return 0, false
}

func (v *Value) setFloat(p unsafe.Pointer, f float64) {
	if v.Kind == Float32 {
		*(*float32)(p) = float32(f)
	} else {
		*(*float64)(p) = f
	}
}

// setNumber puts the decimal number text into p; false when the type cannot hold it.
func (v *Value) setNumber(p unsafe.Pointer, text []byte, integral bool) bool {
	switch v.Kind {
	case Int32, Int64:
		n, ok := parseInteger(text, integral)
		if !ok || !v.setInteger(p, n) {
			return false
		}
	case Float32, Float64:
		size := 64
		if v.Kind == Float32 {
			size = 32
		}
		f, err := strconv.ParseFloat(alias(text), size)
		if err != nil {
			return false
		}
		v.setFloat(p, f)
	case Time:
		t, ok := parseEpoch(alias(text))
		if !ok {
			return false
		}
		*(*timeValue)(p) = t
	}
	return true
}

func (v *Value) setInteger(p unsafe.Pointer, n int64) bool {
	if v.Kind == Int64 {
		*(*int64)(p) = n
		return true
	}
	if n < math.MinInt32 || n > math.MaxInt32 {
		return false
	}
	*(*int32)(p) = int32(n)
	return true
}

// parseInteger reads an integer, also one written 1.0 or 1e3.
func parseInteger(text []byte, integral bool) (int64, bool) {
	if !integral {
		f, err := strconv.ParseFloat(alias(text), 64)
		if err != nil || f != math.Trunc(f) || f < -1<<63 || f >= 1<<63 {
			return 0, false
		}
		return int64(f), true
	}
	if len(text) < 18 { // cannot overflow
		neg := text[0] == '-'
		if neg {
			text = text[1:]
		}
		var n int64
		for _, c := range text {
			n = n*10 + int64(c-'0')
		}
		if neg {
			n = -n
		}
		return n, true
	}
	n, err := strconv.ParseInt(alias(text), 10, 64)
	return n, err == nil
}
