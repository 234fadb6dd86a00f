package insights

import (
	"regexp/syntax"
	"strings"
)

// pushed are texts that every message holds which passes the first filters: the engine that keeps the events may skip what has none of them.
func pushed(q *Query) (list []string) {
	for _, c := range q.Commands {
		switch c := c.(type) {
		case *Filter:
			list = needed(c.Cond, list)
		case *Fields:
			for _, i := range c.Items {
				if i.Name == "@message" && i.As {
					return list
				}
			}
		case *Sort, *Display:
		default:
			return list
		}
	}
	return list
}

// needed adds what a condition cannot hold without.
func needed(e Expr, list []string) []string {
	switch e := e.(type) {
	case *Binary:
		if e.Op == "and" {
			return needed(e.Y, needed(e.X, list))
		}
		if t, ok := e.Y.(*Text); ok && e.Op == "=" && isMessage(e.X) {
			return append(list, t.Value)
		}
	case *Like:
		if e.Not || !isMessage(e.X) {
			return list
		}
		if t, ok := e.Sub.(*Text); ok {
			return append(list, t.Value)
		}
		if e.Regex != nil {
			if re, err := syntax.Parse(e.Text, syntax.Perl); err == nil {
				return literals(re.Simplify(), list)
			}
		}
	case *Call:
		if t, ok := last(e.Args).(*Text); ok && e.Func == "strcontains" && len(e.Args) == 2 && isMessage(e.Args[0]) {
			return append(list, t.Value)
		}
	}
	return list
}

func last(list []Expr) Expr {
	if len(list) == 0 {
		return nil
	}
	return list[len(list)-1]
}

func isMessage(e Expr) bool {
	n, ok := e.(*Name)
	return ok && n.Path == "@message"
}

// literals adds the texts without which a regular expression matches nothing.
func literals(re *syntax.Regexp, list []string) []string {
	switch re.Op {
	case syntax.OpLiteral:
		if re.Flags&syntax.FoldCase == 0 && !strings.ContainsRune(string(re.Rune), '�') {
			list = append(list, string(re.Rune))
		}
	case syntax.OpConcat:
		for _, s := range re.Sub {
			list = literals(s, list)
		}
	case syntax.OpCapture, syntax.OpPlus:
		list = literals(re.Sub[0], list)
	case syntax.OpRepeat:
		if re.Min > 0 {
			list = literals(re.Sub[0], list)
		}
	}
	return list
}
