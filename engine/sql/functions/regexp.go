package functions

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"sync"
	"unicode/utf8"

	"unyo/base/regex"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// https://trino.io/docs/current/functions/regexp.html. The patterns are Java's; they are run by RE2, whose time is linear in the
// text. What only Java has (look-around, back references, possessive quantifiers) is refused.

// program is a compiled pattern, and of how many instructions its program is.
type program struct {
	*regexp.Regexp
	steps int
}

// compiled are the patterns that have been met; queries mostly have one for all rows.
var compiled struct {
	sync.RWMutex
	list map[string]program
}

// What one call may come to: a match cannot be interrupted, and takes as many steps as the program has instructions, for each byte; all matches
// of a text are found before the first is looked at, each with all its groups.
const (
	maxSteps   = 1 << 31
	maxMatches = 1 << 27 // bytes
)

// expression is argument i as a pattern, which is to be matched against argument 0; nil when it is none, and the call has failed.
func expression(r *Row, i int) *regexp.Regexp {
	if r.Context.Context != nil && r.Context.Err() != nil {
		r.Fail(r.Context.Err())
		return nil
	}
	compiled.RLock()
	re, have := compiled.list[string(r.Bytes(i))]
	compiled.RUnlock()
	if !have {
		var err error
		if re, err = compileRegexp(r.Text(i)); err != nil {
			r.Fail(err)
			return nil
		}
		compiled.Lock()
		if len(compiled.list) >= 256 || compiled.list == nil {
			compiled.list = map[string]program{}
		}
		compiled.list[r.Text(i)] = re
		compiled.Unlock()
	}
	n := len(r.Bytes(0)) + 1
	if n*re.steps > maxSteps {
		r.Fail(fault.New("REGEXP_TIMEOUT", "a regular expression of %d steps takes too long for a text of %d bytes", re.steps, n-1))
		return nil
	}
	if each := 16*(re.NumSubexp()+1) + 24; n > maxMatches/each && r.matchesMore(re.Regexp, maxMatches/each) {
		if r.err == nil {
			r.Fail(fault.New(fault.ExceededMemory, "a regular expression matches more than %d times", maxMatches/each))
		}
		return nil
	}
	return re.Regexp
}

// enough ends a search.
type enough struct{}

// matchesMore tells whether re matches argument 0 more than so many times, without keeping where; also when the query ends meanwhile.
func (r *Row) matchesMore(re *regexp.Regexp, most int) (more bool) {
	defer func() {
		if p := recover(); p != nil && p != (enough{}) {
			panic(p)
		}
	}()
	n := 0
	re.ReplaceAllFunc(r.Bytes(0), func([]byte) []byte {
		if n%1024 == 0 && r.Context.Context != nil && r.Context.Err() != nil {
			r.Fail(r.Context.Err())
			more = true
			panic(enough{})
		}
		if n++; n > most {
			more = true
			panic(enough{})
		}
		return nil
	})
	return false
}

func compileRegexp(s string) (program, error) {
	text := javaToGo(s)
	re, err := regexp.Compile(text)
	if err == nil {
		return program{re, regex.Size(text)}, nil
	}
	if e, ok := err.(*syntax.Error); ok && (strings.HasPrefix(e.Expr, "(?<") || e.Code == syntax.ErrInvalidPerlOp || e.Code == syntax.ErrInvalidEscape || e.Code == syntax.ErrInvalidRepeatOp) {
		return program{}, fault.New(fault.NotSupported, "regular expression uses what RE2 has not, such as look-around, back references or possessive quantifiers: %s", s)
	}
	return program{}, errArgument("Invalid regular expression: %s: %v", s, err)
}

