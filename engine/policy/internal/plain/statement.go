package plain

import "strings"

// denies says whether a statement of the documents denies; they are of a kind that does not choose among principals.
func denies(r Request, documents ...string) bool { return says(r, "Deny", documents) }

// allows says whether a statement of the documents allows.
func allows(r Request, documents ...string) bool { return says(r, "Allow", documents) }

func says(r Request, effect string, documents []string) bool {
	for _, text := range documents {
		for _, s := range read(text) {
			if s.Effect == effect && applies(s, r) {
				return true
			}
		}
	}
	return false
}

// applies: a statement counts when its action, its resource and its conditions all match, reference_policies_elements_statement.html.
func applies(s statement, r Request) bool {
	return actionMatches(s, r.Action) && resourceMatches(s, r) && conditionsMatch(s, r)
}

// actionMatches: "prefixes and action names are case insensitive", with * and ?, reference_policies_elements_action.html; NotAction
// "matches everything except the specified list", reference_policies_elements_notaction.html.
func actionMatches(s statement, action string) bool {
	listed := func(patterns texts) bool {
		for _, p := range patterns {
			if like(literal(strings.ToLower(p)), strings.ToLower(action), anything) {
				return true
			}
		}
		return false
	}
	if s.NotAction != nil {
		return !listed(s.NotAction)
	}
	return listed(s.Action)
}

// resourceMatches: reference_policies_elements_resource.html and _notresource.html; a trust policy has neither, its resource is the
// role it stands on (id_roles_compare-resource-policies.html).
func resourceMatches(s statement, r Request) bool {
	listed := func(patterns texts) bool {
		for _, p := range patterns {
			if resourceIs(p, s.variables, r) {
				return true
			}
		}
		return false
	}
	switch {
	case s.NotResource != nil:
		return !listed(s.NotResource)
	case s.Resource != nil:
		return listed(s.Resource)
	}
	return true
}

// resourceIs compares one pattern. Variables stand "only in the resource portion of the ARN, after the fifth colon", and "any resource
// with a variable that has no value matches nothing": reference_policies_variables.html.
func resourceIs(pattern string, variables bool, r Request) bool {
	if pattern == "*" {
		return true
	}
	head, tail := afterFifthColon(pattern)
	if !variables {
		return like(literal(head+tail), r.Resource, toTheEndOfSegment)
	}
	replaced, known := substitute(tail, r.Context)
	return known && like(append(literal(head), replaced...), r.Resource, toTheEndOfSegment)
}

func afterFifthColon(arn string) (head, tail string) {
	parts := strings.SplitAfterN(arn, ":", 6)
	if len(parts) < 6 {
		return "", arn
	}
	return strings.Join(parts[:5], ""), parts[5]
}
