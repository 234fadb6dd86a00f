package functions

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"unyo/engine/sql/types"
)

// maxText bounds what a function makes of one value; Trino's padding has the same bound.
const maxText = 1 << 20

// https://trino.io/docs/current/functions/string.html
func init() {
	p := page("string")
	p.rows("chr(bigint) varchar", func(r *Row) {
		if n := r.Int(0); n < 0 || n > unicode.MaxRune || n >= 0xD800 && n <= 0xDFFF {
			r.Invalid("Not a valid Unicode code point: %d", n)
		} else {
			r.PutText(string(rune(n)))
		}
	})
	p.rows("codepoint(varchar) integer", func(r *Row) {
		c, n := utf8.DecodeRune(r.Bytes(0))
		if n == 0 || n != len(r.Bytes(0)) {
			r.Invalid("Input string must be a single character string")
			return
		}
		r.PutInt(int64(c))
	})
	p.rows("concat(varchar...) varchar", func(r *Row) {
		for i := range r.Len() {
			v, at := r.At(i)
			if r.Types[i].Kind == types.Char {
				r.Out.Data = types.AppendFormat(r.Out.Data, r.Types[i], v, at)
			} else {
				r.Out.Data = append(r.Out.Data, v.Text(at)...)
			}
		}
		r.PutText("")
	})
	p.rows("concat(varbinary...) varbinary", func(r *Row) {
		for i := range r.Len() {
			r.Out.Data = append(r.Out.Data, r.Bytes(i)...)
		}
		r.PutText("")
	})
	p.rows("concat_ws(varchar,varchar...) varchar", concatWS, withNulls)
	p.rows("concat_ws(varchar,array(varchar)) varchar", func(r *Row) {
		v, from, to := r.Span(1)
		var list []string
		for ; from < to; from++ {
			if e, i := v.Elems[0].At(from); !e.IsNull(i) {
				list = append(list, string(e.Text(i)))
			}
		}
		r.PutText(strings.Join(list, r.Text(0)))
	})
	p.rows("hamming_distance(varchar,varchar) bigint", hamming)
	p.rows("length(varchar) bigint", func(r *Row) { r.PutInt(int64(utf8.RuneCount(r.Bytes(0)))) })
	p.rows("length(char) bigint", func(r *Row) { r.PutInt(int64(r.Types[0].Size)) })
	p.rows("levenshtein_distance(varchar,varchar) bigint", levenshtein)
	p.rows("lower(varchar) varchar", func(r *Row) { r.PutText(strings.ToLower(r.Text(0))) })
	p.rows("upper(varchar) varchar", func(r *Row) { r.PutText(strings.ToUpper(r.Text(0))) })
	p.rows("lpad(varchar,bigint,varchar) varchar", func(r *Row) { pad(r, true) })
	p.rows("rpad(varchar,bigint,varchar) varchar", func(r *Row) { pad(r, false) })
	p.rows("lpad(varbinary,bigint,varbinary) varbinary", func(r *Row) { padBytes(r, true) })
	p.rows("rpad(varbinary,bigint,varbinary) varbinary", func(r *Row) { padBytes(r, false) })
	p.rows("trim(varchar) varchar", func(r *Row) { r.PutBytes(bytes.TrimFunc(r.Bytes(0), space)) })
	p.rows("ltrim(varchar) varchar", func(r *Row) { r.PutBytes(bytes.TrimLeftFunc(r.Bytes(0), space)) })
	p.rows("rtrim(varchar) varchar", func(r *Row) { r.PutBytes(bytes.TrimRightFunc(r.Bytes(0), space)) })
	p.rows("trim(varchar,varchar) varchar", func(r *Row) { r.PutBytes(bytes.Trim(r.Bytes(0), r.Text(1))) })
	p.rows("ltrim(varchar,varchar) varchar", func(r *Row) { r.PutBytes(bytes.TrimLeft(r.Bytes(0), r.Text(1))) })
	p.rows("rtrim(varchar,varchar) varchar", func(r *Row) { r.PutBytes(bytes.TrimRight(r.Bytes(0), r.Text(1))) })
	p.rows("luhn_check(varchar) boolean", luhn)
	p.rows("replace(varchar,varchar) varchar", func(r *Row) { replace(r, "") })
	p.rows("replace(varchar,varchar,varchar) varchar", func(r *Row) { replace(r, r.Text(2)) })
	p.rows("reverse(varchar) varchar", func(r *Row) {
		c := []rune(r.Text(0))
		for i, j := 0, len(c)-1; i < j; i, j = i+1, j-1 {
			c[i], c[j] = c[j], c[i]
		}
		r.PutText(string(c))
	})
	p.rows("soundex(varchar) varchar", soundex)
	p.rows("split(varchar,varchar) array(varchar)", func(r *Row) { split(r, -1) })
	p.rows("split(varchar,varchar,bigint) array(varchar)", func(r *Row) {
		if r.Int(2) < 1 {
			r.Invalid("Limit must be positive")
			return
		}
		split(r, int(min(r.Int(2), maxText)))
	})
	p.rows("split_part(varchar,varchar,bigint) varchar", splitPart)
	p.rows("split_to_map(varchar,varchar,varchar) map(varchar,varchar)", func(r *Row) { splitToMap(r, false) })
	p.rows("split_to_multimap(varchar,varchar,varchar) map(varchar,array(varchar))", func(r *Row) { splitToMap(r, true) })
	p.rows("strpos(varchar,varchar) bigint", func(r *Row) { strpos(r, 1) })
	p.rows("strpos(varchar,varchar,bigint) bigint", func(r *Row) { strpos(r, r.Int(2)) })
	p.rows("ends_with(varchar,varchar) boolean", func(r *Row) { r.PutBool(bytes.HasSuffix(r.Bytes(0), r.Bytes(1))) })
	p.rows("starts_with(varchar,varchar) boolean", func(r *Row) { r.PutBool(bytes.HasPrefix(r.Bytes(0), r.Bytes(1))) })
	for _, name := range []string{"substr", "substring"} {
		p.rows(name+"(varchar,bigint) varchar", func(r *Row) { substr(r, maxOut) })
		p.rows(name+"(varchar,bigint,bigint) varchar", func(r *Row) { substr(r, r.Int(2)) })
		p.rows(name+"(varbinary,bigint) varbinary", func(r *Row) { substrBytes(r, maxOut) })
		p.rows(name+"(varbinary,bigint,bigint) varbinary", func(r *Row) { substrBytes(r, r.Int(2)) })
	}
	p.rows("translate(varchar,varchar,varchar) varchar", translate)
	p.rows("normalize(varchar,varchar) varchar", func(r *Row) {
		form, ok := map[string]norm.Form{"NFC": norm.NFC, "NFD": norm.NFD, "NFKC": norm.NFKC, "NFKD": norm.NFKD}[r.Text(1)]
		if !ok {
			r.Invalid("Normalization form must be one of [NFD, NFC, NFKD, NFKC]")
			return
		}
		r.PutText(form.String(r.Text(0)))
	})
	p.rows("to_utf8(varchar) varbinary", func(r *Row) { r.PutBytes(r.Bytes(0)) })
	p.rows("from_utf8(varbinary) varchar", func(r *Row) { r.PutText(strings.ToValidUTF8(r.Text(0), "\uFFFD")) })
	p.rows("from_utf8(varbinary,varchar) varchar", func(r *Row) {
		if utf8.RuneCount(r.Bytes(1)) > 1 {
			r.Invalid("Replacement character string must empty or a single character")
			return
		}
		r.PutText(strings.ToValidUTF8(r.Text(0), r.Text(1)))
	})
}

