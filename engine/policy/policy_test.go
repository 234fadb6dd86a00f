package policy

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"unyo/engine/policy/internal/plain"
)

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

// FuzzParse: what is read may be decided on and explained by every kind, and reading it again says the same.
func FuzzParse(f *testing.F) {
	f.Add(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":["s3:Get*"],"Resource":"arn:aws:s3:::b/${aws:username}/*","Condition":{"ForAnyValue:StringLike":{"aws:TagKeys":["a*"]}}}]}`)
	f.Add(`{"Statement":{"Effect":"Deny","NotPrincipal":{"Service":"a"},"NotAction":"*:x","NotResource":"arn:aws:sqs","Condition":{"NumericEquals":{"a:b":[1,true]},"DateLessThanIfExists":{"a:c":"2026"}}}}`)
	f.Add(`{"Id":"a","Statement":[[[[[[[[]]]]]]]]}`)
	f.Fuzz(func(t *testing.T, text string) {
		for _, kind := range []Kind{Identity, Resource, Trust, SCP, RCP} {
			d, err := Parse(kind, "p", text)
			if err != nil {
				if !errors.Is(err, ErrMalformed) {
					t.Fatalf("%v", err)
				}
				continue
			}
			p := caller([]string{"user", "ann", "111111111111"})
			set := &Set{Identity: []*Document{d}, Resource: d}
			r := &Request{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/ann/x", Principal: &p}
			if x := Explain(set, r); x.Verdict != Evaluate(set, r) {
				t.Fatalf("%s: explained as %+v", text, x.Verdict)
			}
			d.Keys()
		}
	})
}

// FuzzVariables asks the plain evaluator too: a pattern with a variable and a default, values and texts of any kind.
func FuzzVariables(f *testing.F) {
	f.Add("home/", "/*", "?", "ann", "x", "home/ann/kx")
	f.Add("*", "a*b", "", "*?", "", "é*?ab")
	f.Fuzz(func(t *testing.T, before, between, behind, value, fallback, text string) {
		for _, s := range []string{before, between, behind, value, fallback, text} {
			if !utf8.ValidString(s) || strings.ContainsRune(s, 0) || len(s) > 60 {
				return
			}
		}
		if strings.ContainsAny(before+between+behind, "${}") || strings.ContainsAny(fallback, "'}") {
			return
		}
		pattern := before + "${aws:username}" + between + "${aws:Missing, '" + fallback + "'}" + behind
		for _, operator := range []string{"StringLike", "StringEquals", "StringNotEqualsIgnoreCase"} {
			document, err := json.Marshal(object{"Version": "2012-10-17", "Statement": object{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": object{operator: object{"a:x": pattern}}}})
			if err != nil {
				t.Fatal(err)
			}
			q := plain.Request{Caller: plain.Caller{Kind: plain.User, Account: here, ARN: "arn:aws:iam::" + here + ":user/ann"}, Action: "s3:GetObject", Resource: "*", ResourceAccount: here,
				Identity: []string{string(document)}, Context: map[string]plain.Value{"aws:username": {value}, "a:x": {text}}}
			set, r := compiled(t, &q)
			if got, want := Evaluate(set, r).Allowed, plain.Decide(q) == plain.Allowed; got != want {
				t.Errorf("%s %q on %q with %q: %t, plainly %t", operator, pattern, text, value, got, want)
			}
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
