package policy

import (
	"encoding/json"
	"strings"
)

// Statement is a statement as it is written: what reasoning over documents reads (engine/policy/reach), where Evaluate decides.
type Statement struct {
	Sid          string
	Allow        bool
	Principals   []PrincipalEntry // empty in kinds that name none
	NotPrincipal bool
	Actions      []string
	NotAction    bool
	Resources    []string // "*" where the kind names none
	NotResource  bool
	Conditions   []Condition
	Variables    bool // ${…} are variables, not text
	Start, End   int  // where it stands in the document's text
}

// PrincipalEntry is one entry of a Principal element; Kind is AWS, Service, Federated or CanonicalUser.
type PrincipalEntry struct{ Kind, Value string }

// Condition is one operator on one key. Operator is in lower case, without qualifier, IfExists and negation: stringlike, bool, null, …
type Condition struct {
	Set      string // "", forallvalues, foranyvalue
	Operator string
	Negated  bool
	IfExists bool
	Key      string // as written
	Values   []string
}

// Statements reads the document again, statement by statement.
func (d *Document) Statements() []Statement {
	raw, err := read(d.text)
	if err != nil {
		return nil // it was parsed
	}
	list := make([]Statement, len(raw.statements))
	for i := range raw.statements {
		list[i] = reading(&raw.statements[i], raw.Version != nil && *raw.Version == variablesSince)
	}
	return list
}

func reading(r *rawStatement, vars bool) Statement {
	s := Statement{Allow: r.Effect != nil && *r.Effect == "Allow", Variables: vars, Start: r.span.start, End: r.span.end}
	if r.Sid != nil {
		s.Sid = *r.Sid
	}
	s.Actions, s.NotAction, _ = either(r.Action, r.NotAction)
	s.Resources, s.NotResource, _ = either(r.Resource, r.NotResource)
	if s.Resources == nil {
		s.Resources = []string{"*"}
	}
	principals := r.Principal
	if r.NotPrincipal != nil {
		principals, s.NotPrincipal = r.NotPrincipal, true
	}
	s.Principals = entries(principals)
	for _, operator := range sortedKeys(r.Condition) {
		for _, key := range sortedKeys(r.Condition[operator]) {
			s.Conditions = append(s.Conditions, readCondition(operator, key, r.Condition[operator][key]))
		}
	}
	return s
}

func entries(raw json.RawMessage) (list []PrincipalEntry) {
	var all string
	if json.Unmarshal(raw, &all) == nil {
		return []PrincipalEntry{{"AWS", all}}
	}
	var byKind map[string]oneOrMany
	if json.Unmarshal(raw, &byKind) != nil {
		return nil
	}
	for _, kind := range sortedKeys(byKind) {
		for _, value := range byKind[kind] {
			list = append(list, PrincipalEntry{kind, value})
		}
	}
	return list
}

func readCondition(operator, key string, values []string) Condition {
	c := Condition{Operator: strings.ToLower(operator), Key: key, Values: values}
	if set, rest, ok := strings.Cut(c.Operator, ":"); ok {
		c.Set, c.Operator = set, rest
	}
	c.Operator, c.IfExists = strings.CutSuffix(c.Operator, "ifexists")
	if same, ok := synonyms[c.Operator]; ok {
		c.Operator = same
	}
	if of, ok := negations[c.Operator]; ok {
		c.Operator, c.Negated = of, true
	}
	return c
}
