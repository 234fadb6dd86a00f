package insights

import "strings"

// source reads SOURCE logGroups(namePrefix: ["a"], class: ["STANDARD"], accountIdentifiers: ["1"]).
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Source.html
func (p *parser) source(q *Query) *Error {
	from := p.tok.at
	if err := p.step(); err != nil {
		return err
	}
	if !p.tok.word("logGroups") {
		return p.unexpected()
	}
	if err := p.step(); err != nil {
		return err
	}
	if err := p.want("("); err != nil {
		return err
	}
	s := &Source{}
	for !p.tok.is(")") {
		if err := p.sourceArgument(s); err != nil {
			return err
		}
		if ok, err := p.take(","); err != nil {
			return err
		} else if !ok && !p.tok.is(")") {
			return p.unexpected()
		}
	}
	if err := p.step(); err != nil {
		return err
	}
	s.Span = p.end(from)
	q.Source = s
	return nil
}

func (p *parser) sourceArgument(s *Source) *Error {
	name := p.tok
	if name.kind != tokWord {
		return p.unexpected()
	}
	if err := p.step(); err != nil {
		return err
	}
	if err := p.want(":"); err != nil {
		return err
	}
	list, err := p.texts()
	if err != nil {
		return err
	}
	switch strings.ToLower(name.text) {
	case "nameprefix", "nameprefixes":
		s.Prefixes = list
		if len(list) > 5 {
			return fault(name.at, "SOURCE takes at most 5 prefixes, %s", where(p.text, name.at.Start))
		}
		for _, n := range list {
			if len(n) < 3 {
				return fault(name.at, "a prefix of SOURCE must have at least 3 characters, %s", where(p.text, name.at.Start))
			}
		}
	case "class":
		s.Class = strings.ToUpper(list[0])
	case "accountidentifier", "accountidentifiers":
		s.Accounts = list
	default:
		return fault(name.at, "unexpected symbol found %s %s", name.text, where(p.text, name.at.Start))
	}
	return nil
}

// texts reads a list of texts or words, or one alone.
func (p *parser) texts() ([]string, *Error) {
	list, err := p.take("[")
	if err != nil {
		return nil, err
	}
	var out []string
	for {
		if p.tok.kind != tokText && p.tok.kind != tokWord {
			return nil, p.unexpected()
		}
		out = append(out, p.tok.text)
		if err := p.step(); err != nil {
			return nil, err
		}
		if !list {
			return out, nil
		}
		if ok, err := p.take(","); err != nil {
			return nil, err
		} else if !ok {
			return out, p.want("]")
		}
	}
}
