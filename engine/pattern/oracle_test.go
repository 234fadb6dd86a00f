package pattern_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"unyo/engine/pattern"
)

// The oracle makes a pattern and, beside its text, a plain function that says what it means.
type oracle struct{ r *rand.Rand }

func (o oracle) pick(list ...string) string { return list[o.r.IntN(len(list))] }

var vocabulary = []string{"ERROR", "WARN", "a", "ab", "b", "404", "x_1", "ü"}

// terms makes an unstructured pattern.
func (o oracle) terms() (string, func(string) bool) {
	var text, all, none, any []string
	for range 1 + o.r.IntN(4) {
		w := o.pick(vocabulary...)
		if o.r.IntN(4) == 0 {
			w += " " + o.pick(vocabulary...)
		}
		quoted := w
		if strings.Contains(w, " ") || o.r.IntN(3) == 0 {
			quoted = `"` + w + `"`
		}
		switch o.r.IntN(3) {
		case 0:
			text, all = append(text, quoted), append(all, w)
		case 1:
			text, none = append(text, "-"+quoted), append(none, w)
		default:
			text, any = append(text, "?"+quoted), append(any, w)
		}
	}
	return strings.Join(text, " "), func(m string) bool {
		for _, w := range all {
			if !strings.Contains(m, w) {
				return false
			}
		}
		for _, w := range none {
			if strings.Contains(m, w) {
				return false
			}
		}
		if len(all)+len(none) > 0 {
			return true
		}
		for _, w := range any {
			if strings.Contains(m, w) {
				return true
			}
		}
		return false
	}
}

// comparison makes an operator with its value; the function is given a value's text and whether it is a number.
func (o oracle) comparison() (string, func(text string, number bool) bool) {
	if o.r.IntN(2) == 0 {
		limit := float64(o.r.IntN(5))
		op := o.pick("=", "!=", "<", "<=", ">", ">=")
		literal := strconv.FormatFloat(limit, 'g', -1, 64)
		return op + " " + literal, func(text string, number bool) bool {
			x, err := strconv.ParseFloat(text, 64)
			number = number && err == nil
			switch op {
			case "=":
				return number && x == limit || text == literal
			case "!=":
				return !(number && x == limit || text == literal)
			case "<":
				return number && x < limit
			case "<=":
				return number && x <= limit
			case ">":
				return number && x > limit
			}
			return number && x >= limit
		}
	}
	w := o.pick("a", "ab", "b", "ERROR", "x_1")
	head, tail := o.r.IntN(3) == 0, o.r.IntN(3) == 0
	text := w
	if head {
		text = "*" + text
	}
	if tail {
		text += "*"
	}
	if o.r.IntN(2) == 0 {
		text = `"` + text + `"`
	}
	not := o.r.IntN(3) == 0
	op := map[bool]string{false: "=", true: "!="}[not]
	return op + text, func(got string, _ bool) bool {
		ok := got == w
		switch {
		case head && tail:
			ok = strings.Contains(got, w)
		case head:
			ok = strings.HasSuffix(got, w)
		case tail:
			ok = strings.HasPrefix(got, w)
		}
		return ok != not
	}
}

// tree joins leaves by && and ||, with the parentheses that the meaning needs.
func tree[M any](o oracle, depth int, leaf func() (string, func(M) bool)) (string, func(M) bool) {
	if depth == 0 || o.r.IntN(3) == 0 {
		return leaf()
	}
	a, fa := tree(o, depth-1, leaf)
	b, fb := tree(o, depth-1, leaf)
	if o.r.IntN(2) == 0 {
		return "(" + a + ") && (" + b + ")", func(m M) bool { return fa(m) && fb(m) }
	}
	return "(" + a + " || " + b + ")", func(m M) bool { return fa(m) || fb(m) }
}

// members makes a pattern over JSON. Its function walks the decoded document.
func (o oracle) members() (string, func(string) bool) {
	text, f := tree(o, 3, func() (string, func(any) bool) {
		path, get := "$", func(v any) (any, bool) { return v, true }
		for range 1 + o.r.IntN(2) {
			before := get
			if o.r.IntN(4) == 0 && path != "$" {
				i := o.r.IntN(2)
				path += fmt.Sprintf("[%d]", i)
				get = func(v any) (any, bool) {
					v, ok := before(v)
					list, is := v.([]any)
					if !ok || !is || i >= len(list) {
						return nil, false
					}
					return list[i], true
				}
				continue
			}
			name := o.pick("a", "b", "c-1")
			path += "." + name
			get = func(v any) (any, bool) {
				v, ok := before(v)
				m, is := v.(map[string]any)
				if !ok || !is {
					return nil, false
				}
				v, ok = m[name]
				return v, ok
			}
		}
		if o.r.IntN(4) == 0 {
			state := o.pick("IS NULL", "IS TRUE", "IS FALSE", "NOT EXISTS")
			return path + " " + state, func(m any) bool {
				v, ok := get(m)
				switch state {
				case "IS NULL":
					return ok && v == nil
				case "IS TRUE":
					return ok && v == true
				case "IS FALSE":
					return ok && v == false
				}
				return !ok
			}
		}
		text, holds := o.comparison()
		return path + " " + text, func(m any) bool {
			v, ok := get(m)
			if !ok {
				return false
			}
			switch v := v.(type) {
			case string:
				return holds(v, false)
			case json.Number:
				return holds(v.String(), true)
			case bool:
				return holds(fmt.Sprint(v), false)
			}
			return false
		}
	})
	return "{ " + text + " }", func(m string) bool {
		d := json.NewDecoder(strings.NewReader(m))
		d.UseNumber()
		var v map[string]any
		return json.Valid([]byte(m)) && d.Decode(&v) == nil && v != nil && f(any(v))
	}
}

