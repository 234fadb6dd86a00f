package functions

import (
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

// compiled are the patterns that have been met; queries mostly have one for all rows.
var compiled struct {
	sync.RWMutex
	list map[string]*regex.Regexp
}

// What one call may come to: a match takes as many steps as the program has instructions, for each byte; and what matches again and again gives
// all its groups each time.
const (
	maxSteps   = 1 << 31
	maxMatches = 1 << 27 // bytes
)

// expression is argument i as a pattern, which is to be matched against argument 0; nil when it is none, and the call has failed.
func expression(r *Row, i int) *regex.Regexp {
	if err := r.ended(); err != nil {
		r.Fail(err)
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
			compiled.list = map[string]*regex.Regexp{}
		}
		compiled.list[r.Text(i)] = re
		compiled.Unlock()
	}
	if n := len(r.Bytes(0)) + 1; n*re.Size > maxSteps {
		r.Fail(fault.New("REGEXP_TIMEOUT", "a regular expression of %d steps takes too long for a text of %d bytes", re.Size, n-1))
		return nil
	}
	return re
}

// ended is why the query has ended, if it has.
func (r *Row) ended() error {
	if r.Context.Context == nil {
		return nil
	}
	return r.Context.Err()
}

// each calls f with all matches in argument 0, until f says no.
func (r *Row) each(re *regex.Regexp, src []byte, f func(at []int) bool) {
	n, most := 0, maxMatches/(16*(re.NumSubexp()+1)+24)
	err := re.Each(src, r.ended, func(at []int) bool {
		if n++; n > most {
			r.Fail(fault.New(fault.ExceededMemory, "a regular expression matches more than %d times", most))
			return false
		}
		return f(at) && r.err == nil
	})
	if err != nil {
		r.Fail(err)
	}
}

