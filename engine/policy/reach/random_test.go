package reach

import (
	"encoding/json"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"unyo/base/call"
	"unyo/engine/policy"
)

const here, friend, stranger = "111111111111", "222222222222", "999999999999"

// universe is small enough to ask every request of it.
var universe = struct {
	callers            []call.Principal
	actions, resources []string
	keys               map[string][]string // "" stands for a key that is not there
}{
	callers: []call.Principal{
		{Kind: call.Anonymous},
		{Kind: call.IAMUser, Account: stranger, ARN: "arn:aws:iam::" + stranger + ":user/eve", ID: "AIDAEVE"},
		{Kind: call.Root, Account: stranger, ARN: "arn:aws:iam::" + stranger + ":root", ID: stranger},
		{Kind: call.IAMUser, Account: friend, ARN: "arn:aws:iam::" + friend + ":user/fred", ID: "AIDAFRED"},
		{Kind: call.AssumedRole, Account: friend, ARN: "arn:aws:sts::" + friend + ":assumed-role/ops/s", RoleARN: "arn:aws:iam::" + friend + ":role/ops", ID: "AROAOPS:s"},
	},
	actions:   []string{"s3:GetObject", "s3:PutObject", "s3:ListBucket"},
	resources: []string{"arn:aws:s3:::b", "arn:aws:s3:::b/k", "arn:aws:s3:::b/x/k", "arn:aws:s3:::other"},
	keys: map[string][]string{
		"aws:principalorgid":  {"", "o-them", "o-us"},
		"aws:sourceip":        {"203.0.113.7", "10.1.1.1", "198.51.100.1"},
		"aws:sourcevpce":      {"", "vpce-1", "vpce-2"},
		"aws:securetransport": {"true", "false"},
		"s3:max-keys":         {"", "5", "50"},
	},
}

func pick[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }

func some(r *rand.Rand, words ...string) any {
	if r.IntN(10) < 6 {
		return pick(r, words...)
	}
	return []string{pick(r, words...), pick(r, words...)}
}

type object = map[string]any

func randomStatement(r *rand.Rand) object {
	s := object{"Effect": pick(r, "Allow", "Allow", "Deny")}
	s[pick(r, "Action", "Action", "Action", "NotAction")] = some(r, "s3:*", "s3:Get*", "s3:GetObject", "s3:PutObject", "*", "s3:*Object")
	s[pick(r, "Resource", "Resource", "Resource", "NotResource")] = some(r, "*", "arn:aws:s3:::b", "arn:aws:s3:::b/*", "arn:aws:s3:::b/x/*")
	who := object{"AWS": some(r, "*", here, friend, "arn:aws:iam::"+here+":user/ann", "arn:aws:iam::"+friend+":user/fred", "arn:aws:iam::"+friend+":role/ops", "arn:aws:iam::"+stranger+":root")}
	if s["Effect"] == "Deny" && r.IntN(10) < 3 {
		s["NotPrincipal"] = object{"AWS": []string{pick(r, "arn:aws:iam::"+friend+":user/fred", "arn:aws:iam::"+here+":user/ann"), friend, here}}
	} else {
		s["Principal"] = who
		if r.IntN(3) == 0 {
			s["Principal"] = "*"
		}
	}
	conditions := object{}
	for range r.IntN(3) {
		operator, key, values := randomCondition(r)
		conditions[operator] = object{key: some(r, values...)}
	}
	if len(conditions) > 0 {
		s["Condition"] = conditions
	}
	return s
}

func randomCondition(r *rand.Rand) (operator, key string, values []string) {
	switch r.IntN(8) {
	case 0:
		return pick(r, "StringEquals", "StringNotEquals", "StringEqualsIfExists"), "aws:PrincipalOrgID", []string{"o-us", "o-them"}
	case 1:
		return pick(r, "StringEquals", "StringNotEquals"), "aws:PrincipalAccount", []string{here, friend}
	case 2:
		return pick(r, "ArnLike", "ArnNotLike", "StringLike"), "aws:PrincipalArn", []string{"arn:aws:iam::" + here + ":*", "arn:aws:iam::" + friend + ":role/*", "arn:aws:iam::" + friend + ":user/fred"}
	case 3:
		return pick(r, "IpAddress", "NotIpAddress"), "aws:SourceIp", []string{"10.0.0.0/8", "203.0.113.0/24"}
	case 4:
		return pick(r, "StringEquals", "StringNotEquals", "StringLike", "StringNotEqualsIfExists", "ForAllValues:StringEquals", "ForAnyValue:StringEquals"), "aws:SourceVpce", []string{"vpce-1", "vpce-2"}
	case 5:
		return "Bool", "aws:SecureTransport", []string{"true", "false"}
	case 6:
		return pick(r, "NumericLessThan", "NumericGreaterThanEquals"), "s3:max-keys", []string{"10", "40"}
	}
	return "Null", pick(r, "aws:SourceVpce", "aws:PrincipalOrgID"), []string{"true", "false"}
}

