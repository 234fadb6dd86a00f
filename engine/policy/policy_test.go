package policy

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"unyo/base/call"
)

// TestAuthorize runs testdata/authorize.txt: blocks of documents, a caller, a question and the expected verdict.
//
//	identity|boundary|session|resource|trust|scp|rcp: DOCUMENT   (repeatable; an scp is a level of its own)
//	caller: user NAME ACCOUNT · role NAME ACCOUNT SESSION · root ACCOUNT · service NAME · anonymous
//	owner: ACCOUNT
//	key: NAME=VALUE[,VALUE]
//	ask: ACTION RESOURCE
//	want: allow | deny WORDS-OF-THE-SENTENCE
func TestAuthorize(t *testing.T) {
	b, err := os.ReadFile("testdata/authorize.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for block := range strings.SplitSeq(string(b), "\n\n") {
		if strings.Contains(block, "want:") {
			n++
			runBlock(t, block)
		}
	}
	if n < 60 {
		t.Errorf("only %d cases", n)
	}
}

func runBlock(t *testing.T, block string) {
	t.Helper()
	set, keys := &Set{}, map[string][]string{}
	r := &Request{Principal: &call.Principal{}}
	want := ""
	for line := range strings.SplitSeq(block, "\n") {
		name, rest, _ := strings.Cut(line, ":")
		rest = strings.TrimSpace(rest)
		switch name {
		case "caller":
			*r.Principal = caller(strings.Fields(rest))
		case "owner":
			r.Owner = rest
		case "key":
			k, v, _ := strings.Cut(rest, "=")
			keys[strings.ToLower(k)] = strings.Split(v, ",")
		case "ask":
			r.Action, r.Resource, _ = strings.Cut(rest, " ")
		case "want":
			want = rest
		default:
			if !strings.HasPrefix(line, "#") && line != "" {
				add(t, set, r, name, rest)
			}
		}
	}
	r.Keys = func(k string) ([]string, bool) { v, ok := keys[k]; return v, ok }
	v := Evaluate(set, r)
	got := "allow"
	if !v.Allowed {
		got = "deny " + v.Sentence(r)
	}
	verdict, words, _ := strings.Cut(want, " ")
	if !strings.HasPrefix(got, verdict) || !strings.Contains(got, words) {
		t.Errorf("%s\ngot: %s", block, got)
	}
}