func (o oracle) document(depth int) string {
	switch n := o.r.IntN(9); {
	case n < 3 && depth > 0:
		var parts []string
		for _, k := range []string{"a", "b", "c-1"} {
			if o.r.IntN(2) == 0 {
				parts = append(parts, strconv.Quote(k)+o.pick(":", " : ")+o.document(depth-1))
			}
		}
		return "{" + strings.Join(parts, o.pick(",", " , ")) + "}"
	case n < 4 && depth > 0:
		var parts []string
		for range o.r.IntN(3) {
			parts = append(parts, o.document(depth-1))
		}
		return "[" + strings.Join(parts, ",") + "]"
	case n < 6:
		return strconv.Quote(o.pick("a", "ab", "b", "ERROR", "x_1", "3", "ERROR ab"))
	case n < 8:
		return o.pick("0", "1", "2.0", "3", "-4", "1e0")
	}
	return o.pick("null", "true", "false", `"\u0061b"`)
}

// delimited makes a pattern over fields.
func (o oracle) delimited() (string, func(string) bool) {
	n := 1 + o.r.IntN(4)
	ellipsis := -1
	if o.r.IntN(2) == 0 {
		ellipsis = o.r.IntN(n + 1)
	}
	var parts []string
	var conds []func(fields []string) bool
	for i := range n {
		if i == ellipsis {
			parts = append(parts, "...")
		}
		name := fmt.Sprint("f", i)
		if o.r.IntN(2) == 0 {
			parts = append(parts, name)
			continue
		}
		text, f := tree(o, 1, func() (string, func([]string) bool) {
			text, holds := o.comparison()
			return name + " " + text, func(fields []string) bool {
				at := i
				if ellipsis >= 0 && i >= ellipsis {
					at += len(fields) - n
				}
				return holds(fields[at], true)
			}
		})
		parts, conds = append(parts, text), append(conds, f)
	}
	if ellipsis == n {
		parts = append(parts, "...")
	}
	return "[" + strings.Join(parts, ", ") + "]", func(m string) bool {
		fields := strings.Fields(m)
		if len(fields) < n || len(fields) > n && ellipsis < 0 {
			return false
		}
		for _, c := range conds {
			if !c(fields) {
				return false
			}
		}
		return true
	}
}

func (o oracle) words() string {
	var list []string
	for range o.r.IntN(6) {
		list = append(list, o.pick("ERROR", "WARN", "a", "ab", "b", "404", "x_1", "ü", "3", "2.0", "0"))
	}
	return strings.Join(list, " ")
}

func TestAgainstOracle(t *testing.T) {
	matched := 0
	for seed := range uint64(20_000) {
		o := oracle{rand.New(rand.NewPCG(seed, 3))}
		var text, message string
		var means func(string) bool
		switch seed % 3 {
		case 0:
			text, means = o.terms()
			message = o.words()
		case 1:
			text, means = o.members()
			message = o.document(3)
		default:
			text, means = o.delimited()
			message = o.words()
		}
		p, err := pattern.Compile(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		got, want := p.Match([]byte(message)), means(message)
		if got != want {
			t.Fatalf("%s on %s: %t", text, message, got)
		}
		if got {
			matched++
			for _, l := range p.Literals() {
				if !strings.Contains(message, l) {
					t.Fatalf("%s matches %s without %q", text, message, l)
				}
			}
		}
	}
	if matched < 3000 {
		t.Errorf("only %d of 20,000 matched", matched)
	}
}

// Whatever the pattern and the message, nothing panics, and what matches has the literals.
func FuzzPattern(f *testing.F) {
	for _, x := range append(documented, further...) {
		for _, m := range append(x.yes, x.no...) {
			f.Add(x.pattern, m)
		}
	}
	f.Fuzz(func(t *testing.T, text, message string) {
		p, err := pattern.Compile(text)
		if err != nil {
			return
		}
		fields := p.Fields([]byte(message))
		if p.Match([]byte(message)) != (fields != nil) {
			t.Fatal("Fields and Match do not agree")
		}
		for _, l := range p.Literals() {
			if fields != nil && !strings.Contains(message, l) {
				t.Fatalf("matches without %q", l)
			}
		}
	})
}
