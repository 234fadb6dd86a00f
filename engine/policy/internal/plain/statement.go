package plain

import (
	"encoding/json"
	"strings"
)

type document struct {
	version    string
	statements []statement
}

type statement struct {
	effect                  string
	action, notAction       []string
	resource, notResource   []string
	principal, notPrincipal map[string][]string
	condition               map[string]map[string][]string
}

// grant says how a resource policy names the caller: itself or everyone, the role or user its session was issued by, or
// its account.
type grant struct{ direct, issuer, account bool }

func parse(text string) document {
	var raw map[string]any
	if err := json.Unmarshal([]byte(text), &raw); err != nil {
		panic(err)
	}
	d := document{version: "2008-10-17"}
	if v, ok := raw["Version"].(string); ok {
		d.version = v
	}
	list, ok := raw["Statement"].([]any)
	if !ok {
		list = []any{raw["Statement"]}
	}
	for _, item := range list {
		m := item.(map[string]any)
		s := statement{
			effect: m["Effect"].(string),
			action: strs(m["Action"]), notAction: strs(m["NotAction"]),
			resource: strs(m["Resource"]), notResource: strs(m["NotResource"]),
			principal: principals(m["Principal"]), notPrincipal: principals(m["NotPrincipal"]),
			condition: map[string]map[string][]string{},
		}
		if c, ok := m["Condition"].(map[string]any); ok {
			for operator, keys := range c {
				s.condition[operator] = map[string][]string{}
				for key, values := range keys.(map[string]any) {
					s.condition[operator][key] = strs(values)
				}
			}
		}
		d.statements = append(d.statements, s)
	}
	return d
}

func strs(v any) []string {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		out := []string{}
		for _, item := range v {
			out = append(out, strs(item)...)
		}
		return out
	case string:
		return []string{v}
	}
	text, _ := json.Marshal(v) // true, 10
	return []string{string(text)}
}

func principals(v any) map[string][]string {
	switch v := v.(type) {
	case string:
		return map[string][]string{"AWS": {v}}
	case map[string]any:
		out := map[string][]string{}
		for kind, names := range v {
			out[kind] = strs(names)
		}
		return out
	}
	return nil
}

// applies asks everything but the principal.
func (s statement) applies(r Request, version string) bool {
	switch {
	case s.action != nil && !anyAction(s.action, r.Action):
		return false
	case s.notAction != nil && anyAction(s.notAction, r.Action):
		return false
	case s.resource != nil && !anyResource(s.resource, r, version):
		return false
	case s.notResource != nil && anyResource(s.notResource, r, version):
		return false
	}
	for operator, keys := range s.condition {
		for key, values := range keys {
			if !holds(operator, key, values, r.Context, version) {
				return false
			}
		}
	}
	return true
}

func anyAction(patterns []string, action string) bool {
	for _, p := range patterns {
		if glob(literal(strings.ToLower(p)), strings.ToLower(action)) {
			return true
		}
	}
	return false
}

func anyResource(patterns []string, r Request, version string) bool {
	for _, p := range patterns {
		if expanded, ok := expand(p, r.Context, version); ok && glob(expanded, r.Resource) {
			return true
		}
	}
	return false
}

func (s statement) principals(c Caller) grant {
	if s.notPrincipal != nil {
		return grant{direct: s.namesForDeny(c)}
	}
	return names(s.principal, c)
}

// namesForDeny: Principal names the caller in any way; NotPrincipal leaves out only a caller whose account, role and
// session are all left out. Kinds of policy without principals name everyone they are attached to.
func (s statement) namesForDeny(c Caller) bool {
	switch {
	case s.principal != nil:
		g := names(s.principal, c)
		return g.direct || g.issuer || g.account
	case s.notPrincipal != nil:
		g := names(s.notPrincipal, c)
		if c.Kind == Service || c.Kind == Anonymous || c.Kind == Root {
			return !g.direct
		}
		return !(g.direct && g.account && (g.issuer || c.IssuerARN == ""))
	}
	return true
}

func names(principal map[string][]string, c Caller) grant {
	var g grant
	root := "arn:aws:iam::" + c.Account + ":root"
	for kind, list := range principal {
		for _, name := range list {
			switch {
			case kind == "AWS" && name == "*":
				return grant{direct: true, issuer: true, account: true}
			case kind == "AWS" && c.Account != "" && c.Kind != Service && (name == c.Account || name == root):
				g.account = true
				if c.Kind == Root {
					g.direct = true
				}
			case kind == "AWS" && c.ARN != "" && name == c.ARN:
				g.direct = true
			case kind == "AWS" && c.IssuerARN != "" && name == c.IssuerARN:
				g.issuer = true
			case kind == "Service" && c.Kind == Service && name == c.Service:
				g.direct = true
			}
		}
	}
	return g
}
