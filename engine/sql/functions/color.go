package functions

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"unyo/engine/sql/types"
)

// https://trino.io/docs/current/functions/color.html

const resetColor = "\x1b[0m"

// escape is what a terminal of 256 colors takes for a color.
func escape(color int64) string {
	n := -color - 1
	if color >= 0 {
		n = 16 + color>>16&255*6/256*36 + color>>8&255*6/256*6 + color&255*6/256
	}
	return fmt.Sprintf("\x1b[38;5;%dm", n)
}

func rendered(text string, color int64) string { return escape(color) + text + resetColor }

// readColor reads #f0f, or the name of a color.
func readColor(s string) (int64, bool) {
	if len(s) == 4 && s[0] == '#' {
		n, err := strconv.ParseUint(s[1:], 16, 16)
		r, g, b := int64(n>>8), int64(n>>4&15), int64(n&15)
		return r<<20 | r<<16 | g<<12 | g<<8 | b<<4 | b, err == nil
	}
	i := slices.Index(types.Colors, strings.ToLower(s))
	return int64(-i - 1), i >= 0
}

// hsb is a color as hue, saturation and brightness; of grey the hue is 0.
func hsb(color int64) (h, s, b float64) {
	red, green, blue := float64(color>>16&255), float64(color>>8&255), float64(color&255)
	most, least := max(red, green, blue), min(red, green, blue)
	if b = most / 255; most == least {
		return 0, 0, b
	}
	span := most - least
	switch most {
	case red:
		h = (green - blue) / span
	case green:
		h = 2 + (blue-red)/span
	default:
		h = 4 + (red-green)/span
	}
	if h /= 6; h < 0 {
		h++
	}
	return h, span / most, b
}

func ofHSB(h, s, b float64) int64 {
	part := func(x float64) int64 { return int64(x*255 + 0.5) }
	sector := (h - math.Floor(h)) * 6
	f := sector - math.Floor(sector)
	p, q, t := b*(1-s), b*(1-s*f), b*(1-s*(1-f))
	list := [][3]float64{{b, t, p}, {q, b, p}, {p, b, t}, {p, q, b}, {t, p, b}, {b, p, q}}[int(sector)%6]
	return part(list[0])<<16 | part(list[1])<<8 | part(list[2])
}

// between is a color between two.
func between(fraction float64, low, high int64) int64 {
	h1, s1, b1 := hsb(low)
	h2, s2, b2 := hsb(high)
	return ofHSB(h1+fraction*(h2-h1), s1+fraction*(s2-s1), b1+fraction*(b2-b1))
}

// rgbOnly refuses colors that only a terminal knows.
func rgbOnly(r *Row, low, high int64) bool {
	if low < 0 || high < 0 {
		r.Invalid("color is not a valid rgb value")
		return false
	}
	return true
}

func init() {
	p := page("color")
	p.rows("color(varchar) color", func(r *Row) {
		if c, ok := readColor(r.Text(0)); ok {
			r.PutInt(c)
		} else {
			r.Invalid("Invalid color: '%s'", r.Text(0))
		}
	})
	shade := func(r *Row, fraction float64, low, high int64) {
		if rgbOnly(r, low, high) {
			r.PutInt(between(max(0, min(1, fraction)), low, high))
		}
	}
	p.rows("color(double,color,color) color", func(r *Row) { shade(r, r.Float(0), r.Int(1), r.Int(2)) })
	p.rows("color(double,double,double,color,color) color", func(r *Row) {
		shade(r, (r.Float(0)-r.Float(1))/(r.Float(2)-r.Float(1)), r.Int(3), r.Int(4))
	})
	p.rows("rgb(bigint,bigint,bigint) color", func(r *Row) {
		for i, name := range []string{"red", "green", "blue"} {
			if r.Int(i) < 0 || r.Int(i) > 255 {
				r.Invalid("%s must be between 0 and 255", name)
				return
			}
		}
		r.PutInt(r.Int(0)<<16 | r.Int(1)<<8 | r.Int(2))
	})
	for _, t := range []string{"varchar", "bigint", "double"} {
		p.rows("render("+t+",color) varchar", func(r *Row) {
			v, i := r.At(0)
			r.PutText(rendered(types.Format(r.Types[0], v, i), r.Int(1)))
		})
	}
	p.rows("render(boolean) varchar", func(r *Row) {
		if r.Bool(0) {
			r.PutText(rendered("✓", -3))
		} else {
			r.PutText(rendered("✗", -2))
		}
	})
	p.rows("bar(double,bigint) varchar", func(r *Row) { bar(r, 0xff0000, 0x00ff00) })
	p.rows("bar(double,bigint,color,color) varchar", func(r *Row) { bar(r, r.Int(2), r.Int(3)) })
}

// widest bounds a bar.
const widest = 1 << 16

func bar(r *Row, low, high int64) {
	width := r.Int(1)
	if width > widest {
		r.Invalid("a bar is at most %d wide", widest)
		return
	}
	if !rgbOnly(r, low, high) {
		return
	}
	n := max(0, min(width, int64(r.Float(0)*float64(width))))
	var b strings.Builder
	for i := range n {
		b.WriteString(escape(between(float64(i)/float64(max(1, width-1)), low, high)) + "█")
	}
	b.WriteString(resetColor + strings.Repeat(" ", int(max(0, width-n))))
	r.PutText(b.String())
}
