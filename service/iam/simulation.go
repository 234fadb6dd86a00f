package iam

import (
	"iter"
	"net/http"
	"slices"
	"strconv"
	"strings"

	api "unyo/api/iam"
	"unyo/api/rt"
	"unyo/base/arn"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/engine/policy"
)

// source is a policy that a simulation reads, with the name under which its statements are shown.
type source struct{ id, kind, text string }

// given are policies that came with the request: they are shown by their place in it.
func given(list string, texts []string) (sources []source) {
	for i, text := range texts {
		sources = append(sources, source{list + "." + strconv.Itoa(i+1), api.PolicySourceTypeNone, text})
	}
	return sources
}

// simulation decides as the gateway does, on what a request tells it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_testing-policies.html
type simulation struct {
	set       policy.Set
	sources   map[*policy.Document]source
	caller    call.Principal
	owner     string
	actions   []string
	resources []string
	context   map[string][]string
}

func (m *simulation) parse(kind policy.Kind, sources []source) (docs []*policy.Document, err error) {
	for _, src := range sources {
		d, err := policy.Parse(kind, src.id, src.text)
		if err != nil {
			return nil, api.NewInvalidInputException("Policy %s is not valid: %s", src.id, err)
		}
		if m.sources == nil {
			m.sources = map[*policy.Document]source{}
		}
		m.sources[d] = src
		docs = append(docs, d)
	}
	return docs, nil
}

// boundaries: a principal has one at most.
func (m *simulation) boundaries(sources []source) error {
	docs, err := m.parse(policy.Boundary, sources)
	switch {
	case err != nil:
		return err
	case len(docs) > 1:
		return api.NewInvalidInputException("Only one permissions boundary can be simulated at a time.")
	case len(docs) == 1:
		m.set.Boundary = docs[0]
	}
	return nil
}

// question is what both operations ask alike.
type question struct {
	actions, resources                         []string
	entries                                    []api.ContextEntry
	callerARN, owner, resourcePolicy, handling *string
}

func (m *simulation) ask(q question) error {
	if q.handling != nil { // https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulateCustomPolicy.html: EC2's RunInstances only
		return awserr.New(http.StatusNotImplemented, "NotImplemented", "ResourceHandlingOption is not supported by this estate.")
	}
	for _, a := range q.actions {
		if service, name, ok := strings.Cut(a, ":"); !ok || service == "" || name == "" || strings.ContainsAny(a, "*? ") {
			return api.NewInvalidInputException("Invalid Input Action: %s", a)
		}
	}
	if m.actions, m.resources = q.actions, q.resources; len(m.resources) == 0 {
		m.resources = []string{"*"}
	}
	for _, r := range m.resources {
		if _, err := arn.Parse(r); err != nil && r != "*" {
			return api.NewInvalidInputException("Invalid Input Resource: %s", r)
		}
	}
	if err := m.know(q.entries); err != nil {
		return err
	}
	if q.callerARN != nil {
		p, err := userOf(*q.callerARN)
		if err != nil {
			return err
		}
		m.caller = p
	}
	m.owner = m.caller.Account
	if q.owner != nil {
		a, err := arn.Parse(*q.owner)
		if err != nil || a.Resource != "root" {
			return api.NewInvalidInputException("ResourceOwner must be the ARN of an account: %s", *q.owner)
		}
		m.owner = a.Account
	}
	if q.resourcePolicy == nil {
		return nil
	}
	docs, err := m.parse(policy.Resource, []source{{"ResourcePolicy", api.PolicySourceTypeResource, *q.resourcePolicy}})
	if err == nil {
		m.set.Resource = docs[0]
	}
	return err
}

// userOf: only the ARN of a user may be given as the caller.
func userOf(a string) (call.Principal, error) {
	p, err := arn.Parse(a)
	kind, name := cutName(p.Resource)
	if err != nil || p.Service != "iam" || kind != "user" || name == "" {
		return call.Principal{}, api.NewInvalidInputException("CallerArn must be the ARN of an IAM user: %s", a)
	}
	return call.Principal{Kind: call.IAMUser, Account: p.Account, ARN: a, Name: name}, nil
}

func (m *simulation) know(entries []api.ContextEntry) error {
	m.context = map[string][]string{}
	for _, e := range entries {
		name, kind := rt.Val(e.ContextKeyName), rt.Val(e.ContextKeyType)
		if name == "" {
			return api.NewInvalidInputException("A context entry has no name.")
		}
		if kind != "" && !strings.HasSuffix(kind, "List") && len(e.ContextKeyValues) > 1 {
			return api.NewInvalidInputException("Context key %s of type %s can have one value only.", name, kind)
		}
		m.context[strings.ToLower(name)] = e.ContextKeyValues
	}
	return nil
}