func compileRegexp(s string) (*regex.Regexp, error) {
	re, err := regex.Compile(javaToGo(s))
	if err == nil {
		return re, nil
	}
	if e, ok := err.(*syntax.Error); ok && (strings.HasPrefix(e.Expr, "(?<") || e.Code == syntax.ErrInvalidPerlOp || e.Code == syntax.ErrInvalidEscape || e.Code == syntax.ErrInvalidRepeatOp) {
		return nil, fault.New(fault.NotSupported, "regular expression uses what RE2 has not, such as look-around, back references or possessive quantifiers: %s", s)
	}
	return nil, errArgument("Invalid regular expression: %s: %v", s, err)
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
func withExpression(text string, f func(r *Row, re *regex.Regexp), options ...option) {
	page("regexp").rows(text, func(r *Row) {
		if re := expression(r, 1); re != nil {
			f(r, re)
		}
	}, options...)
}

func init() {
	withExpression("regexp_like(varchar,varchar) boolean", func(r *Row, re *regex.Regexp) {
		is, err := re.Matches(r.Bytes(0), r.ended)
		if err != nil {
			r.Fail(err)
			return
		}
		r.PutBool(is)
	})
	withExpression("regexp_count(varchar,varchar) bigint", func(r *Row, re *regex.Regexp) {
		n := int64(0)
		r.each(re, r.Bytes(0), func([]int) bool { n++; return true })
		r.PutInt(n)
	})
	withExpression("regexp_extract(varchar,varchar) varchar", func(r *Row, re *regex.Regexp) { extract(r, re, 0) })
	withExpression("regexp_extract(varchar,varchar,bigint) varchar", func(r *Row, re *regex.Regexp) { extract(r, re, r.Int(2)) })
	withExpression("regexp_extract_all(varchar,varchar) array(varchar)", func(r *Row, re *regex.Regexp) { extractAll(r, re, 0) })
	withExpression("regexp_extract_all(varchar,varchar,bigint) array(varchar)", func(r *Row, re *regex.Regexp) { extractAll(r, re, r.Int(2)) })
	withExpression("regexp_position(varchar,varchar) integer", func(r *Row, re *regex.Regexp) { position(r, re, 1, 1) })
	withExpression("regexp_position(varchar,varchar,bigint) integer", func(r *Row, re *regex.Regexp) { position(r, re, r.Int(2), 1) })
	withExpression("regexp_position(varchar,varchar,bigint,bigint) integer", func(r *Row, re *regex.Regexp) { position(r, re, r.Int(2), r.Int(3)) })
	withExpression("regexp_replace(varchar,varchar) varchar", func(r *Row, re *regex.Regexp) {
		src, from, out := r.Bytes(0), 0, []byte(nil)
		r.each(re, src, func(at []int) bool {
			out = append(out, src[from:at[0]]...)
			from = at[1]
			return true
		})
		r.PutBytes(append(out, src[from:]...))
	})
	withExpression("regexp_replace(varchar,varchar,varchar) varchar", replaceAll)
	withExpression("regexp_split(varchar,varchar) array(varchar)", func(r *Row, re *regex.Regexp) {
		s, from := r.Text(0), 0
		var parts []string
		r.each(re, r.Bytes(0), func(at []int) bool {
			parts = append(parts, s[from:at[0]])
			from = at[1]
			return true
		})
		r.PutTexts(append(parts, s[from:]))
	})
	page("regexp").kernel("regexp_replace(varchar,varchar,function(array(varchar),varchar)) varchar", replaceByLambda)
}

// group tells whether a pattern has a group.
func group(r *Row, re *regex.Regexp, n int64) bool {
	if n < 0 {
		r.Invalid("Group cannot be negative")
	} else if n > int64(re.NumSubexp()) {
		r.Invalid("Pattern has %d groups. Cannot access group %d", re.NumSubexp(), n)
	}
	return r.err == nil
}

func extract(r *Row, re *regex.Regexp, n int64) {
	if !group(r, re, n) {
		return
	}
	at, err := re.First(r.Bytes(0), r.ended)
	if err != nil {
		r.Fail(err)
	} else if at != nil && at[2*n] >= 0 {
		r.PutBytes(r.Bytes(0)[at[2*n]:at[2*n+1]])
	}
}

func extractAll(r *Row, re *regex.Regexp, n int64) {
	if !group(r, re, n) {
		return
	}
	r.each(re, r.Bytes(0), func(at []int) bool {
		if at[2*n] < 0 {
			r.Out.Elems[0].AppendNull()
		} else {
			r.Out.Elems[0].AppendText(r.Bytes(0)[at[2*n]:at[2*n+1]])
		}
		return true
	})
	r.Out.EndSpan()
}

func position(r *Row, re *regex.Regexp, start, occurrence int64) {
	if start < 1 || occurrence < 1 {
		r.Invalid("start position and occurrence cannot be smaller than 1")
		return
	}
	b := r.Bytes(0)
	skip := len(cut(b, int(min(start-1, int64(len(b))))))
	found := int64(-1)
	r.each(re, b[skip:], func(at []int) bool {
		if occurrence--; occurrence == 0 {
			found = int64(utf8.RuneCount(b[:skip+at[0]]) + 1)
		}
		return occurrence > 0
	})
	r.PutInt(found)
}

// replaceAll writes $1, $10 and ${name} as Java does: a group that there is not is an error.
func replaceAll(r *Row, re *regex.Regexp) {
	src, with := r.Bytes(0), r.Text(2)
	var out []byte
	from := 0
	r.each(re, src, func(at []int) bool {
		out = append(out, src[from:at[0]]...)
		out = expand(r, re, out, with, src, at)
		if from = at[1]; len(out) > maxOut {
			r.Fail(fault.New(fault.ExceededMemory, "a replacement has become too large"))
		}
		return r.err == nil
	})
	r.PutBytes(append(out, src[from:]...))
}

func expand(r *Row, re *regex.Regexp, out []byte, with string, src []byte, at []int) []byte {
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
			r.each(re, r.Bytes(0), func(at []int) bool {
				for g := 2; g < len(at); g += 2 {
					if at[g] < 0 {
						groups.Elems[0].AppendNull()
					} else {
						groups.Elems[0].AppendText(r.Bytes(0)[at[g]:at[g+1]])
					}
				}
				groups.EndSpan()
				parents = append(parents, uint32(r.row))
				return true
			})
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
			re := expression(r, 1)
			if re == nil {
				return
			}
			r.each(re, src, func(at []int) bool {
				out = append(out, src[from:at[0]]...)
				if v, i := with.At(next); v.IsNull(i) {
					null = true
				} else {
					out = append(out, v.Text(i)...)
				}
				from = at[1]
				next++
				return true
			})
			if !null {
				r.PutBytes(append(out, src[from:]...))
			}
		}, false, args, result)(c, n, in)
	}
}