func add(t *testing.T, set *Set, r *Request, name, text string) {
	t.Helper()
	kinds := map[string]Kind{"identity": Identity, "boundary": Boundary, "session": Session, "resource": Resource, "trust": Trust, "scp": SCP, "rcp": RCP}
	kind, ok := kinds[name]
	if !ok {
		t.Fatalf("what is %q?", name)
	}
	if strings.HasPrefix(text, `{"Effect"`) {
		text = `{"Version":"2012-10-17","Statement":` + text + `}`
	}
	d, err := Parse(kind, name, text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	switch kind {
	case Identity:
		set.Identity = append(set.Identity, d)
	case Boundary:
		set.Boundary = d
	case Session:
		set.Sessions = append(set.Sessions, d)
	case Resource:
		set.Resource = d
	case Trust:
		set.Resource, r.ResourceMust = d, true
	case SCP:
		set.SCPs = append(set.SCPs, []*Document{d})
	case RCP:
		set.RCPs = append(set.RCPs, []*Document{d})
	}
}

func caller(f []string) call.Principal {
	switch f[0] {
	case "user":
		return call.Principal{Kind: call.IAMUser, Account: f[2], Name: f[1], ARN: "arn:aws:iam::" + f[2] + ":user/" + f[1], ID: "AIDA" + strings.ToUpper(f[1])}
	case "role":
		return call.Principal{Kind: call.AssumedRole, Account: f[2], Name: f[1], SessionName: f[3], RoleARN: "arn:aws:iam::" + f[2] + ":role/" + f[1],
			ARN: "arn:aws:sts::" + f[2] + ":assumed-role/" + f[1] + "/" + f[3], ID: "AROA" + strings.ToUpper(f[1]) + ":" + f[3]}
	case "root":
		return call.Principal{Kind: call.Root, Account: f[1], ARN: "arn:aws:iam::" + f[1] + ":root", ID: f[1]}
	case "service":
		return call.Principal{Kind: call.AWSService, Service: f[1], ARN: f[1]}
	}
	return call.Principal{Kind: call.Anonymous}
}

// What the grammar refuses. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
func TestMalformed(t *testing.T) {
	for _, c := range []struct {
		kind       Kind
		text, want string
	}{
		{Identity, ``, "Syntax errors in policy."},
		{Identity, `[]`, "Syntax errors in policy."},
		{Identity, `{"Version":"2012-10-17"}`, "Missing required field Statement"},
		{Identity, `{"Version":"2013-10-17","Statement":[]}`, "The policy must contain a valid version string"},
		{Identity, `{"Version":"2012-10-17","Statement":[]}`, "Missing required field Statement"},
		{Identity, `{"Version":"2012-10-17","Statement":[],"Extra":1}`, "Syntax errors in policy."},
		{Identity, `{"Statement":{"Action":"s3:*","Resource":"*"}}`, "Missing required field Effect"},
		{Identity, `{"Statement":{"Effect":"allow","Action":"s3:*","Resource":"*"}}`, "Invalid effect: allow"},
		{Identity, `{"Statement":{"Effect":"Allow","Resource":"*"}}`, "Policy statement must contain actions."},
		{Identity, `{"Statement":{"Effect":"Allow","Action":"s3:*"}}`, "Policy statement must contain resources."},
		{Identity, `{"Statement":{"Effect":"Allow","Action":"s3","Resource":"*"}}`, "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."},
		{Identity, `{"Statement":{"Effect":"Allow","Action":"s3:*","NotAction":"s3:*","Resource":"*"}}`, "Syntax errors in policy."},
		{Identity, `{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"bucket"}}`, `Resource bucket must be in ARN format or "*".`},
		{Identity, `{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}}`, "Policy document should not specify a principal."},
		{Identity, `{"Statement":{"Sid":"a b","Effect":"Allow","Action":"s3:*","Resource":"*"}}`, "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"},
		{Identity, `{"Statement":[{"Sid":"a","Effect":"Allow","Action":"s3:*","Resource":"*"},{"Sid":"a","Effect":"Deny","Action":"s3:*","Resource":"*"}]}`, "Statement IDs (SID) in a single policy must be unique."},
		{Identity, `{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"StringMatches":{"aws:username":"a"}}}}`, "Invalid Condition type : StringMatches."},
		{Identity, `{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.300"}}}}`, "The policy contains an invalid IP address or range: 10.0.0.300"},
		{Resource, `{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`, "Missing required field Principal"},
		{Resource, `{"Statement":{"Effect":"Allow","Principal":{"AWS":"nobody"},"Action":"s3:*","Resource":"*"}}`, `Invalid principal in policy: "AWS":"nobody"`},
		{Trust, `{"Statement":{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"sts:AssumeRole","Resource":"*"}}`, "Has prohibited field Resource"},
		{Trust, `{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole"}}`, "Missing required field Principal"},
	} {
		_, err := Parse(c.kind, "p", c.text)
		if !errors.Is(err, ErrMalformed) || err.Error() != c.want {
			t.Errorf("%s %s\ngot  %v\nwant %s", c.kind, c.text, err, c.want)
		}
	}
}

// FuzzWildcard compares with a regular expression made of the same pattern.
func FuzzWildcard(f *testing.F) {
	f.Add("a*b?c", "axxbyc")
	f.Add("**", "")
	f.Add("*??", "€")
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if strings.ContainsRune(pattern, 0) || len(pattern) > 50 || len(s) > 200 || !utf8.ValidString(pattern) || !utf8.ValidString(s) {
			return
		}
		var expr strings.Builder
		for _, c := range pattern {
			switch c {
			case '*':
				expr.WriteString(`.*`)
			case '?':
				expr.WriteString(`.`)
			default:
				expr.WriteString(regexp.QuoteMeta(string(c)))
			}
		}
		want := regexp.MustCompile(`(?s)\A(?:` + expr.String() + `)\z`).MatchString(s)
		if got := wildcard(pattern, s); got != want {
			t.Errorf("wildcard(%q, %q) = %v", pattern, s, got)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":["s3:Get*"],"Resource":"arn:aws:s3:::b/${aws:username}/*","Condition":{"ForAnyValue:StringLike":{"aws:TagKeys":["a*"]}}}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		for _, kind := range []Kind{Identity, Resource, Trust, SCP} {
			d, err := Parse(kind, "p", text)
			if err != nil {
				continue
			}
			p := caller([]string{"user", "ann", "111111111111"})
			Evaluate(&Set{Identity: []*Document{d}, Resource: d}, &Request{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/ann/x", Principal: &p})
		}
	})
}

// TestVariablesAreLiteral: nothing that a caller chooses becomes a wildcard, not even behind a NUL.
func TestVariablesAreLiteral(t *testing.T) {
	for _, c := range []struct {
		value, resource string
		want            bool
	}{
		{"ann", "home/ann/x", true}, {"*", "home/ann/x", false}, {"*", "home/*/x", true}, {"\x00*", "home/ann/x", false}, {"\x00*", "home/\x00*/x", true}, {"\x00", "home/\x00/x", true},
	} {
		keys := func(string) ([]string, bool) { return []string{c.value}, true }
		like, equals := compileGlob("home/${aws:username}/*", true, false), compileGlob("home/${aws:username}/x", true, false)
		if got := like.match(c.resource, keys); got != c.want {
			t.Errorf("%q like %q: %t", c.resource, c.value, got)
		}
		if got := equals.equal(c.resource, keys); got != c.want {
			t.Errorf("%q equals %q: %t", c.resource, c.value, got)
		}
	}
}

// TestOperatorWithoutValues: an operator that is none is refused, also before an empty list.
func TestOperatorWithoutValues(t *testing.T) {
	const text = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"%s":{"aws:username":[]}}}}`
	for operator, fails := range map[string]bool{"StringEquals": false, "Bool": false, "StringSimilar": true} {
		if _, err := Parse(Identity, "p", fmt.Sprintf(text, operator)); (err != nil) != fails {
			t.Errorf("%s: %v", operator, err)
		}
	}
}
