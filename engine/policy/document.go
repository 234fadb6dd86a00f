package policy

import (
	"errors"
	"fmt"
	"slices"
)

// Kind is where a document is attached; it decides its grammar and how a denial is worded.
type Kind string

const (
	Identity Kind = "identity-based policy"
	Boundary Kind = "permissions boundary"
	Session  Kind = "session policy"
	Resource Kind = "resource-based policy"
	Trust    Kind = "role trust policy"
	SCP      Kind = "service control policy"
	RCP      Kind = "resource control policy"
)

// namesPrincipals tells the kinds whose statements say whom they speak of; the others speak of whom they are attached to.
func (k Kind) namesPrincipals() bool { return k == Resource || k == Trust || k == RCP }

// ErrMalformed is a document that breaks the grammar; Error() after it is AWS's sentence.
var ErrMalformed = errors.New("malformed policy")

// MalformedError says what is wrong with a document, in AWS's words.
type MalformedError struct{ Reason string }

func (e *MalformedError) Error() string { return e.Reason }

// Is makes errors.Is(err, ErrMalformed) hold.
func (e *MalformedError) Is(target error) bool { return target == ErrMalformed }

func malformed(format string, args ...any) error {
	return &MalformedError{Reason: fmt.Sprintf(format, args...)}
}

func syntax() error { return malformed("Syntax errors in policy.") }

// Document is a compiled policy.
type Document struct {
	Name       string // ARN of a managed policy, name of an inline one, ARN of the resource
	Kind       Kind
	text       string
	statements []statement
	allows     index
	denies     index
}

// index finds the statements of one effect that may speak of a service, in the document's order.
type index struct {
	byService map[string][]int32
	other     []int32 // those that may speak of any service
}

func (x *index) of(service string) []int32 {
	if list, ok := x.byService[service]; ok {
		return list
	}
	return x.other
}

// Parse compiles a document as kind's grammar demands. Errors are ErrMalformed.
func Parse(kind Kind, name, text string) (*Document, error) {
	raw, err := read(text)
	if err != nil {
		return nil, err
	}
	if raw.Id != nil && !kind.namesPrincipals() {
		return nil, malformed("Has prohibited field Id")
	}
	vars := raw.Version != nil && *raw.Version == variablesSince
	d := &Document{Name: name, Kind: kind, text: text, statements: make([]statement, 0, len(raw.statements))}
	sids := map[string]bool{}
	for i := range raw.statements {
		s, err := compileStatement(kind, &raw.statements[i], vars)
		if err != nil {
			return nil, err
		}
		if s.sid != "" && sids[s.sid] {
			return nil, malformed("Statement IDs (SID) in a single policy must be unique.")
		}
		sids[s.sid] = true
		d.statements = append(d.statements, s)
	}
	d.allows, d.denies = d.indexOf(true), d.indexOf(false)
	return d, nil
}

// maxIndex bounds an index: a document that names thousands of services is searched through instead.
const maxIndex = 1 << 14

func (d *Document) indexOf(allow bool) index {
	x := index{byService: map[string][]int32{}}
	n := 0
	for i := range d.statements {
		if s := &d.statements[i]; s.allow == allow {
			n++
			for _, service := range s.services {
				x.byService[service] = nil
			}
		}
	}
	indexed := len(x.byService)*n <= maxIndex
	if !indexed {
		x.byService = nil
	}
	for i := range d.statements {
		s := &d.statements[i]
		if s.allow != allow {
			continue
		}
		if s.services == nil || !indexed {
			x.other = append(x.other, int32(i))
		}
		for service := range x.byService {
			if s.services == nil || has(s.services, service) {
				x.byService[service] = append(x.byService[service], int32(i))
			}
		}
	}
	return x
}

func has(sorted []string, service string) bool {
	_, found := slices.BinarySearch(sorted, service)
	return found
}

// Principals lists the ARNs, account ids and unique ids in the AWS members of the document's Principal elements.
func (d *Document) Principals() (list []string) {
	for i := range d.statements {
		for _, g := range d.statements[i].principals {
			if g.kind == "AWS" {
				list = append(list, g.value)
			}
		}
	}
	return list
}

// Keys lists the condition keys that the document asks for, in conditions and in variables, as it writes them.
func (d *Document) Keys() []string {
	var list []string
	for i := range d.statements {
		list = append(list, d.statements[i].keys...)
	}
	return list
}

// Speaks reports whether an Allow statement of the document may speak of actions of a service.
func (d *Document) Speaks(service string) bool {
	for _, i := range d.allows.of(service) {
		s := &d.statements[i]
		if s.services != nil && !has(s.services, service) {
			continue
		}
		if !s.notAction || !slices.ContainsFunc(s.actions, func(a actionGlob) bool { return a.match(service, "*") }) {
			return true
		}
	}
	return false
}
