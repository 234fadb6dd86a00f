package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
)

// variablesSince is the version of the language that knows variables.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
const variablesSince = "2012-10-17"

// maxDepth is how deep the grammar nests: document, statements, statement, conditions, operator, values.
const maxDepth = 6

// elements are the names of https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
var (
	documentElements  = []string{"Version", "Id", "Statement"}
	statementElements = []string{"Sid", "Principal", "NotPrincipal", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}
)

type rawDocument struct {
	Version    *string
	Id         *string
	Statement  json.RawMessage
	statements []rawStatement
}

type rawStatement struct {
	Sid          *string
	Effect       *string
	Principal    json.RawMessage
	NotPrincipal json.RawMessage
	Action       oneOrMany
	NotAction    oneOrMany
	Resource     oneOrMany
	NotResource  oneOrMany
	Condition    map[string]map[string]oneOrMany

	span span
}

// span is where a statement stands in the text.
type span struct{ start, end int }

// oneOrMany is a string, or a list of strings; booleans and numbers become their text, as AWS takes them.
type oneOrMany []string

func (o *oneOrMany) UnmarshalJSON(b []byte) error {
	many := []json.RawMessage{b}
	if len(b) > 0 && b[0] == '[' {
		many = nil
		if err := json.Unmarshal(b, &many); err != nil {
			return err
		}
	}
	*o = make(oneOrMany, 0, len(many))
	for _, m := range many {
		switch {
		case len(m) > 0 && m[0] == '"':
			var s string
			if err := json.Unmarshal(m, &s); err != nil {
				return err
			}
			*o = append(*o, s)
		case len(m) > 0 && (m[0] == '{' || m[0] == '[' || m[0] == 'n'):
			return errors.New("expected a string")
		default:
			*o = append(*o, string(m))
		}
	}
	return nil
}

// read takes the text apart without asking what its parts mean.
func read(text string) (*rawDocument, error) {
	spans, err := scan(text)
	if err != nil {
		return nil, syntax()
	}
	var raw rawDocument
	if err := json.Unmarshal([]byte(text), &raw); err != nil {
		return nil, syntax()
	}
	if raw.Version != nil && *raw.Version != variablesSince && *raw.Version != "2008-10-17" {
		return nil, malformed("The policy must contain a valid version string")
	}
	switch {
	case len(raw.Statement) == 0 || string(raw.Statement) == "null":
		return nil, malformed("Missing required field Statement")
	case raw.Statement[0] == '[':
		err = json.Unmarshal(raw.Statement, &raw.statements)
	default:
		raw.statements = make([]rawStatement, 1)
		err = json.Unmarshal(raw.Statement, &raw.statements[0])
	}
	if err != nil || len(raw.statements) != len(spans) {
		return nil, syntax()
	}
	if len(raw.statements) == 0 {
		return nil, malformed("Missing required field Statement")
	}
	for i := range spans {
		raw.statements[i].span = spans[i]
	}
	return &raw, nil
}

var (
	errDepth   = errors.New("nested deeper than the grammar")
	errTwice   = errors.New("a name stands twice in one object")
	errElement = errors.New("no such element")
	errTrail   = errors.New("text after the document")
)

// scan walks the tokens: it refuses what encoding/json lets pass (names given twice or in another case, depth, text
// after the end) and finds where the statements stand.
func scan(text string) ([]span, error) {
	s := scanner{dec: json.NewDecoder(bytes.NewReader([]byte(text)))}
	if err := s.value(0, ""); err != nil {
		return nil, err
	}
	if _, err := s.dec.Token(); err != io.EOF {
		return nil, errTrail
	}
	return s.spans, nil
}

type scanner struct {
	dec   *json.Decoder
	spans []span
}

// value reads one value; under names the element it belongs to: "" the document itself, "Statement" a statement.
func (s *scanner) value(depth int, under string) error {
	token, err := s.dec.Token()
	if err != nil {
		return err
	}
	delim, nested := token.(json.Delim)
	if !nested {
		return nil
	}
	if depth == maxDepth {
		return errDepth
	}
	start := int(s.dec.InputOffset()) - 1
	if delim == '[' {
		for s.dec.More() {
			if err := s.value(depth+1, under); err != nil {
				return err
			}
		}
		_, err = s.dec.Token()
		return err
	}
	if err := s.object(depth, under); err != nil {
		return err
	}
	if under == "Statement" {
		s.spans = append(s.spans, span{start, int(s.dec.InputOffset())})
	}
	return nil
}

func (s *scanner) object(depth int, under string) error {
	seen := map[string]bool{}
	for s.dec.More() {
		token, err := s.dec.Token()
		if err != nil {
			return err
		}
		name, _ := token.(string)
		if seen[name] {
			return errTwice
		}
		seen[name] = true
		below := "in " + name
		switch {
		case under == "" && !slices.Contains(documentElements, name), under == "Statement" && !slices.Contains(statementElements, name):
			return errElement
		case under == "" && name == "Statement":
			below = "Statement"
		}
		if err := s.value(depth+1, below); err != nil {
			return err
		}
	}
	_, err := s.dec.Token()
	return err
}