func space(c rune) bool { return unicode.IsSpace(c) }

func concatWS(r *Row) {
	if r.Null(0) {
		return
	}
	var list []string
	for i := 1; i < r.Len(); i++ {
		if !r.Null(i) {
			list = append(list, r.Text(i))
		}
	}
	r.PutText(strings.Join(list, r.Text(0)))
}

func hamming(r *Row) {
	a, b := []rune(r.Text(0)), []rune(r.Text(1))
	if len(a) != len(b) {
		r.Invalid("The input strings to hamming_distance function must have the same length")
		return
	}
	n := int64(0)
	for i := range a {
		if a[i] != b[i] {
			n++
		}
	}
	r.PutInt(n)
}

func levenshtein(r *Row) {
	a, b := []rune(r.Text(0)), []rune(r.Text(1))
	if len(a)*len(b) > 1_000_000 {
		r.Invalid("The combined inputs for Levenshtein distance are too large")
		return
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, c := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, d := range b {
			cost := diagonal
			if c != d {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, diagonal+1)
		}
	}
	r.PutInt(int64(row[len(b)]))
}

func pad(r *Row, left bool) {
	s, n, with := []rune(r.Text(0)), r.Int(1), []rune(r.Text(2))
	if n < 0 || n > maxText {
		r.Invalid("Target length must be in the range [0..%d]", maxText)
		return
	}
	if len(with) == 0 {
		r.Invalid("Padding string must not be empty")
		return
	}
	if int64(len(s)) >= n {
		r.PutText(string(s[:n]))
		return
	}
	fill := make([]rune, 0, n)
	for i := int64(0); i < n-int64(len(s)); i++ {
		fill = append(fill, with[i%int64(len(with))])
	}
	if left {
		r.PutText(string(append(fill, s...)))
	} else {
		r.PutText(string(append(s, fill...)))
	}
}

func padBytes(r *Row, left bool) {
	s, n, with := r.Bytes(0), r.Int(1), r.Bytes(2)
	if n < 0 || n > maxText {
		r.Invalid("Target length must be in the range [0..%d]", maxText)
		return
	}
	if len(with) == 0 {
		r.Invalid("Padding bytes must not be empty")
		return
	}
	if int64(len(s)) >= n {
		r.PutBytes(s[:n])
		return
	}
	fill := bytes.Repeat(with, int(n)/len(with)+1)[:n-int64(len(s))]
	if left {
		r.PutBytes(append(fill, s...))
	} else {
		r.PutBytes(append(append([]byte{}, s...), fill...))
	}
}

// replace knows how long its answer will be before it makes it: a text within its bounds can ask for ten thousand times as much.
func replace(r *Row, with string) {
	text, what := r.Text(0), r.Text(1)
	if len(with) > len(what) && strings.Count(text, what) > maxOut/len(with) {
		r.Fail(errTooLarge())
		return
	}
	r.PutText(strings.ReplaceAll(text, what, with))
}
