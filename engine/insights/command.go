package insights

import (
	"regexp/syntax"
	"strings"

	"unyo/base/regex"
)

// commands says how each command is read, its name having been taken.
var commands map[string]func(p *parser, at Span) (Command, *Error)

func init() {
	commands = map[string]func(p *parser, at Span) (Command, *Error){
		"fields": func(p *parser, at Span) (Command, *Error) {
			items, err := p.items()
			return &Fields{p.end(at), items}, err
		},
		"display": func(p *parser, at Span) (Command, *Error) {
			items, err := p.items()
			return &Display{p.end(at), items}, err
		},
		"filter":      func(p *parser, at Span) (Command, *Error) { return p.filter(at, false) },
		"filterindex": func(p *parser, at Span) (Command, *Error) { return p.filter(at, true) },
		"parse":       (*parser).extract,
		"stats":       (*parser).stats,
		"sort":        (*parser).sort,
		"limit":       (*parser).limit,
		"head":        (*parser).limit, // of old
		"dedup": func(p *parser, at Span) (Command, *Error) {
			items, err := p.items()
			return &Dedup{p.end(at), items}, err
		},
		"pattern": func(p *parser, at Span) (Command, *Error) {
			e, err := p.expr()
			return &Pattern{p.end(at), e}, err
		},
		"diff":   (*parser).diff,
		"unnest": (*parser).unnest,
		"unmask": (*parser).unmask,
	}
}

func (p *parser) filter(at Span, index bool) (Command, *Error) {
	e, err := p.expr()
	if err != nil {
		return nil, err
	}
	return &Filter{p.end(at), e, index}, nil
}

// extract is parse, with a glob and names, or with a regular expression that has names.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Parse.html
func (p *parser) extract(at Span) (Command, *Error) {
	x := &Extract{}
	var err *Error
	if p.tok.kind == tokText || p.tok.is("/") { // of @message
		x.From = &Name{p.tok.at, "@message", []string{"@message"}}
	} else if x.From, err = p.primary(); err != nil {
		return nil, err
	}
	switch {
	case p.tok.is("/"):
		text, span, err := p.regexText()
		if err != nil {
			return nil, err
		}
		if x.Regex, err = p.compile(text, span); err != nil {
			return nil, err
		}
		for _, n := range x.Regex.SubexpNames()[1:] {
			if n != "" {
				x.Names = append(x.Names, n)
			}
		}
		if len(x.Names) == 0 {
			return nil, fault(span, "the regular expression of parse must have a named capturing group, %s", where(p.text, span.Start))
		}
	case p.tok.kind == tokText:
		glob := p.tok
		if err := p.step(); err != nil {
			return nil, err
		}
		x.Glob = strings.Split(glob.text, "*")
		if ok, err := p.takeWord("as"); err != nil {
			return nil, err
		} else if !ok {
			return nil, p.unexpected()
		}
		if x.Names, err = p.names(); err != nil {
			return nil, err
		}
		if len(x.Names) != len(x.Glob)-1 {
			return nil, fault(glob.at, "the expression of parse has %d wildcards, but %d names are given, %s", len(x.Glob)-1, len(x.Names), where(p.text, glob.at.Start))
		}
	default:
		return nil, p.unexpected()
	}
	x.Span = p.end(at)
	return x, nil
}

// regexText takes the regular expression that begins with the slash at hand.
func (p *parser) regexText() (string, Span, *Error) {
	text, span, err := p.regex(p.tok.at.Start)
	if err != nil {
		return "", span, err
	}
	p.tok.at.End = span.End
	return text, span, p.step()
}

// compile refuses what would need to go back in the text: the engine is one that never does, as AWS's.
func (p *parser) compile(text string, at Span) (*regex.Regexp, *Error) {
	r, err := regex.Compile(text)
	if err == nil && r.Size > maxProgram {
		return nil, fault(at, "the regular expression is too large %s", where(p.text, at.Start))
	}
	if err == nil {
		return r, nil
	}
	why := err.Error()
	if e, ok := err.(*syntax.Error); ok {
		why = e.Code.String() + ": " + e.Expr
	}
	return nil, fault(at, "invalid regular expression %s: %s", where(p.text, at.Start), why)
}

// maxProgram is of how many instructions a regular expression may be, which take memory; a match takes as many steps for each byte, and sees the query's end.
const maxProgram = 10_000

// stats reads items, some by others.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html
func (p *parser) stats(at Span) (Command, *Error) {
	s := &Stats{}
	var err *Error
	if s.Items, err = p.items(); err != nil {
		return nil, err
	}
	if ok, err := p.takeWord("by"); err != nil {
		return nil, err
	} else if ok {
		if s.By, err = p.items(); err != nil {
			return nil, err
		}
	}
	s.Span = p.end(at)
	return s, nil
}

func (p *parser) sort(at Span) (Command, *Error) {
	s := &Sort{}
	for {
		e, err := p.expr()
		if err != nil {
			return nil, err
		}
		k := SortKey{Expr: e}
		if p.tok.word("asc") || p.tok.word("desc") {
			k.Desc = p.tok.word("desc")
			if err := p.step(); err != nil {
				return nil, err
			}
		}
		s.Keys = append(s.Keys, k)
		if ok, err := p.take(","); err != nil {
			return nil, err
		} else if !ok {
			s.Span = p.end(at)
			return s, nil
		}
	}
}

func (p *parser) limit(at Span) (Command, *Error) {
	n := p.tok
	if n.kind != tokNumber || n.num != float64(int(n.num)) {
		return nil, p.unexpected()
	}
	if n.num < 1 || n.num > maxLimit {
		return nil, fault(n.at, "the limit must be between 1 and %d, %s", maxLimit, where(p.text, n.at.Start))
	}
	if err := p.step(); err != nil {
		return nil, err
	}
	return &Limit{p.end(at), int(n.num)}, nil
}

// diff takes what it compares with.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Diff.html
func (p *parser) diff(at Span) (Command, *Error) {
	d := &Diff{}
	for _, w := range []string{"previousDay", "previousWeek", "previousMonth"} {
		if ok, err := p.takeWord(w); err != nil {
			return nil, err
		} else if ok {
			d.Against = w
			break
		}
	}
	d.Span = p.end(at)
	return d, nil
}

// unnest makes a row of each element of a list.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Unnest.html
func (p *parser) unnest(at Span) (Command, *Error) {
	e, err := p.expr()
	if err != nil {
		return nil, err
	}
	u := &Unnest{Of: e}
	if ok, err := p.takeWord("into"); err != nil {
		return nil, err
	} else if !ok {
		return nil, p.unexpected()
	}
	if u.Name, err = p.alias(); err != nil {
		return nil, err
	}
	u.Span = p.end(at)
	return u, nil
}

// unmask is fields with the function of that name.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Unmask.html
func (p *parser) unmask(at Span) (Command, *Error) {
	items, err := p.items()
	if err != nil {
		return nil, err
	}
	for i := range items {
		x := &items[i]
		if !x.As {
			x.Name = "unmask(" + x.Name + ")"
		}
		x.Expr = &Call{x.Expr.span(), "unmask", []Expr{x.Expr}}
	}
	return &Fields{p.end(at), items}, nil
}
