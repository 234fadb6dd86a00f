package columnar

import (
	"strconv"

	"unyo/engine/vector"
)

// quick adds a value whose text is of the usual form, as convert would read it; false where it is not, and nothing is added.
func (d *Decoder) quick(h *held, text []byte, isText bool) bool {
	switch k := h.typ.Kind; k {
	case Boolean:
		if isText || text[0] != 't' && text[0] != 'f' {
			return false
		}
		h.putInt(int64(btoi(text[0] == 't')))
	case Tinyint, Smallint, Int, Bigint:
		n, fraction, ok := number(text)
		if !ok || fraction >= 0 || !k.fits(n) {
			return false
		}
		h.putInt(n)
	case Float, Double:
		if !plainNumber(text) {
			return false
		}
		f, err := strconv.ParseFloat(string(text), 32*(1+btoi(k == Double)))
		if err != nil {
			return false
		}
		h.putFloat(f)
	case Decimal:
		n, fraction, ok := number(text)
		more := h.typ.Scale - max(0, fraction)
		if !ok || more < 0 || len(text)+more > 18 {
			return false
		}
		if n *= power[more]; h.typ.Precision < 18 && (n >= power[h.typ.Precision] || n <= -power[h.typ.Precision]) {
			return false
		}
		h.putWide(vector.Int128{Hi: n >> 63, Lo: uint64(n)})
	case Timestamp:
		return d.quickInstant(h, text, isText)
	default:
		return false
	}
	return true
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// power[n] is 10 to the power of n.
var power = func() (p [19]int64) {
	p[0] = 1
	for i := range p[1:] {
		p[i+1] = 10 * p[i]
	}
	return p
}()

// number reads digits with or without a point, 18 at most: without the point, and how many stand behind it; -1 if there is none.
func number(text []byte) (n int64, fraction int, ok bool) {
	digits, negative := text, false
	if len(text) > 0 && text[0] == '-' {
		digits, negative = text[1:], true
	}
	fraction = -1
	seen := 0
	for i, c := range digits {
		switch {
		case '0' <= c && c <= '9':
			n = n*10 + int64(c-'0')
			if seen++; seen > 18 {
				return 0, 0, false
			}
		case c == '.' && fraction < 0:
			fraction = len(digits) - i - 1
		default:
			return 0, 0, false
		}
	}
	if negative {
		n = -n
	}
	return n, fraction, seen > 0
}

// plainNumber tells whether a text has only what a decimal number is written with.
func plainNumber(text []byte) bool {
	for _, c := range text {
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return false
		}
	}
	return true
}

// quickInstant adds yyyy-MM-ddTHH:mm:ss[.S]Z, yyyy-MM-dd HH:mm:ss[.S], or whole seconds or milliseconds.
func (d *Decoder) quickInstant(h *held, text []byte, isText bool) bool {
	if d.json.Hive && (len(d.formats) > 0 || !isText) {
		return false
	}
	if n, fraction, ok := number(text); ok {
		if d.json.Hive || fraction >= 0 {
			return false
		}
		seconds, nanos := n, int64(0)
		if n >= 100_000_000_000 || n <= -100_000_000_000 {
			seconds = floorDiv(n, 1000)
			nanos = (n - seconds*1000) * 1e6
		}
		if seconds < minSeconds || seconds > maxSeconds {
			return false
		}
		h.putInstant(seconds, int32(nanos))
		return true
	}
	zulu := len(text) > 0 && text[len(text)-1] == 'Z'
	separator := byte(' ')
	if zulu {
		text, separator = text[:len(text)-1], 'T'
	}
	if zulu && d.json.Hive || len(text) < 19 || text[4] != '-' || text[7] != '-' || text[10] != separator || text[13] != ':' || text[16] != ':' {
		return false
	}
	var part [6]int
	for i, at := range [...][2]int{{0, 4}, {5, 7}, {8, 10}, {11, 13}, {14, 16}, {17, 19}} {
		for _, c := range text[at[0]:at[1]] {
			if c < '0' || c > '9' {
				return false
			}
			part[i] = part[i]*10 + int(c-'0')
		}
	}
	nanos, ok := behind(text[19:])
	year, month, day := part[0], part[1], part[2]
	if !ok || year < 1 || month < 1 || month > 12 || day < 1 || day > 28 || part[3] > 23 || part[4] > 59 || part[5] > 59 {
		return false // the last days of months are left to who knows them
	}
	h.putInstant(int64(daysTo(year, month, day)*daySeconds+part[3]*3600+part[4]*60+part[5]), nanos)
	return true
}

// behind reads what stands behind a second, in nanoseconds.
func behind(text []byte) (nanos int32, ok bool) {
	if len(text) == 0 {
		return 0, true
	}
	if text[0] != '.' || len(text) < 2 || len(text) > 10 {
		return 0, false
	}
	for i := range 9 {
		c := byte('0')
		if i+1 < len(text) {
			c = text[i+1]
		}
		if c < '0' || c > '9' {
			return 0, false
		}
		nanos = nanos*10 + int32(c-'0')
	}
	return nanos, true
}

// daysTo is how many days lie between 1970-01-01 and a day of the Gregorian calendar.
func daysTo(year, month, day int) int {
	if month <= 2 { // years that begin in March end with the day that leaps
		year--
		month += 12
	}
	return 365*year + year/4 - year/100 + year/400 + (153*(month-3)+2)/5 + day - 1 - 719468
}
