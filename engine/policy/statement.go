package policy

import (
	"regexp"
	"slices"
	"strings"
)

type statement struct {
	sid          string
	span         span
	allow        bool
	principals   []principalGlob
	notPrincipal bool // principals lists whom it does not name
	hasPrincipal bool
	services     []string // those it can speak of, nil for any
	actions      []actionGlob
	notAction    bool
	resources    []glob
	notResource  bool
	conditions   []condition
	keys         []string // condition keys it asks for, as written
}

// actionGlob is service:name in lower case; any stands for "*".
type actionGlob struct {
	any     bool
	service string // "*" for every one
	name    glob
}

func (a *actionGlob) match(service, name string) bool {
	return a.any || (a.service == service || a.service == "*") && a.name.match(name, noKeys)
}

func compileStatement(kind Kind, r *rawStatement, vars bool) (statement, error) {
	s := statement{span: r.span}
	if r.Effect == nil {
		return s, malformed("Missing required field Effect")
	}
	if *r.Effect != "Allow" && *r.Effect != "Deny" {
		return s, malformed("Invalid effect: %s", *r.Effect)
	}
	s.allow = *r.Effect == "Allow"
	if r.Sid != nil {
		s.sid = *r.Sid
		if (kind == Identity || kind == Boundary || kind == Session) && !alphanumeric(s.sid) {
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
	if s.conditions, err = compileConditions(r.Condition, vars); err != nil {
		return s, err
	}
	s.keys = keysOf(r, vars)
	return s, nil
}

func alphanumeric(s string) bool {
	return !strings.ContainsFunc(s, func(c rune) bool {
		return !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z')
	})
}

// either takes the one of two elements that exclude each other.
func either(list, not oneOrMany) (oneOrMany, bool, error) {
	if list != nil && not != nil {
		return nil, false, syntax()
	}
	if not != nil {
		return not, true, nil
	}
	return list, false, nil
}

func (s *statement) compilePrincipal(kind Kind, r *rawStatement) error {
	raw := r.Principal
	if r.NotPrincipal != nil {
		if raw != nil {
			return syntax()
		}
		raw, s.notPrincipal = r.NotPrincipal, true
	}
	switch wants := kind.namesPrincipals(); {
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
	if err == nil && kind == RCP && (s.notPrincipal || len(s.principals) != 1 || s.principals[0].kind != "*") {
		// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps_syntax.html
		return malformed("Invalid principal in policy: a resource control policy may only name \"*\".")
	}
	return err
}

var vendor = regexp.MustCompile(`^[A-Za-z0-9.-]+$`)

func (s *statement) compileAction(kind Kind, r *rawStatement) error {
	list, not, err := either(r.Action, r.NotAction)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return malformed("Policy statement must contain actions.")
	}
	s.notAction = not
	anyService := not
	for _, a := range list {
		if kind == Trust && !strings.HasPrefix(strings.ToLower(a), "sts:") {
			return malformed("AssumeRole policy may only specify STS AssumeRole actions.")
		}
		if a == "*" {
			s.actions, anyService = append(s.actions, actionGlob{any: true}), true
			continue
		}
		service, name, ok := strings.Cut(a, ":")
		switch {
		case !ok || service == "" || name == "":
			return malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
		case strings.Contains(name, ":"):
			return malformed("Actions/Condition can contain only one colon.")
		case service == "*":
			anyService = true
		case !vendor.MatchString(service):
			return malformed("Vendor %s is not valid", service)
		}
		service = strings.ToLower(service)
		s.actions = append(s.actions, actionGlob{service: service, name: compileGlob(strings.ToLower(name), false, false)})
		s.services = append(s.services, service)
	}
	slices.Sort(s.services)
	if s.services = slices.Compact(s.services); anyService {
		s.services = nil
	}
	return nil
}

func (s *statement) compileResource(kind Kind, r *rawStatement, vars bool) error {
	list, not, err := either(r.Resource, r.NotResource)
	if err != nil {
		return err
	}
	if kind == Trust {
		if list != nil {
			return malformed("Has prohibited field Resource")
		}
		s.resources = []glob{compileGlob("*", false, false)}
		return nil
	}
	if len(list) == 0 {
		return malformed("Policy statement must contain resources.")
	}
	s.notResource = not
	for _, a := range list {
		if a != "*" {
			if err := checkResource(kind, a); err != nil {
				return err
			}
		}
		s.resources = append(s.resources, compileGlob(completed(a), vars, false))
	}
	return nil
}

// checkResource demands an ARN, whole or cut short behind its service.
func checkResource(kind Kind, a string) error {
	parts := splitARN(a)
	switch {
	case strings.HasPrefix(a, "*"):
		return nil
	case len(parts) < 3 && !strings.ContainsRune(a, '*'), parts[0] != "arn" && !strings.ContainsAny(parts[0], "*?"):
		return malformed("Resource %s must be in ARN format or \"*\".", a)
	}
	if kind != Identity || len(parts) != 6 || strings.ContainsAny(parts[0]+parts[1]+parts[2], "*?$") {
		return nil
	}
	switch {
	case !strings.HasPrefix(parts[1], "aws"):
		return malformed("Partition \"%s\" is not valid for resource \"%s\".", parts[1], a)
	case parts[2] == "iam" && parts[3] != "" && parts[3] != "*":
		return malformed("IAM resource %s cannot contain region information.", a)
	}
	return nil
}

// completed puts wildcards in the place of the fields an ARN leaves out.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
func completed(a string) string {
	if n := len(splitARN(a)); strings.HasPrefix(a, "arn:") && n < 6 {
		return a + strings.Repeat(":*", 6-n)
	}
	return a
}

// speaks reports whether the statement's actions and resources cover the question.
func (s *statement) speaks(service, name, resource string, keys Keys) bool {
	hit := false
	for i := range s.actions {
		if hit = s.actions[i].match(service, name); hit {
			break
		}
	}
	if hit == s.notAction {
		return false
	}
	hit = false
	for i := range s.resources {
		if hit = s.resources[i].match(resource, keys); hit {
			break
		}
	}
	return hit != s.notResource
}

// holds reports whether every condition is met.
func (s *statement) holds(keys Keys) bool {
	for i := range s.conditions {
		if !s.conditions[i].holds(keys) {
			return false
		}
	}
	return true
}
