package insights

import (
	"strings"
	"unicode/utf8"
)

// Limits of a query.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_StartQuery.html
const (
	maxText  = 10_000 // characters
	maxDepth = 100    // of nested expressions
	maxLimit = 10_000 // rows of an answer
)

// Parse reads a query. The error's span is in characters.
func Parse(text string) (*Query, *Error) {
	p := &parser{lexer: lexer{text: text}}
	q, err := p.query()
	if err != nil {
		err.Span = Span{chars(text, err.Start), chars(text, err.End)}
		return nil, err
	}
	return q, nil
}

func chars(text string, bytes int) int { return utf8.RuneCountInString(text[:min(bytes, len(text))]) }

// parser has the token that comes next. Spans are in bytes until Parse is done.
type parser struct {
	lexer
	tok   token
	last  int // where the token before ended
	depth int
}

func (p *parser) step() (err *Error) {
	p.last = p.tok.at.End
	p.tok, err = p.next()
	return err
}

// unexpected is a token that nobody wants here.
func (p *parser) unexpected() *Error {
	at := p.tok.at
	if p.tok.kind == tokEnd {
		return fault(at, "unexpected end of the query %s", where(p.text, at.Start))
	}
	return fault(at, "unexpected symbol found %s %s", p.text[at.Start:at.End], where(p.text, at.Start))
}

func (p *parser) want(mark string) *Error {
	if !p.tok.is(mark) {
		return p.unexpected()
	}
	return p.step()
}

// take steps over the mark if it is there.
func (p *parser) take(mark string) (bool, *Error) {
	if !p.tok.is(mark) {
		return false, nil
	}
	return true, p.step()
}

func (p *parser) takeWord(w string) (bool, *Error) {
	if !p.tok.word(w) {
		return false, nil
	}
	return true, p.step()
}

func (p *parser) query() (*Query, *Error) {
	q := &Query{Text: p.text}
	if utf8.RuneCountInString(p.text) > maxText {
		return nil, fault(Span{0, len(p.text)}, "the query has more than %d characters", maxText)
	}
	if err := p.step(); err != nil {
		return nil, err
	}
	for {
		if ok, err := p.take("|"); err != nil {
			return nil, err
		} else if ok && len(q.Commands) == 0 && q.Source == nil {
			continue
		}
		if p.tok.kind == tokEnd && len(q.Commands) == 0 {
			return nil, fault(Span{0, len(p.text)}, "the query is empty")
		}
		if p.tok.word("source") && q.Source == nil && len(q.Commands) == 0 {
			if err := p.source(q); err != nil {
				return nil, err
			}
		} else {
			c, err := p.command()
			if err != nil {
				return nil, err
			}
			q.Commands = append(q.Commands, c)
		}
		if p.tok.kind == tokEnd {
			return q, p.check(q)
		}
		if !p.tok.is("|") {
			return nil, p.unexpected()
		}
	}
}

// absent are AWS's commands that are not built.
var absent = map[string]bool{
	"anomaly": true, "lookup": true, "join": true, "logcompare": true, "addtotals": true, "appendcols": true, "append": true, "timechart": true, "transaction": true,
	"eval": true, "rename": true, "top": true, "rare": true, "fillnull": true, "expand": true, "flatten": true, "sessionize": true, "outlier": true, "timeslice": true,
}

func (p *parser) command() (Command, *Error) {
	if p.tok.kind != tokWord || p.tok.quoted {
		return nil, p.unexpected()
	}
	name, at := strings.ToLower(p.tok.text), p.tok.at
	parse, ok := commands[name]
	if !ok {
		if absent[name] {
			return nil, fault(at, "the command %s is not supported by this estate, %s", p.tok.text, where(p.text, at.Start))
		}
		return nil, p.unexpected()
	}
	if err := p.step(); err != nil {
		return nil, err
	}
	return parse(p, at)
}

// end closes the span of what begins at from.
func (p *parser) end(from Span) Span { return Span{from.Start, p.last} }

// items reads expressions with commas between them.
func (p *parser) items() ([]Item, *Error) {
	var list []Item
	for {
		i, err := p.item()
		if err != nil {
			return nil, err
		}
		list = append(list, i)
		if ok, err := p.take(","); err != nil || !ok {
			return list, err
		}
	}
}

func (p *parser) item() (Item, *Error) {
	from := p.tok.at.Start
	e, err := p.expr()
	if err != nil {
		return Item{}, err
	}
	i := Item{Expr: e, Name: strings.TrimSpace(p.text[from:p.last])}
	if n, ok := e.(*Name); ok {
		i.Name = n.Path
	}
	if ok, err := p.takeWord("as"); err != nil || !ok {
		return i, err
	}
	i.As = true
	i.Name, err = p.alias()
	return i, err
}

func (p *parser) alias() (string, *Error) {
	if p.tok.kind != tokWord {
		return "", p.unexpected()
	}
	name := p.tok.text
	return name, p.step()
}

// names reads names with commas between them.
func (p *parser) names() ([]string, *Error) {
	var list []string
	for {
		n, err := p.alias()
		if err != nil {
			return nil, err
		}
		list = append(list, n)
		if ok, err := p.take(","); err != nil || !ok {
			return list, err
		}
	}
}
