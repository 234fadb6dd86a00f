package policy

import "unyo/base/call"

// Sentence words a denial as AWS does.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
func (v Verdict) Sentence(r *Request) string {
	s := "User: " + r.Principal.ARN + " is not authorized to perform: " + r.Action
	if r.Principal.Kind == call.Anonymous {
		s = "User: anonymous is not authorized to perform: " + r.Action
	}
	if r.Resource != "" && r.Resource != "*" {
		s += " on resource: " + r.Resource
	}
	if v.Explicit {
		return s + " with an explicit deny in " + article(v.Kind)
	}
	return s + " because no " + string(v.Kind) + " allows the " + r.Action + " action"
}

// article: there is one trust policy to a role, and there may be many of the others.
func article(k Kind) string {
	switch k {
	case Identity:
		return "an " + string(k)
	case Trust:
		return "the " + string(k)
	}
	return "a " + string(k)
}
