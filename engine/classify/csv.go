package classify

import (
	"slices"
	"strconv"
	"strings"

	"unyo/engine/columnar"
)

// CSV recognises delimited text. Its zero value is the built-in classifier; what is given goes before what is found.
// https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html#classifier-builtin-rules
type CSV struct {
	Delimiter, Quote string
	Header           string   // PRESENT, ABSENT; else it is found out
	Names            []string // of the columns
	SingleColumn     bool     // one column is a table too
	Untrimmed        bool     // spaces around values are part of them
	Types            []string // of the columns, as Hive has them
	SerDe            string   // by which a table reads it; "" leaves that open
}

var delimiters = []string{",", "|", "\t", ";", "\x01"}

// cell is a value, and whether it stood in quotes.
type cell struct {
	text   string
	quoted bool
}

// mostRows bounds the rows that are looked at.
const mostRows = 10000

// Classify finds the delimiter that parts most rows alike. "The table schema must have at least two columns and two rows of data."
func (c CSV) Classify(s *Sample) (f Format, certainty float64) {
	if strings.IndexByte(s.Text, 0) >= 0 {
		return f, 0
	}
	tried := delimiters
	if c.Delimiter != "" {
		tried = []string{c.Delimiter}
	}
	quote := byte('"')
	if c.Quote != "" {
		quote = c.Quote[0]
	}
	var rows [][]cell
	delimiter, width := "", 0
	for _, d := range tried {
		split := cells(s.Text, d[0], quote)
		if w, ok := widthOf(split); ok && w > width {
			rows, delimiter, width = split, d, w
		}
	}
	if width < 2 && !(c.SingleColumn && width == 1) || len(rows) < 2 && c.Header != "ABSENT" && c.Names == nil {
		return f, 0
	}
	if width > mostMembers {
		return f, 0
	}
	rows = slices.DeleteFunc(rows, func(r []cell) bool { return len(r) != width })
	f = Format{Classification: "csv", Properties: map[string]string{"delimiter": delimiter}, Records: int64(len(rows))}
	c.describe(&f, rows, width)
	if slices.ContainsFunc(rows, func(r []cell) bool { return slices.ContainsFunc(r, func(v cell) bool { return v.quoted }) }) {
		f.Properties["quoted"] = "true"
	}
	if c.Quote != "" {
		f.Properties["quote"] = c.Quote
	}
	if c.SerDe != "" {
		f.Properties["serde"] = c.SerDe
	}
	return f, 1
}

// describe finds the header, and what the columns hold.
func (c CSV) describe(f *Format, rows [][]cell, width int) {
	types := make([]*columnar.Type, width)
	for _, r := range rows[1:] {
		for i, v := range r {
			types[i] = merge(types[i], c.typeOf(v))
		}
	}
	header := c.Header == "PRESENT" || c.Header != "ABSENT" && c.isHeader(rows, types)
	if header {
		f.Properties["header"] = "true"
		f.Records--
	} else {
		for i, v := range rows[0] {
			types[i] = merge(types[i], c.typeOf(v))
		}
	}
	for i := range width {
		name := "col" + strconv.Itoa(i)
		if header {
			name = strings.ToLower(strings.TrimSpace(rows[0][i].text))
		}
		if i < len(c.Names) {
			name = strings.ToLower(c.Names[i])
		}
		if header && i == width-1 && name == "" { // a delimiter at the end of each line
			continue
		}
		typ := settled(types[i]).String()
		if i < len(c.Types) {
			typ = c.Types[i]
		}
		f.Columns = append(f.Columns, Column{name, typ})
	}
}

// isHeader tells whether the first row names the columns: each of them is a text, short and unlike the others, and some column holds other
// things than texts.
func (c CSV) isHeader(rows [][]cell, types []*columnar.Type) bool {
	seen := map[string]bool{}
	for i, v := range rows[0] {
		name := strings.ToLower(strings.TrimSpace(v.text))
		last := i == len(rows[0])-1
		if c.Names != nil && i < len(c.Names) && name != strings.ToLower(c.Names[i]) {
			return false
		}
		if seen[name] || name == "" && !last || len(v.text) >= 150 && !last {
			return false
		}
		if t := c.typeOf(v); t != nil && t.Kind != columnar.String {
			return false
		}
		seen[name] = true
	}
	if c.Names != nil {
		return true
	}
	return slices.ContainsFunc(types, func(t *columnar.Type) bool { return t != nil && t.Kind != columnar.String })
}

// typeOf is what a value is: bigint, double, boolean or a text; nil when there is none.
func (c CSV) typeOf(v cell) *columnar.Type {
	s := v.text
	if !c.Untrimmed {
		s = strings.TrimSpace(s)
	}
	switch {
	case v.quoted:
		return text
	case s == "":
		return nil
	case strings.EqualFold(s, "true"), strings.EqualFold(s, "false"):
		return &columnar.Type{Kind: columnar.Boolean}
	}
	if _, err := strconv.ParseInt(s, 10, 64); err == nil {
		return &columnar.Type{Kind: columnar.Bigint}
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil && strings.Trim(s, "+-.0123456789eE") == "" {
		return &columnar.Type{Kind: columnar.Double}
	}
	return text
}

// widthOf is how many columns nine of ten rows have.
func widthOf(rows [][]cell) (width int, ok bool) {
	counts := map[int]int{}
	for _, r := range rows {
		counts[len(r)]++
		if counts[len(r)] > counts[width] || counts[len(r)] == counts[width] && len(r) > width {
			width = len(r)
		}
	}
	return width, len(rows) > 0 && len(rows[0]) == width && counts[width]*10 >= len(rows)*9
}

// cells parts a text into rows and values. Within quotes, delimiters and ends of lines are text; a doubled quote is one.
func cells(s string, delimiter, quote byte) (rows [][]cell) {
	var row []cell
	var b strings.Builder
	quoted, inside := false, false
	end := func() { row = append(row, cell{b.String(), quoted}); b.Reset(); quoted = false }
	line := func() {
		if end(); len(row) > 1 || row[0].text != "" || row[0].quoted {
			rows = append(rows, row)
		}
		row = nil
	}
	for i := 0; i < len(s) && len(rows) < mostRows; i++ {
		switch ch := s[i]; {
		case inside && ch == quote && i+1 < len(s) && s[i+1] == quote:
			b.WriteByte(quote)
			i++
		case inside && ch == quote:
			inside = false
		case inside:
			b.WriteByte(ch)
		case ch == quote && b.Len() == 0:
			inside, quoted = true, true
		case ch == delimiter:
			end()
		case ch == '\n':
			line()
		case ch == '\r':
		default:
			b.WriteByte(ch)
		}
	}
	if (b.Len() > 0 || len(row) > 0) && len(rows) < mostRows {
		line()
	}
	return rows
}
