package reach

import (
	"reflect"
	"slices"
	"strings"

	"unyo/engine/policy"
)

// A Reason is the statement an answer comes from.
type Reason struct {
	Index int
	Sid   string
}

func (s *statement) reason() Reason { return Reason{s.index, s.Sid} }

// NewAccess lists the statements of changed that may grant what existing does not; none is a proof that there is no new access.
func NewAccess(changed, existing *policy.Document) []Reason {
	allows, denies := read(changed, "")
	old, held := read(existing, "")
	// What the changed document denies as well does not tell the two apart.
	held = slices.DeleteFunc(held, func(d *statement) bool {
		if slices.ContainsFunc(denies, d.same) {
			return true
		}
		for _, p := range d.pieces() {
			if d.NotPrincipal || !slices.ContainsFunc(denies, func(n *statement) bool { return n.covers(&p) }) {
				return false
			}
		}
		return true
	})
	return reasons(allows, denies, func(p piece) bool {
		return p.statement.NotPrincipal ||
			!slices.ContainsFunc(old, func(o *statement) bool { return o.covers(&p) }) ||
			slices.ContainsFunc(held, func(d *statement) bool { return d.meets(&p) })
	})
}

// same says that two statements say the same in the same words.
func (s *statement) same(o *statement) bool {
	a, b := s.Statement, o.Statement
	a.Sid, a.Start, a.End = b.Sid, b.Start, b.End
	return reflect.DeepEqual(a, b)
}

// Granted lists the statements that may grant at least one of the actions on at least one of the resources; no actions, or no resources,
// stand for all.
func Granted(d *policy.Document, actions, resources []string) []Reason {
	allows, denies := read(d, "")
	ask := func(words []string, fold bool) list {
		if len(words) == 0 {
			words = []string{"*"}
		}
		return listOf(words, false, false, fold)
	}
	var asked []piece
	for _, a := range ask(actions, true).split() {
		for _, r := range ask(resources, false).split() {
			asked = append(asked, piece{action: a, resource: r})
		}
	}
	return reasons(allows, denies, func(p piece) bool {
		return slices.ContainsFunc(asked, func(q piece) bool {
			q.principal, q.conditions = p.principal, p.conditions
			return p.action.meets(q.action) && p.resource.meets(q.resource) && !slices.ContainsFunc(denies, func(d *statement) bool { return d.covers(&q) })
		})
	})
}

// Public lists the statements that let the public in.
func Public(d *policy.Document, service string) []Reason {
	allows, denies := read(d, service)
	return reasons(allows, denies, func(p piece) bool { return p.public() })
}

// reasons are the statements of which a piece that the denials leave is found.
func reasons(allows, denies []*statement, found func(piece) bool) (list []Reason) {
	for _, s := range allows {
		if slices.ContainsFunc(s.pieces(), func(whole piece) bool { return slices.ContainsFunc(whole.remain(denies), found) }) {
			list = append(list, s.reason())
		}
	}
	return list
}

// AllowsPattern says whether an action pattern of a policy may stand for one of the actions.
func AllowsPattern(pattern, action string) bool {
	return meets(tokens(strings.ToLower(pattern), false), tokens(strings.ToLower(action), false))
}
