package lint

import (
	"slices"
	"strings"
)

var elements = []string{"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"}

// statement checks one statement, element by element.
func (l *linter) statement(s *node) {
	for _, m := range s.members {
		if !slices.Contains(elements, m.name) {
			l.found("INVALID_POLICY_ELEMENT", m.key, m.name)
		}
	}
	for _, name := range []string{"Action", "Resource", "Principal"} {
		if s.get(name) != nil && s.get("Not"+name) != nil {
			l.found("UNSUPPORTED_ELEMENT_COMBINATION", s, name+" and Not"+name)
		}
	}
	l.sid(s)
	l.effect(s)
	l.principals(s)
	l.actions(s)
	l.resources(s)
	if c := s.get("Condition"); c != nil {
		l.conditions(c)
	}
	l.powers(s)
}

func (l *linter) sid(s *node) {
	sid := s.get("Sid")
	switch {
	case sid == nil:
	case sid.kind != str:
		l.found("DATA_TYPE_MISMATCH", sid, "STRING")
	case sid.text == "":
		l.found("EMPTY_SID_VALUE", sid)
	case (l.kind == Identity || l.kind == ServiceControl) && strings.ContainsFunc(sid.text, func(c rune) bool {
		return !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z')
	}):
		l.found("UNSUPPORTED_SID", sid)
	}
}

func (l *linter) effect(s *node) {
	e := s.get("Effect")
	switch {
	case e == nil:
		l.found("MISSING_EFFECT", s)
	case e.kind != str:
		l.found("DATA_TYPE_MISMATCH", e, "STRING")
	case e.text != "Allow" && e.text != "Deny":
		l.found("INVALID_EFFECT", e, e.text)
	}
}

func (s *node) allows() bool { e := s.get("Effect"); return e != nil && e.text == "Allow" }

// principals checks who is named, and whether anybody may be.
func (l *linter) principals(s *node) {
	name, p := "Principal", s.get("Principal")
	if p == nil {
		name, p = "NotPrincipal", s.get("NotPrincipal")
	}
	switch {
	case p == nil && (l.kind == Resource || l.kind == ResourceControl):
		l.found("MISSING_PRINCIPAL", s)
	case p == nil:
	case l.kind == Identity:
		l.found("UNSUPPORTED_PRINCIPAL", p)
	case l.kind == ServiceControl:
		l.found("SCP_SYNTAX_ERROR_PRINCIPAL", p)
	case p.kind == str && p.text != "*", p.kind != str && p.kind != object:
		l.found("INVALID_PRINCIPAL_FORMAT", p)
	case p.kind == object && len(p.members) == 0:
		l.found("EMPTY_OBJECT_PRINCIPAL", p)
	}
	if name == "NotPrincipal" && p != nil && s.allows() {
		l.found("ALLOW_WITH_NOT_PRINCIPAL", p)
	}
	if p == nil || p.kind != object {
		return
	}
	for _, m := range p.members {
		if !slices.Contains([]string{"AWS", "Service", "Federated", "CanonicalUser"}, m.name) {
			l.found("INVALID_PRINCIPAL_KEY", m.key, m.name)
			continue
		}
		if m.kind == array && len(m.items) == 0 {
			l.found("EMPTY_ARRAY_PRINCIPAL", m.node)
		}
		for _, v := range m.list() {
			l.principal(m.name, v)
		}
	}
}

func (l *linter) principal(key string, v *node) {
	switch {
	case v.kind != str:
		l.found("DATA_TYPE_MISMATCH", v, "STRING")
	case strings.ContainsAny(v.text, "*?") && !(key == "AWS" && v.text == "*"):
		l.found("UNSUPPORTED_WILDCARD_IN_PRINCIPAL", v, key)
	case strings.Contains(v.text, "${"):
		l.found("VARIABLE_UNSUPPORTED_IN_ELEMENT", v, v.text)
	case key == "AWS" && strings.HasPrefix(v.text, "AROA"):
		l.found("INVALID_ROLE_REFERENCE", v, v.text)
	case key == "AWS" && strings.HasPrefix(v.text, "AIDA"):
		l.found("INVALID_USER_REFERENCE", v, v.text)
	}
}

// either finds the element, or the one that stands for all but it.
func (s *node) either(name string) (n *node, not bool) {
	if n = s.get(name); n != nil {
		return n, false
	}
	n = s.get("Not" + name)
	return n, n != nil
}

func (l *linter) actions(s *node) {
	list, _ := s.either("Action")
	switch {
	case list == nil:
		l.found("MISSING_ACTION", s)
		return
	case list.kind == array && len(list.items) == 0:
		l.found("EMPTY_ARRAY_ACTION", list)
	}
	for _, a := range list.list() {
		if a.kind != str {
			l.found("DATA_TYPE_MISMATCH", a, "STRING")
			continue
		}
		l.action(a)
	}
	l.redundant("REDUNDANT_ACTION", list.list(), true)
}