// javaToGo writes what Java writes otherwise: (?<name>…), \h, \Z, \R.
func javaToGo(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case strings.HasPrefix(s[i:], "(?<") && i+3 < len(s) && s[i+3] != '=' && s[i+3] != '!':
			b.WriteString("(?P<")
			i += 2
		case s[i] == '\\' && i+1 < len(s):
			i++
			switch s[i] {
			case 'h':
				b.WriteString(`[ \t]`)
			case 'Z':
				b.WriteString(`\z`)
			case 'R':
				b.WriteString(`(?:\r\n|[\n\r])`)
			default:
				b.WriteByte('\\')
				b.WriteByte(s[i])
			}
		default:
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// withExpression declares a function whose argument 1 is a pattern.
func withExpression(text string, f func(r *Row, re *regexp.Regexp), options ...option) {
	page("regexp").rows(text, func(r *Row) {
		if re := expression(r, 1); re != nil {
			f(r, re)
		}
	}, options...)
}

func init() {
	withExpression("regexp_like(varchar,varchar) boolean", func(r *Row, re *regexp.Regexp) { r.PutBool(re.Match(r.Bytes(0))) })
	withExpression("regexp_count(varchar,varchar) bigint", func(r *Row, re *regexp.Regexp) { r.PutInt(int64(len(re.FindAllIndex(r.Bytes(0), -1)))) })
	withExpression("regexp_extract(varchar,varchar) varchar", func(r *Row, re *regexp.Regexp) { extract(r, re, 0) })
	withExpression("regexp_extract(varchar,varchar,bigint) varchar", func(r *Row, re *regexp.Regexp) { extract(r, re, r.Int(2)) })
	withExpression("regexp_extract_all(varchar,varchar) array(varchar)", func(r *Row, re *regexp.Regexp) { extractAll(r, re, 0) })
	withExpression("regexp_extract_all(varchar,varchar,bigint) array(varchar)", func(r *Row, re *regexp.Regexp) { extractAll(r, re, r.Int(2)) })
	withExpression("regexp_position(varchar,varchar) integer", func(r *Row, re *regexp.Regexp) { position(r, re, 1, 1) })
	withExpression("regexp_position(varchar,varchar,bigint) integer", func(r *Row, re *regexp.Regexp) { position(r, re, r.Int(2), 1) })
	withExpression("regexp_position(varchar,varchar,bigint,bigint) integer", func(r *Row, re *regexp.Regexp) { position(r, re, r.Int(2), r.Int(3)) })
	withExpression("regexp_replace(varchar,varchar) varchar", func(r *Row, re *regexp.Regexp) { r.PutBytes(re.ReplaceAll(r.Bytes(0), nil)) })
	withExpression("regexp_replace(varchar,varchar,varchar) varchar", replaceAll)
	withExpression("regexp_split(varchar,varchar) array(varchar)", func(r *Row, re *regexp.Regexp) {
		s, from := r.Text(0), 0
		var parts []string
		for _, at := range re.FindAllStringIndex(s, -1) {
			parts = append(parts, s[from:at[0]])
			from = at[1]
		}
		r.PutTexts(append(parts, s[from:]))
	})
	page("regexp").kernel("regexp_replace(varchar,varchar,function(array(varchar),varchar)) varchar", replaceByLambda)
}

// group tells whether a pattern has a group.
func group(r *Row, re *regexp.Regexp, n int64) bool {
	if n < 0 {
		r.Invalid("Group cannot be negative")
	} else if n > int64(re.NumSubexp()) {
		r.Invalid("Pattern has %d groups. Cannot access group %d", re.NumSubexp(), n)
	}
	return r.err == nil
}

func extract(r *Row, re *regexp.Regexp, n int64) {
	if !group(r, re, n) {
		return
	}
	if at := re.FindSubmatchIndex(r.Bytes(0)); at != nil && at[2*n] >= 0 {
		r.PutBytes(r.Bytes(0)[at[2*n]:at[2*n+1]])
	}
}

func extractAll(r *Row, re *regexp.Regexp, n int64) {
	if !group(r, re, n) {
		return
	}
	for _, at := range re.FindAllSubmatchIndex(r.Bytes(0), -1) {
		if at[2*n] < 0 {
			r.Out.Elems[0].AppendNull()
		} else {
			r.Out.Elems[0].AppendText(r.Bytes(0)[at[2*n]:at[2*n+1]])
		}
	}
	r.Out.EndSpan()
}

func position(r *Row, re *regexp.Regexp, start, occurrence int64) {
	if start < 1 || occurrence < 1 {
		r.Invalid("start position and occurrence cannot be smaller than 1")
		return
	}
	b := r.Bytes(0)
	skip := len(cut(b, int(min(start-1, int64(len(b))))))
	if all := re.FindAllIndex(b[skip:], int(min(occurrence, maxText))); int64(len(all)) == occurrence {
		r.PutInt(int64(utf8.RuneCount(b[:skip+all[occurrence-1][0]]) + 1))
		return
	}
	r.PutInt(-1)
}

// replaceAll writes $1, $10 and ${name} as Java does: a group that there is not is an error.
func replaceAll(r *Row, re *regexp.Regexp) {
	src, with := r.Bytes(0), r.Text(2)
	var out []byte
	from := 0
	for _, at := range re.FindAllSubmatchIndex(src, -1) {
		out = append(out, src[from:at[0]]...)
		if out = expand(r, re, out, with, src, at); r.err != nil {
			return
		}
		if from = at[1]; len(out) > maxOut {
			r.Fail(fault.New(fault.ExceededMemory, "a replacement has become too large"))
			return
		}
	}
	r.PutBytes(append(out, src[from:]...))
}

func expand(r *Row, re *regexp.Regexp, out []byte, with string, src []byte, at []int) []byte {
	for i := 0; i < len(with); i++ {
		switch c := with[i]; {
		case c == '\\' && i+1 < len(with):
			i++
			out = append(out, with[i])
		case c == '$':
			n, width := -1, 0
			if rest := with[i+1:]; strings.HasPrefix(rest, "{") {
				name, _, ok := strings.Cut(rest[1:], "}")
				if n = re.SubexpIndex(name); ok {
					width = len(name) + 2
				}
			} else {
				for k := 0; k < len(rest) && digitByte(rest[k]); k++ { // as many digits as name a group
					m := max(n, 0)*10 + int(rest[k]-'0')
					if k > 0 && m > re.NumSubexp() {
						break
					}
					n, width = m, k+1
				}
			}
			if width == 0 || n < 0 || n > re.NumSubexp() {
				r.Invalid("Illegal replacement sequence: unknown group { %s }", with[i+1:])
				return nil
			}
			if i += width; at[2*n] >= 0 {
				out = append(out, src[at[2*n]:at[2*n+1]]...)
			}
		default:
			out = append(out, c)
		}
	}
	return out
}

func digitByte(c byte) bool { return c >= '0' && c <= '9' }

// replaceByLambda gives a lambda the groups of each match.
func replaceByLambda(args []*types.Type, result *types.Type) Kernel {
	return func(c *Context, n int, in []Arg) (*vector.Vector, error) {
		groups := types.ArrayOf(types.Text).New()
		var parents []uint32
		find := rowKernel(func(r *Row) {
			re := expression(r, 1)
			if re == nil {
				return
			}
			for _, at := range re.FindAllSubmatchIndex(r.Bytes(0), -1) {
				for g := 2; g < len(at); g += 2 {
					if at[g] < 0 {
						groups.Elems[0].AppendNull()
					} else {
						groups.Elems[0].AppendText(r.Bytes(0)[at[g]:at[g+1]])
					}
				}
				groups.EndSpan()
				parents = append(parents, uint32(r.row))
			}
			r.PutInt(0)
		}, false, args, types.Big)
		if _, err := find(c, n, in); err != nil {
			return nil, err
		}
		with, err := in[2].Lambda(parents, groups)
		if err != nil {
			return nil, err
		}
		next := 0
		return rowKernel(func(r *Row) {
			src, from, out, null := r.Bytes(0), 0, []byte(nil), false
			for _, at := range expression(r, 1).FindAllIndex(src, -1) {
				out = append(out, src[from:at[0]]...)
				if v, i := with.At(next); v.IsNull(i) {
					null = true
				} else {
					out = append(out, v.Text(i)...)
				}
				from = at[1]
				next++
			}
			if !null {
				r.PutBytes(append(out, src[from:]...))
			}
		}, false, args, result)(c, n, in)
	}
}
