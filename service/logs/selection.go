package logs

import (
	"encoding/json"
	"slices"
	"strings"

	"unyo/base/call"
)

// Fields that the system knows of every event of a group. Nothing centralises logs of other accounts or regions here, so they are the group's own.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html (emitSystemFieldDimensions, fieldSelectionCriteria)
const (
	systemAccount = "@aws.account"
	systemRegion  = "@aws.region"
)

func systemField(scope call.Scope, name string) (value string, ok bool) {
	switch name {
	case systemAccount:
		return scope.Account, true
	case systemRegion:
		return scope.Region, true
	}
	return "", false
}

// selection says of which origin events must be: one of several lists of terms, all of which hold.
type selection [][]selectionTerm

type selectionTerm struct {
	field  string
	not    bool
	values []string
}

// takes reports whether events of a scope are meant. No selection means all.
func (s selection) takes(scope call.Scope) bool {
	if len(s) == 0 {
		return true
	}
	return slices.ContainsFunc(s, func(all []selectionTerm) bool {
		return !slices.ContainsFunc(all, func(t selectionTerm) bool {
			value, _ := systemField(scope, t.field)
			return slices.Contains(t.values, value) == t.not
		})
	})
}

// parseSelection reads @aws.region = "us-east-1" AND @aws.account NOT IN ["1", "2"] OR …; AND binds more tightly.
func parseSelection(text string) (selection, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	var out selection
	p := &selectionReader{rest: text}
	terms := []selectionTerm{}
	for {
		t, ok := p.term()
		if !ok {
			return nil, invalid("Invalid fieldSelectionCriteria: %s", text)
		}
		terms = append(terms, t)
		switch word := p.word(); strings.ToUpper(word) {
		case "AND":
		case "OR":
			out, terms = append(out, terms), []selectionTerm{}
		case "":
			if p.rest == "" {
				return append(out, terms), nil
			}
			fallthrough
		default:
			return nil, invalid("Invalid fieldSelectionCriteria: %s", text)
		}
	}
}

type selectionReader struct{ rest string }

func (p *selectionReader) space() { p.rest = strings.TrimLeft(p.rest, " \t\r\n") }

// word takes letters, digits, points, underscores and an @.
func (p *selectionReader) word() string {
	p.space()
	n := 0
	for n < len(p.rest) && (p.rest[n] == '@' || p.rest[n] == '.' || p.rest[n] == '_' || 'a' <= p.rest[n]|0x20 && p.rest[n]|0x20 <= 'z' || '0' <= p.rest[n] && p.rest[n] <= '9') {
		n++
	}
	word := p.rest[:n]
	p.rest = p.rest[n:]
	p.space()
	return word
}

func (p *selectionReader) take(text string) (ok bool) {
	p.rest, ok = strings.CutPrefix(p.rest, text)
	return ok
}

// value takes what JSON has there: a text, or a list of texts.
func (p *selectionReader) value(v any) bool {
	d := json.NewDecoder(strings.NewReader(p.rest))
	if err := d.Decode(v); err != nil {
		return false
	}
	p.rest = p.rest[d.InputOffset():]
	return true
}

func (p *selectionReader) term() (t selectionTerm, ok bool) {
	t.field = p.word()
	if _, known := systemField(call.Scope{}, t.field); !known {
		return t, false
	}
	var one string
	switch {
	case p.take("!="):
		t.not = true
		ok = p.value(&one)
		t.values = []string{one}
	case p.take("="):
		ok = p.value(&one)
		t.values = []string{one}
	default:
		word := p.word()
		if t.not = strings.EqualFold(word, "NOT"); t.not {
			word = p.word()
		}
		ok = strings.EqualFold(word, "IN") && p.value(&t.values) && len(t.values) > 0
	}
	return t, ok
}
