package policy

import (
	"strings"
	"unicode/utf8"
)

// Match is a statement that had a part in a decision.
type Match struct {
	Document   *Document
	Statement  string   // Sid, or its position as #2
	Start, End Position // its opening brace, and what follows its closing one
}

// Position is a place in a document's text; both count from one.
type Position struct{ Line, Column int }

func (d *Document) position(offset int) Position {
	before := d.text[:offset]
	return Position{1 + strings.Count(before, "\n"), 1 + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])}
}

// Explanation is a decision with all that led to it: what the simulator shows.
type Explanation struct {
	Verdict Verdict
	// Matched are the statements that decide: the denials if there are any, the allowances otherwise.
	Matched []Match
	// Missing are the keys, as policies write them, that statements on this action ask for in vain.
	Missing []string
	// ByBoundary and ByOrganization tell whether these layers allow; nil where there is none.
	ByBoundary, ByOrganization *bool
	// ByIdentity and ByResource tell whether the two sides of a call across accounts allow.
	ByIdentity, ByResource Verdict
}

// Explain decides as Evaluate does and looks at every statement on the way.
func Explain(set *Set, r *Request) Explanation {
	x := Explanation{Verdict: Evaluate(set, r)}
	e := newEvaluation(set, r)
	for _, allow := range []bool{false, true} {
		for _, d := range e.documents() {
			x.Matched = append(x.Matched, e.matches(d, allow)...)
		}
		if len(x.Matched) > 0 {
			break
		}
	}
	for _, d := range e.documents() {
		x.Missing = e.missing(d, x.Missing)
	}
	if set.Boundary != nil {
		allowed := e.first(set.Boundary, false) < 0 && e.first(set.Boundary, true) >= 0
		x.ByBoundary = &allowed
	}
	if len(e.scps) > 0 {
		allowed := true
		for _, level := range e.scps {
			_, denied := e.deny(level)
			allowed = allowed && !denied && e.anyAllow(level, SCP).Allowed
		}
		x.ByOrganization = &allowed
	}
	x.ByIdentity = e.side(set.Identity, Identity)
	if set.Resource != nil {
		x.ByResource = e.side([]*Document{set.Resource}, set.Resource.Kind)
	}
	return x
}

// side is what documents of one kind say by themselves.
func (e *evaluation) side(docs []*Document, kind Kind) Verdict {
	if v, denied := e.deny(docs); denied {
		return v
	}
	return e.anyAllow(docs, kind)
}

// documents lists all that has a say, in the order in which denials are named.
func (e *evaluation) documents() (list []*Document) {
	for _, levels := range [][][]*Document{e.rcps, e.scps} {
		for _, level := range levels {
			list = append(list, level...)
		}
	}
	for _, d := range []*Document{e.set.Resource, e.set.Boundary} {
		if d != nil {
			list = append(list, d)
		}
	}
	return append(append(list, e.set.Identity...), e.set.Sessions...)
}

func (e *evaluation) matches(d *Document, allow bool) (list []Match) {
	for i := range d.statements {
		s := &d.statements[i]
		if s.allow == allow && e.grants(s) != noGrant && e.applies(s) {
			list = append(list, Match{d, d.label(i), d.position(s.span.start), d.position(s.span.end)})
		}
	}
	return list
}

func (e *evaluation) missing(d *Document, list []string) []string {
	for i := range d.statements {
		s := &d.statements[i]
		if !s.mayMatch(e.service, e.name) {
			continue
		}
		for _, key := range s.keys {
			if v, found := e.keys(strings.ToLower(key)); (!found || len(v) == 0) && !containsFold(list, key) {
				list = append(list, key)
			}
		}
	}
	return list
}

// mayMatch reports whether the statement covers the action, whatever the resource: it may hold the missing variable.
func (s *statement) mayMatch(service, name string) bool {
	for i := range s.actions {
		if s.actions[i].match(service, name) {
			return !s.notAction
		}
	}
	return s.notAction
}

func containsFold(list []string, key string) bool {
	for _, have := range list {
		if strings.EqualFold(have, key) {
			return true
		}
	}
	return false
}
