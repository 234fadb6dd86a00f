package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
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

// Document is a compiled policy.
type Document struct {
	Name       string // ARN of a managed policy, name of an inline one, ARN of the resource
	Kind       Kind
	statements []statement
}

type statement struct {
	sid          string
	allow        bool
	principals   []principalGlob
	notPrincipal bool // principals lists whom it does not name
	hasPrincipal bool
	actions      []actionGlob
	notAction    bool
	resources    []arnGlob
	notResource  bool
	conditions   []condition
}

// actionGlob is service:name in lower case; "*" has an empty service.
type actionGlob struct {
	any     bool
	service glob
	name    glob
}

func (a actionGlob) match(service, name string) bool {
	return a.any || a.service.match(service, noKeys) && a.name.match(name, noKeys)
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
}

// oneOrMany is a string, or a list of strings; booleans and numbers become their text, as AWS takes them.
type oneOrMany []string

func (o *oneOrMany) UnmarshalJSON(b []byte) error {
	var many []json.RawMessage
	if len(b) > 0 && b[0] == '[' {
		if err := json.Unmarshal(b, &many); err != nil {
			return err
		}
	} else {
		many = []json.RawMessage{b}
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

// Parse compiles a document as kind's grammar demands. Errors are ErrMalformed.
func Parse(kind Kind, name, text string) (*Document, error) {
	var top struct {
		Version   *string
		Id        *string
		Statement json.RawMessage
	}
	if err := strict([]byte(text), &top); err != nil {
		return nil, malformed("Syntax errors in policy.")
	}
	if top.Version != nil && *top.Version != "2012-10-17" && *top.Version != "2008-10-17" {
		return nil, malformed("The policy must contain a valid version string")
	}
	if len(top.Statement) == 0 || string(top.Statement) == "null" {
		return nil, malformed("Missing required field Statement")
	}
	var raw []rawStatement
	if top.Statement[0] == '[' {
		if err := strict(top.Statement, &raw); err != nil {
			return nil, malformed("Syntax errors in policy.")
		}
	} else {
		raw = make([]rawStatement, 1)
		if err := strict(top.Statement, &raw[0]); err != nil {
			return nil, malformed("Syntax errors in policy.")
		}
	}
	if len(raw) == 0 {
		return nil, malformed("Missing required field Statement")
	}
	vars := top.Version != nil && *top.Version == "2012-10-17"
	d := &Document{Name: name, Kind: kind}
	sids := map[string]bool{}
	for i := range raw {
		s, err := compileStatement(kind, &raw[i], vars)
		if err != nil {
			return nil, err
		}
		if s.sid != "" && sids[s.sid] {
			return nil, malformed("Statement IDs (SID) in a single policy must be unique.")
		}
		sids[s.sid] = true
		d.statements = append(d.statements, s)
	}
	return d, nil
}

func strict(b []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("text after the document")
	}
	return nil
}

func compileStatement(kind Kind, r *rawStatement, vars bool) (statement, error) {
	var s statement
	if r.Effect == nil {
		return s, malformed("Missing required field Effect")
	}
	if *r.Effect != "Allow" && *r.Effect != "Deny" {
		return s, malformed("Invalid effect: %s", *r.Effect)
	}
	s.allow = *r.Effect == "Allow"
	if r.Sid != nil {
		s.sid = *r.Sid
		if kind == Identity && !alphanumeric(s.sid) {
			return s, malformed("Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*")
		}
	}
	if err := s.compilePrincipal(kind, r); err != nil {
		return s, err
	}
	if err := s.compileAction(kind, r); err != nil {
		return s, err
	}
	if err := s.compileResource(kind, r, vars); err != nil {
		return s, err
	}
	var err error
	s.conditions, err = compileConditions(r.Condition, vars)
	return s, err
}

func alphanumeric(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool {
		return !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z')
	})
}

func (s *statement) compilePrincipal(kind Kind, r *rawStatement) error {
	raw := r.Principal
	if r.NotPrincipal != nil {
		if raw != nil {
			return malformed("Syntax errors in policy.")
		}
		raw, s.notPrincipal = r.NotPrincipal, true
	}
	wants := kind == Resource || kind == Trust
	if kind == RCP {
		wants = true
	}
	switch {
	case raw == nil && wants:
		return malformed("Missing required field Principal")
	case raw != nil && !wants:
		return malformed("Policy document should not specify a principal.")
	case raw == nil:
		return nil
	case s.notPrincipal && s.allow && kind == Trust:
		return malformed("Allow with NotPrincipal is not allowed.")
	}
	s.hasPrincipal = true
	var err error
	s.principals, err = compilePrincipals(raw)
	return err
}

func (s *statement) compileAction(kind Kind, r *rawStatement) error {
	list := r.Action
	if r.NotAction != nil {
		if list != nil {
			return malformed("Syntax errors in policy.")
		}
		list, s.notAction = r.NotAction, true
	}
	if len(list) == 0 {
		return malformed("Policy statement must contain actions.")
	}
	for _, a := range list {
		if kind == Trust && !strings.HasPrefix(strings.ToLower(a), "sts:") {
			return malformed("AssumeRole policy may only specify STS AssumeRole actions.")
		}
		if a == "*" {
			s.actions = append(s.actions, actionGlob{any: true})
			continue
		}
		service, name, ok := strings.Cut(a, ":")
		if !ok || service == "" || name == "" {
			return malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
		}
		if strings.ContainsAny(service, " *?") && service != "*" {
			return malformed("Vendor %s is not valid", service)
		}
		s.actions = append(s.actions, actionGlob{service: compileGlob(service, false, true), name: compileGlob(name, false, true)})
	}
	return nil
}

func (s *statement) compileResource(kind Kind, r *rawStatement, vars bool) error {
	list := r.Resource
	if r.NotResource != nil {
		if list != nil {
			return malformed("Syntax errors in policy.")
		}
		list, s.notResource = r.NotResource, true
	}
	if kind == Trust {
		if list != nil {
			return malformed("Has prohibited field Resource")
		}
		s.resources = []arnGlob{{all: true}}
		return nil
	}
	if len(list) == 0 {
		return malformed("Policy statement must contain resources.")
	}
	for _, a := range list {
		if a != "*" {
			parts := splitARN(a)
			if len(parts) != 6 && !strings.HasPrefix(a, "*") {
				return malformed("Resource %s must be in ARN format or \"*\".", a)
			}
			if kind == Identity && len(parts) == 6 && parts[0] != "arn" && !strings.ContainsAny(parts[0], "*?") {
				return malformed("Resource %s must be in ARN format or \"*\".", a)
			}
		}
		s.resources = append(s.resources, compileARN(a, vars))
	}
	return nil
}

// applies reports whether the statement speaks of the action and the resource under these conditions.
func (s *statement) applies(service, name, resource string, keys Keys) bool {
	hit := slices.ContainsFunc(s.actions, func(a actionGlob) bool { return a.match(service, name) })
	if hit == s.notAction {
		return false
	}
	hit = slices.ContainsFunc(s.resources, func(a arnGlob) bool { return a.match(resource, keys) })
	if hit == s.notResource {
		return false
	}
	for i := range s.conditions {
		if !s.conditions[i].holds(keys) {
			return false
		}
	}
	return true
}
