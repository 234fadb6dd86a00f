package report

import (
	"fmt"
	"html/template"
	"math"
	"strings"
)

// Plot is lines over days. Every series has a value for each of X.
type Plot struct {
	Unit   string
	X      []string
	Series []Series
}

// Series is one line of a plot.
type Series struct {
	Name   string
	Values []float64
}

// Size of a plot in its own units; the page scales it.
const (
	plotWidth, plotHeight             = 720, 240
	marginLeft, marginTop             = 64, 12
	marginRight, marginBottom         = 12, 34
	innerWidth                float64 = plotWidth - marginLeft - marginRight
	innerHeight               float64 = plotHeight - marginTop - marginBottom
	ticks                             = 4
)

// SVG draws the plot. Colours are the page's, by the number of the series.
func (p *Plot) SVG() template.HTML {
	var b strings.Builder
	top := p.ceiling()
	y := func(v float64) float64 { return marginTop + innerHeight*(1-v/top) }
	x := func(i int) float64 { return marginLeft + innerWidth*float64(i)/math.Max(1, float64(len(p.X)-1)) }
	fmt.Fprintf(&b, `<svg viewBox="0 0 %d %d" role="img">`, plotWidth, plotHeight)
	for i := range ticks + 1 {
		v := top * float64(i) / ticks
		fmt.Fprintf(&b, `<line class="grid" x1="%d" x2="%d" y1="%.1f" y2="%.1f"/>`, marginLeft, plotWidth-marginRight, y(v), y(v))
		fmt.Fprintf(&b, `<text x="%d" y="%.1f" text-anchor="end">%s</text>`, marginLeft-8, y(v)+4, number(v))
	}
	for i := 0; i < len(p.X); i += max(1, (len(p.X)+7)/8) {
		fmt.Fprintf(&b, `<text x="%.1f" y="%d" text-anchor="middle">%s</text>`, x(i), plotHeight-10, template.HTMLEscapeString(p.X[i]))
	}
	for n, s := range p.Series {
		points := make([]string, len(s.Values))
		for i, v := range s.Values {
			points[i] = fmt.Sprintf("%.1f,%.1f", x(i), y(v))
		}
		fmt.Fprintf(&b, `<polyline class="s%d" points="%s"><title>%s</title></polyline>`, n, strings.Join(points, " "), template.HTMLEscapeString(s.Name))
	}
	b.WriteString(`</svg>`)
	return template.HTML(b.String())
}

// ceiling is a round number that no value exceeds.
func (p *Plot) ceiling() float64 {
	most := 0.0
	for _, s := range p.Series {
		for _, v := range s.Values {
			most = max(most, v)
		}
	}
	if most == 0 {
		return 1
	}
	step := math.Pow(10, math.Floor(math.Log10(most)))
	return math.Ceil(most/step*2) / 2 * step
}

// number writes a value as short as a reader wants it.
func number(v float64) string {
	switch {
	case v >= 1e6:
		return fmt.Sprintf("%gM", math.Round(v/1e4)/100)
	case v >= 1e3:
		return fmt.Sprintf("%gk", math.Round(v/10)/100)
	}
	return fmt.Sprintf("%.3g", v)
}
