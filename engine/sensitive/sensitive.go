// Package sensitive finds data in messages that are not for everybody's eyes, by AWS's names for its kinds, and blots it out.
//
// A kind is a shape of text, a check of what has the shape, and for most kinds words of which one must stand near. Which words, and how
// near: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL-managed-data-identifiers.html
package sensitive

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Kind is a kind of sensitive data.
type Kind struct {
	Name  string
	holds string // what every text of the shape has in it, if there is such a thing
	shape *regexp.Regexp
	true  func(text []byte) bool // nil: whatever has the shape
	alone func(r byte) bool      // what may not stand beside it; nil: anything may
	near  *regexp.Regexp         // nil: needs no word
}

// Finding is where data of a kind stands, in bytes.
type Finding struct {
	Kind       string
	Start, End int
}

// nearness is within how many bytes of the data its word must stand.
const nearness = 30

// Managed is a kind that AWS has defined. Not every one of them is known here.
func Managed(name string) (*Kind, bool) {
	i, ok := slices.BinarySearchFunc(managed, name, func(k *Kind, name string) int { return cmp.Compare(k.Name, name) })
	if !ok {
		return nil, false
	}
	return managed[i], true
}

// Limits of kinds that a customer defines.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL-custom-data-identifiers.html
const (
	MaxCustom  = 10
	maxName    = 128
	maxPattern = 200
)

var (
	nameShape    = regexp.MustCompile(`^[a-zA-Z0-9_-]+$`)
	patternShape = regexp.MustCompile(`^[a-zA-Z0-9_#=@/;,\- ^$?\[\]{}|\\*+.]+$`)
)

// Custom is a kind that a customer has defined by a regular expression.
func Custom(name, pattern string) (*Kind, error) {
	switch {
	case len(name) > maxName || !nameShape.MatchString(name):
		return nil, fmt.Errorf("the name %q must be of at most %d letters, digits, _ and -", name, maxName)
	case len(pattern) > maxPattern || !patternShape.MatchString(pattern):
		return nil, fmt.Errorf("the regular expression of %s must be of at most %d of the characters that are allowed", name, maxPattern)
	}
	if _, ok := Managed(name); ok {
		return nil, fmt.Errorf("%s is the name of a managed data identifier", name)
	}
	shape, err := regexp.Compile(pattern)
	if err != nil {
		return nil, fmt.Errorf("the regular expression of %s is not valid: %w", name, err)
	}
	return &Kind{Name: name, shape: shape}, nil
}

// Find finds all data of kinds, in order of place.
func Find(message []byte, kinds []*Kind) (list []Finding) {
	for _, k := range kinds {
		list = k.find(message, list)
	}
	slices.SortStableFunc(list, func(a, b Finding) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End)) })
	return list
}

func (k *Kind) find(message []byte, list []Finding) []Finding {
	if !bytes.Contains(message, []byte(k.holds)) {
		return list
	}
	var words [][]int
	asked := false
	for at := 0; at < len(message); {
		m := k.shape.FindIndex(message[at:])
		if m == nil {
			break
		}
		start, end := at+m[0], at+m[1]
		if end == start {
			at = end + 1
			continue
		}
		at = end
		if k.alone != nil && (start > 0 && k.alone(message[start-1]) || end < len(message) && k.alone(message[end])) || k.true != nil && !k.true(message[start:end]) {
			continue
		}
		if k.near != nil {
			if !asked {
				words, asked = k.near.FindAllSubmatchIndex(message, -1), true
			}
			if !slices.ContainsFunc(words, func(w []int) bool { return isNear(start, end, w[2], w[3]) }) {
				continue
			}
		}
		list = append(list, Finding{k.Name, start, end})
	}
	return list
}

// isNear tells whether a word stands before or behind the data, not too far off.
func isNear(start, end, from, to int) bool {
	return to <= start && start-to <= nearness || from >= end && from-end <= nearness
}

// Mask puts an asterisk in the place of every character that was found.
func Mask(message []byte, list []Finding) []byte {
	if len(list) == 0 {
		return message
	}
	out := make([]byte, 0, len(message))
	at := 0
	for _, f := range list { // in order of place; they may overlap
		if f.End <= at {
			continue
		}
		start := max(at, f.Start)
		out = append(out, message[at:start]...)
		out = append(out, bytes.Repeat([]byte{'*'}, utf8.RuneCount(message[start:f.End]))...)
		at = f.End
	}
	return append(out, message[at:]...)
}

// words is an expression for any of some words: case does not matter, and for a blank there may be nothing, a hyphen or an underscore.
func words(list ...string) *regexp.Regexp {
	slices.SortFunc(list, func(a, b string) int { return len(b) - len(a) })
	for i, w := range list {
		list[i] = strings.ReplaceAll(regexp.QuoteMeta(w), " ", "[ _-]?")
	}
	return regexp.MustCompile(`(?i)(?:^|[^a-z])(` + strings.Join(list, "|") + `)`)
}