func randomPolicy(t *testing.T, r *rand.Rand) (*policy.Document, string) {
	var list []object
	for range 1 + r.IntN(3) {
		list = append(list, randomStatement(r))
	}
	text, _ := json.Marshal(object{"Version": "2012-10-17", "Statement": list})
	d, err := policy.Parse(policy.Resource, "p", string(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return d, string(text)
}

// each asks every request of the universe that the policy allows to an outsider.
func each(d *policy.Document, organization string, allowed func(p *call.Principal, action, resource string)) {
	var names []string
	for k := range universe.keys {
		names = append(names, k)
	}
	slices.Sort(names)
	set := &policy.Set{Resource: d}
	for i := range universe.callers {
		p := &universe.callers[i]
		for _, action := range universe.actions {
			for _, resource := range universe.resources {
				context := map[string]string{}
				if p.Account != "" {
					context["aws:principalaccount"], context["aws:principalarn"] = p.Account, p.ARN
					if p.RoleARN != "" {
						context["aws:principalarn"] = p.RoleARN
					}
				}
				r := &policy.Request{Action: action, Resource: resource, Principal: p, Owner: here, Keys: func(k string) ([]string, bool) {
					v := context[k]
					return []string{v}, v != ""
				}}
				if p.Kind != call.Anonymous { // the caller's own account lets it
					set.Identity = []*policy.Document{everything}
				} else {
					set.Identity = nil
				}
				var fill func(n int)
				fill = func(n int) {
					if n == len(names) {
						if policy.Evaluate(set, r).Allowed {
							allowed(p, action, resource)
						}
						return
					}
					for _, v := range universe.keys[names[n]] {
						if names[n] == "aws:principalorgid" && (p.Kind == call.Anonymous || v == organization) {
							v = ""
						}
						context[names[n]] = v
						fill(n + 1)
					}
				}
				fill(0)
			}
		}
	}
}

var everything = func() *policy.Document {
	d, err := policy.Parse(policy.Identity, "all", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)
	if err != nil {
		panic(err)
	}
	return d
}()

// tells says that the grant tells of the caller's action.
func (g *Grant) tells(p *call.Principal, action string) bool {
	self := policy.PrincipalEntry{Kind: "AWS", Value: p.ARN}
	named := coversPrincipal(g.Principal, self) || p.RoleARN != "" && g.Principal.Value == p.RoleARN
	return named && slices.ContainsFunc(g.Actions, func(a string) bool { return a == "*" || AllowsPattern(a, action) })
}

// Whatever the evaluator allows to somebody outside is told, and what is told is allowed to somebody.
func TestExternalAgainstTheEvaluator(t *testing.T) {
	grants, witnessed, missed := 0, 0, 0
	for n := range 250 {
		r := rand.New(rand.NewPCG(7, uint64(n)))
		d, text := randomPolicy(t, r)
		zone := Zone{Accounts: []string{here}, Organization: pick(r, "", "o-us")}
		found := External(d, "s3", zone)
		seen := make([]bool, len(found))
		each(d, zone.Organization, func(p *call.Principal, action, resource string) {
			told := false
			for i := range found {
				if found[i].tells(p, action) {
					told, seen[i] = true, true
				}
			}
			if !told && missed < 5 {
				missed++
				t.Errorf("policy %d lets %s %s do %s on %s, which nothing tells: %+v\n%s", n, p.Kind, p.ARN, action, resource, found, text)
			}
		})
		for i := range found {
			grants++
			if seen[i] {
				witnessed++
			} else {
				t.Logf("policy %d: nobody is allowed what is told: %+v\n%s", n, found[i], text)
			}
		}
	}
	t.Logf("%d grants, %d with a request that is allowed", grants, witnessed)
	if witnessed < grants*98/100 {
		t.Errorf("%d of %d grants are allowed to nobody", grants-witnessed, grants)
	}
}

// What is proved to grant nothing new allows nothing that was not allowed, and what is proved not granted is not allowed.
func TestChecksAgainstTheEvaluator(t *testing.T) {
	proved, public := 0, 0
	for n := range 250 {
		r := rand.New(rand.NewPCG(8, uint64(n)))
		before, text := randomPolicy(t, r)
		after, text2 := randomPolicy(t, r)
		if r.IntN(4) == 0 {
			after, text2 = before, text
		}
		if len(NewAccess(after, before)) == 0 {
			proved++
			was := map[string]int{}
			count := func(into map[string]int) func(p *call.Principal, action, resource string) {
				return func(p *call.Principal, action, resource string) { into[string(p.Kind)+p.ARN+action+resource]++ }
			}
			each(before, "", count(was))
			is := map[string]int{}
			each(after, "", count(is))
			for k, times := range is {
				if times > was[k] {
					t.Fatalf("policies %d: %s is new\n%s\n%s", n, k, text, text2)
				}
			}
		} else if text == text2 {
			t.Errorf("policy %d is said to grant more than itself\n%s", n, text)
		}
		if len(Granted(after, []string{"s3:PutObject"}, []string{"arn:aws:s3:::b/*"})) == 0 {
			each(after, "", func(p *call.Principal, action, resource string) {
				if action == "s3:PutObject" && strings.HasPrefix(resource, "arn:aws:s3:::b/") {
					t.Fatalf("policy %d was said not to grant %s on %s\n%s", n, action, resource, text2)
				}
			})
		}
		if len(Public(after, "s3")) > 0 {
			public++
		}
	}
	t.Logf("%d proofs that nothing is new, %d public", proved, public)
	if proved < 40 || public < 20 {
		t.Error("too few to mean anything")
	}
}
