package reach

import (
	"slices"
	"strings"

	"unyo/engine/policy"
)

// A piece is one principal, action and resource of a statement, under its conditions.
type piece struct {
	statement  *statement
	principal  policy.PrincipalEntry
	action     list
	resource   list
	conditions []condition
}

// statement is a statement whose patterns are read.
type statement struct {
	policy.Statement
	index      int
	every      []token // any action at all
	actions    list
	resources  list
	conditions []condition
}

// most bounds what one piece may fall into; what would be more stays as it was, for a Deny that is left out only makes the answer wider.
const most = 64

// read takes a document's statements; service stands for the one whose resource bears the policy: there, * is service:*.
func read(d *policy.Document, service string) (allows, denies []*statement) {
	for i, s := range d.Statements() {
		x := &statement{Statement: s, index: i, every: []token{{kind: many}}, resources: listOf(s.Resources, s.NotResource, s.Variables, false)}
		if service != "" {
			x.every = tokens(service+":*", false)
		}
		actions := slices.Clone(s.Actions)
		for j := range actions {
			if actions[j] == "*" && service != "" {
				actions[j] = service + ":*"
			}
		}
		x.actions = listOf(actions, s.NotAction, false, true)
		for _, c := range s.Conditions {
			x.conditions = append(x.conditions, condition{c, s.Variables})
		}
		if s.Allow {
			allows = append(allows, x)
		} else {
			denies = append(denies, x)
		}
	}
	return allows, denies
}

var everyone = policy.PrincipalEntry{Kind: "AWS", Value: "*"}

// pieces takes a statement apart.
func (s *statement) pieces() (out []piece) {
	principals := s.Principals
	if len(principals) == 0 || s.NotPrincipal { // all but some: told as all
		principals = []policy.PrincipalEntry{everyone}
	}
	if s.actions.empty(s.every) || s.resources.empty([]token{{kind: many}}) {
		return nil
	}
	for _, p := range principals {
		for _, action := range s.actions.split() {
			for _, resource := range s.resources.split() {
				out = append(out, piece{s, p, action, resource, s.conditions})
			}
		}
	}
	return out
}

// remain is what the denials leave of a piece.
func (p piece) remain(denies []*statement) []piece {
	left := []piece{p}
	for _, d := range denies {
		var next []piece
		for _, x := range left {
			next = append(next, x.without(d)...)
		}
		if len(next) > most {
			continue
		}
		left = next
	}
	return slices.DeleteFunc(left, func(x piece) bool { return contradictory(x.known()) })
}

// known are the conditions, and what is certain of the context because of whom the piece names.
func (p *piece) known() []condition {
	account := accountOf(p.principal.Value)
	if p.principal.Kind != "AWS" || account == "" {
		return p.conditions
	}
	certain := func(operator, key, value string) condition {
		return condition{Condition: policy.Condition{Operator: operator, Key: key, Values: []string{value}}}
	}
	named := certain("arnlike", "aws:PrincipalArn", "arn:*:*::"+account+":*")
	if strings.Contains(p.principal.Value, ":user/") || strings.Contains(p.principal.Value, ":role/") {
		named = certain("stringequals", "aws:PrincipalArn", p.principal.Value)
	}
	return append(slices.Clone(p.conditions), certain("stringequals", "aws:PrincipalAccount", account), named)
}

// without is what one Deny leaves: the piece itself where it does not cover it.
func (p piece) without(d *statement) (left []piece) {
	if !d.actions.covers(p.action) || !d.resources.covers(p.resource) {
		return []piece{p}
	}
	names, excepted := d.principalsCover(p.principal)
	if !names {
		return []piece{p}
	}
	for _, e := range excepted {
		x := p
		x.principal = e
		left = append(left, x)
	}
	for i := range d.conditions {
		opposites, ok := d.conditions[i].opposites()
		if !ok {
			return []piece{p}
		}
		for _, o := range opposites {
			x := p
			x.conditions = append(slices.Clone(p.conditions), o...)
			left = append(left, x)
		}
	}
	return left
}

// principalsCover says that a statement names whoever p stands for, and whom of them it excepts.
func (s *statement) principalsCover(p policy.PrincipalEntry) (yes bool, excepted []policy.PrincipalEntry) {
	if len(s.Principals) == 0 {
		return true, nil
	}
	if !s.NotPrincipal {
		return slices.ContainsFunc(s.Principals, func(e policy.PrincipalEntry) bool { return coversPrincipal(e, p) }), nil
	}
	if slices.Contains(s.Principals, everyone) {
		return false, nil
	}
	for _, e := range s.Principals {
		switch {
		case coversPrincipal(p, e):
			excepted = append(excepted, e)
		case coversPrincipal(e, p), sameRole(e, p):
			return false, nil // it may be excepted whole
		}
	}
	return true, excepted
}

// coversPrincipal says that whoever is small is large too.
func coversPrincipal(large, small policy.PrincipalEntry) bool {
	switch {
	case large == small || large == everyone:
		return true
	case large.Kind != "AWS" || small.Kind != "AWS":
		return false
	case isAccount(large.Value):
		return accountOf(large.Value) == accountOf(small.Value)
	}
	return sameRole(large, small)
}

// sameRole says that small is a session of the role large.
func sameRole(large, small policy.PrincipalEntry) bool {
	_, role, ok := strings.Cut(large.Value, ":role/")
	_, session, ok2 := strings.Cut(small.Value, ":assumed-role/")
	if !ok || !ok2 {
		return false
	}
	name, _, _ := strings.Cut(session, "/")
	return role[strings.LastIndexByte(role, '/')+1:] == name && accountOf(large.Value) == accountOf(small.Value)
}

func isAccount(v string) bool {
	return accountOf(v) != "" && (len(v) == 12 || strings.HasSuffix(v, ":root"))
}

// covers says that the statement speaks of all that the piece is.
func (s *statement) covers(p *piece) bool {
	names, excepted := s.principalsCover(p.principal)
	if !names || len(excepted) > 0 || !s.actions.covers(p.action) || !s.resources.covers(p.resource) {
		return false
	}
	for i := range s.conditions {
		if !implies(p.known(), &s.conditions[i]) {
			return false
		}
	}
	return true
}

// meets says that the statement may speak of some of it.
func (s *statement) meets(p *piece) bool {
	if !s.actions.meets(p.action) || !s.resources.meets(p.resource) {
		return false
	}
	if len(s.Principals) > 0 && !s.NotPrincipal && !slices.ContainsFunc(s.Principals, func(e policy.PrincipalEntry) bool {
		return coversPrincipal(e, p.principal) || coversPrincipal(p.principal, e)
	}) {
		return false
	}
	return !contradictory(slices.Concat(p.known(), s.conditions))
}