// results simulates every action; the answer of one action is the strictest of its resources.
func (m *simulation) results(query string, marker *string, maxItems *int32) ([]api.EvaluationResult, *string, error) {
	rows := func(after string) iter.Seq2[string, string] {
		return func(yield func(string, string) bool) {
			for i, action := range m.actions {
				if key := strconv.Itoa(1000000 + i); key > after && !yield(key, action) {
					return
				}
			}
		}
	}
	return listed(query, marker, maxItems, rows, func(_, action string) (api.EvaluationResult, bool) { return m.result(action), true })
}

var strictness = []string{api.PolicyEvaluationDecisionTypeAllowed, api.PolicyEvaluationDecisionTypeImplicitDeny, api.PolicyEvaluationDecisionTypeExplicitDeny}

func (m *simulation) result(action string) api.EvaluationResult {
	all := api.EvaluationResult{EvalActionName: new(action), EvalDecision: new(strictness[0]), EvalResourceName: new("*"), MatchedStatements: []api.Statement{}, MissingContextValues: []string{}}
	if len(m.resources) == 1 {
		all.EvalResourceName = new(m.resources[0])
	}
	for i, resource := range m.resources {
		one := m.resource(action, resource)
		if i == 0 || slices.Index(strictness, *one.EvalResourceDecision) > slices.Index(strictness, *all.EvalDecision) {
			all.EvalDecision, all.MatchedStatements, all.EvalDecisionDetails = one.EvalResourceDecision, one.MatchedStatements, one.EvalDecisionDetails
			all.PermissionsBoundaryDecisionDetail = one.PermissionsBoundaryDecisionDetail
		}
		if resource == "*" {
			all.MissingContextValues = one.MissingContextValues
			continue
		}
		all.ResourceSpecificResults = append(all.ResourceSpecificResults, one)
	}
	if len(m.set.SCPs) > 0 {
		allowed := true
		for _, resource := range m.resources {
			x := m.explain(action, resource)
			allowed = allowed && x.ByOrganization != nil && *x.ByOrganization
		}
		all.OrganizationsDecisionDetail = &api.OrganizationsDecisionDetail{AllowedByOrganizations: &allowed}
	}
	return all
}

func (m *simulation) explain(action, resource string) policy.Explanation {
	return policy.Explain(&m.set, &policy.Request{Action: action, Resource: resource, Principal: &m.caller, Owner: m.owner,
		Keys: func(key string) ([]string, bool) { v, ok := m.context[key]; return v, ok }})
}

func (m *simulation) resource(action, resource string) api.ResourceSpecificResult {
	x := m.explain(action, resource)
	one := api.ResourceSpecificResult{EvalResourceName: new(resource), EvalResourceDecision: new(decision(x.Verdict)), MatchedStatements: []api.Statement{}, MissingContextValues: x.Missing}
	for _, s := range x.Matched {
		src, own := m.sources[s.Document]
		if !own { // an organisation's policy: only its decision is told
			continue
		}
		one.MatchedStatements = append(one.MatchedStatements, api.Statement{SourcePolicyId: new(src.id), SourcePolicyType: new(src.kind), StartPosition: place(s.Start), EndPosition: place(s.End)})
	}
	if x.ByBoundary != nil {
		one.PermissionsBoundaryDecisionDetail = &api.PermissionsBoundaryDecisionDetail{AllowedByPermissionsBoundary: x.ByBoundary}
	}
	switch {
	case m.owner != m.caller.Account: // both accounts must allow, and each is told
		one.EvalDecisionDetails = map[string]string{"IAM Policy": decision(x.ByIdentity), "Resource Policy": decision(x.ByResource)}
	case resource != "*": // there, and empty
		one.EvalDecisionDetails = map[string]string{}
	}
	return one
}

func place(p policy.Position) *api.Position {
	return &api.Position{Line: new(int32(p.Line)), Column: new(int32(p.Column))}
}

func decision(v policy.Verdict) string {
	switch {
	case v.Allowed:
		return api.PolicyEvaluationDecisionTypeAllowed
	case v.Explicit:
		return api.PolicyEvaluationDecisionTypeExplicitDeny
	}
	return api.PolicyEvaluationDecisionTypeImplicitDeny
}
