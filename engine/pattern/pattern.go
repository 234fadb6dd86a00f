package pattern

import (
	"errors"
	"fmt"
	"strings"
)

// Pattern is a compiled filter pattern. It may be used from many goroutines.
type Pattern struct {
	text    string
	matcher matcher
	regexes int
}

// matcher is one of the three kinds of pattern.
type matcher interface {
	match(message []byte) bool
	// fields are the values that the pattern names, for messages that match.
	fields(message []byte) map[string]string
	// literals must all be in a message that matches.
	literals() []string
}

// maxRegexes is how many regular expressions a delimited or JSON pattern may have.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
const maxRegexes = 2

// maxDepth bounds parentheses.
const maxDepth = 100

// errSyntax is a pattern that is none, in AWS's words.
var errSyntax = errors.New("Invalid filter pattern")

func syntax(format string, args ...any) error {
	return fmt.Errorf("%w: %s", errSyntax, fmt.Sprintf(format, args...))
}

// Compile reads a pattern. The empty one matches everything. The error's text is meant for the customer.
func Compile(text string) (*Pattern, error) {
	p := &Pattern{text: text}
	t := strings.TrimSpace(text)
	var err error
	switch {
	case t == "" || t == `""`:
		p.matcher = terms{}
	case t[0] == '{':
		p.matcher, p.regexes, err = compileJSON(t)
	case t[0] == '[':
		p.matcher, p.regexes, err = compileDelimited(t)
	default:
		p.matcher, p.regexes, err = compileTerms(t)
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}

// String is the pattern's text.
func (p *Pattern) String() string { return p.text }

// Match reports whether message matches.
func (p *Pattern) Match(message []byte) bool { return p.matcher.match(message) }

// Fields returns what the pattern names in a message that matches: $name or $1 for fields delimited by spaces, $.selector for
// JSON. For messages that do not match it is nil.
func (p *Pattern) Fields(message []byte) map[string]string {
	if !p.Match(message) {
		return nil
	}
	return p.matcher.fields(message)
}

// Literals returns texts that are all in every message that matches; none when nothing is certain. A search can skip what
// lacks one of them without asking Match.
func (p *Pattern) Literals() []string { return p.matcher.literals() }

// Regexes is how many regular expressions the pattern has, of which AWS limits the number per log group.
func (p *Pattern) Regexes() int { return p.regexes }
