package reach

import (
	"slices"
	"strings"

	"unyo/engine/policy"
)

// A Grant is what a resource's policy lets somebody outside the zone do.
type Grant struct {
	Principal  policy.PrincipalEntry
	Actions    []string
	Conditions map[string]string // key → values; what a key must not be begins with "not "
	Public     bool
	Statements []Reason
}

// External lists the grants to principals outside the zone, one for each principal and set of conditions, in a stable order. service is
// the IAM prefix of the resource's service.
func External(d *policy.Document, service string, z Zone) []Grant {
	var out []Grant
	places := map[string]int{}
	allows, denies := read(d, service)
	for _, s := range allows {
		for _, whole := range s.pieces() {
			if z.inside(whole.principal) {
				continue
			}
			for _, p := range whole.remain(denies) {
				if z.inside(p.principal) || slices.ContainsFunc(p.conditions, func(c condition) bool { return z.holds(&c) }) {
					continue
				}
				g := grant(&p)
				key := g.Principal.Kind + " " + g.Principal.Value + " " + said(g.Conditions)
				at, known := places[key]
				if !known {
					at = len(out)
					places[key] = at
					out = append(out, g)
				}
				out[at].add(&p)
			}
		}
	}
	return out
}

func grant(p *piece) Grant {
	g := Grant{Principal: p.principal, Conditions: map[string]string{}, Public: p.public()}
	for i := range p.conditions {
		c := &p.conditions[i]
		text := strings.Join(c.Values, ",")
		if c.Operator == "null" {
			text = map[bool]string{true: "(absent)", false: "(present)"}[len(c.Values) == 1 && strings.EqualFold(c.Values[0], "true")]
		}
		if c.Negated {
			text = "not " + text
		}
		if before, ok := g.Conditions[c.Key]; ok && before != text {
			text = before + " and " + text
		}
		g.Conditions[c.Key] = text
	}
	return g
}

// add puts a piece's action and statement to the grant.
func (g *Grant) add(p *piece) {
	for _, a := range p.actionNames() {
		if !slices.Contains(g.Actions, a) {
			g.Actions = append(g.Actions, a)
		}
	}
	if r := p.statement.reason(); !slices.Contains(g.Statements, r) {
		g.Statements = append(g.Statements, r)
	}
}

// actionNames are the piece's actions as the statement writes them.
func (p *piece) actionNames() []string {
	if p.action.not {
		return []string{"*"}
	}
	for i, q := range p.statement.actions.patterns {
		if slices.Equal(q, p.action.patterns[0]) {
			return []string{p.statement.Actions[i]}
		}
	}
	return nil
}

func (p *piece) public() bool {
	return p.principal == everyone && !slices.ContainsFunc(p.conditions, func(c condition) bool { return c.limits() })
}

// said writes conditions in order of their keys.
func said(conditions map[string]string) string {
	var keys []string
	for k := range conditions {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for i, k := range keys {
		keys[i] = k + "=" + conditions[k]
	}
	return strings.Join(keys, ";")
}