// action checks that there is a service of the name, and an action that the pattern may stand for.
func (l *linter) action(a *node) {
	if strings.Contains(a.text, "${") {
		l.found("VARIABLE_UNSUPPORTED_IN_ELEMENT", a, a.text)
		return
	}
	if a.text == "*" {
		return
	}
	prefix, name, ok := strings.Cut(strings.ToLower(a.text), ":")
	if strings.ContainsAny(prefix, "*?") {
		l.found("WILDCARD_IN_SERVICE_NAME", a)
		return
	}
	s, known := services()[prefix]
	switch {
	case !ok || name == "":
		l.found("INVALID_ACTION", a, a.text)
	case !known:
		l.found("INVALID_SERVICE_IN_ACTION", a, prefix)
	case !slices.ContainsFunc(s.actions, func(have string) bool { return like(name, have) }):
		l.found("INVALID_ACTION", a, a.text)
	}
}

// like compares a text with a pattern of * and ?.
func like(pattern, text string) bool {
	at, mark, star := 0, 0, -1
	for i := 0; i < len(text); {
		switch {
		case at < len(pattern) && pattern[at] == '*':
			star, mark = at, i
			at++
		case at < len(pattern) && (pattern[at] == '?' || pattern[at] == text[i]):
			at++
			i++
		case star >= 0:
			mark++
			at, i = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[at:], "*") == ""
}

// redundant finds the patterns that another of the list covers.
func (l *linter) redundant(code string, list []*node, fold bool) {
	text := func(n *node) string {
		if fold {
			return strings.ToLower(n.text)
		}
		return n.text
	}
	for i, a := range list {
		for j, b := range list {
			if i == j || a.kind != str || b.kind != str {
				continue
			}
			// A ? of the covered pattern is compared as a character, and its * only with a *.
			if text(a) == text(b) && i > j || text(a) != text(b) && like(text(b), text(a)) {
				l.found(code, a, "1", a.text)
				break
			}
		}
	}
}

// powers are the actions that hand on permissions: AWS warns where they are allowed on more than is named.
func (l *linter) powers(s *node) {
	resource, notResource := s.either("Resource")
	action, notAction := s.either("Action")
	if !s.allows() || resource == nil || action == nil || l.kind != Identity {
		return
	}
	star := slices.ContainsFunc(resource.list(), func(r *node) bool {
		_, tail, _ := strings.Cut(r.text, ":role/")
		return r.text == "*" || strings.Contains(r.text, ":role") && strings.Trim(tail, "/") == "*"
	})
	for _, power := range []struct{ code, action string }{{"PASS_ROLE", "iam:passrole"}, {"CREATE_SLR", "iam:createservicelinkedrole"}} {
		if power.code == "PASS_ROLE" && conditioned(s, "iam:passedtoservice") {
			continue
		}
		exact := slices.ContainsFunc(action.list(), func(a *node) bool { return strings.EqualFold(a.text, power.action) })
		wild := slices.ContainsFunc(action.list(), func(a *node) bool { return like(strings.ToLower(a.text), power.action) })
		if notAction {
			if !wild {
				l.power(power.code, resource, star, notResource, "_AND_NOT_ACTION", "_NOT_ACTION")
			}
			continue
		}
		switch {
		case exact:
			l.power(power.code, resource, star, notResource, "", "")
		case wild:
			l.power(power.code, resource, star, notResource, "STAR", "STAR")
		}
	}
}

// power words one: with an action that is named, one that a star stands for, or NotAction.
func (l *linter) power(code string, at *node, star, notResource bool, how, not string) {
	switch {
	case notResource && not == "":
		l.found(code+"_WITH_NOT_RESOURCE", at)
	case notResource && not == "STAR":
		l.found(code+"_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE", at)
	case notResource:
		l.found(code+"_WITH_NOT_ACTION_AND_NOT_RESOURCE", at)
	case star && how == "STAR":
		l.found(code+"_WITH_STAR_IN_ACTION_AND_RESOURCE", at)
	case star:
		l.found(code+"_WITH_STAR_IN_RESOURCE"+how, at)
	}
}

// conditioned says that the statement asks for a key.
func conditioned(s *node, key string) bool {
	c := s.get("Condition")
	if c == nil {
		return false
	}
	for _, operator := range c.members {
		for _, m := range operator.members {
			if strings.EqualFold(m.name, key) {
				return true
			}
		}
	}
	return false
}
