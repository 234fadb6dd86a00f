package gateway

import (
	"reflect"
	"regexp"
	"strings"
	"sync"

	"unyo/api/rt"
	"unyo/base/call"
	"unyo/base/partition"
)

// bind finds what a call needs from the facts alone: the operation's actions, and for each the ARNs that
// the patterns of the Service Authorization Reference give once the input's members are filled in.
// ok=false means that a required resource cannot be named, and the call must be refused.
func bind(m *rt.Model, op *rt.Operation, in any, scope call.Scope) (needs []rt.Need, ok bool) {
	if m.Authz == nil || len(op.Actions) == 0 {
		return nil, false
	}
	for _, name := range op.Actions {
		action := m.Authz.Action(name)
		if action == nil { // another service's action, or none at all
			return nil, false
		}
		need := rt.Need{Action: m.Authz.Prefix + ":" + name}
		if need.Resources = resourcesOf(m, action, in, scope); need.Resources == nil {
			return nil, false
		}
		needs = append(needs, need)
	}
	return needs, true
}

// resourcesOf returns nil when a resource the action requires has no name in the input.
func resourcesOf(m *rt.Model, action *rt.Action, in any, scope call.Scope) []string {
	var found []string
	required := false
	for _, r := range action.Resources {
		required = required || r.Required
		t := m.Authz.Resource(r.Name)
		if t == nil {
			continue
		}
		if a, ok := fillARN(t.Pattern, in, scope); ok {
			found = append(found, a)
		}
	}
	if len(found) == 0 && !required {
		return []string{"*"}
	}
	return found
}

var placeholder = regexp.MustCompile(`\$\{([A-Za-z]+)\}`)

// fillARN fills pattern from scope and from members of the same name, or takes a member that already is
// an ARN of this pattern.
func fillARN(pattern string, in any, scope call.Scope) (string, bool) {
	v := reflect.ValueOf(in).Elem()
	if a, ok := memberARN(pattern, v); ok {
		return a, true
	}
	region := scope.Region
	if region == "" {
		region = partition.Home(scope.Partition)
	}
	complete := true
	filled := placeholder.ReplaceAllStringFunc(pattern, func(p string) string {
		switch name := p[2 : len(p)-1]; name {
		case "Partition":
			return scope.Partition
		case "Region":
			return region
		case "Account":
			return scope.Account
		default:
			if s, ok := memberText(v, name); ok {
				return s
			}
			complete = false
			return ""
		}
	})
	return filled, complete
}

func memberText(v reflect.Value, name string) (string, bool) {
	t := v.Type()
	for i := range t.NumField() {
		if f := v.Field(i); strings.EqualFold(t.Field(i).Name, name) && f.Kind() == reflect.Pointer && !f.IsNil() && f.Elem().Kind() == reflect.String {
			s := f.Elem().String()
			return s, s != "" && !strings.HasPrefix(s, "arn:")
		}
	}
	return "", false
}

// arnShapes remembers patterns as expressions; there are as many as resource types.
var arnShapes sync.Map // pattern → *regexp.Regexp

var quotedPlaceholder = regexp.MustCompile(`\\\$\\\{[A-Za-z]+\\\}`)

// arnShape is what an ARN of the pattern looks like; ARNs of log groups may end in :*.
func arnShape(pattern string) *regexp.Regexp {
	if v, ok := arnShapes.Load(pattern); ok {
		return v.(*regexp.Regexp)
	}
	expr := regexp.MustCompile("^" + quotedPlaceholder.ReplaceAllString(regexp.QuoteMeta(pattern), `[^:]*`) + `(:\*)?$`)
	arnShapes.Store(pattern, expr)
	return expr
}

// holdsARN reports whether a member of that name says what the call is about. A free text that looks like an ARN
// (a partition key, a description) must not decide on permissions.
func holdsARN(member string) bool {
	name := strings.ToLower(member)
	return strings.HasSuffix(name, "arn") || strings.HasSuffix(name, "identifier") || name == "resource" || name == "resourceid"
}

func memberARN(pattern string, v reflect.Value) (string, bool) {
	expr := arnShape(pattern)
	for i := range v.NumField() {
		f := v.Field(i)
		if !holdsARN(v.Type().Field(i).Name) || f.Kind() != reflect.Pointer || f.IsNil() || f.Elem().Kind() != reflect.String {
			continue
		}
		if s := f.Elem().String(); strings.HasPrefix(s, "arn:") && expr.MatchString(s) {
			return strings.TrimSuffix(s, ":*"), true
		}
	}
	return "", false
}
