package policy

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"

	"unyo/engine/policy/internal/plain"
)

// generator makes questions on which AWS's pages have an answer, from few enough words that they often meet. It counts what it
// puts into them, so that the test can say what was asked.
type generator struct {
	*rand.Rand
	seen map[string]int
}

func pick[T any](g *generator, list ...T) T { return list[g.IntN(len(list))] }

func (g *generator) often(percent int) bool { return g.IntN(100) < percent }

const here, there = "111111111111", "222222222222"

type object = map[string]any

func (g *generator) question() plain.Request {
	q := plain.Request{
		Caller:          g.caller(),
		Action:          pick(g, "s3:GetObject", "s3:PutObject", "S3:getobject", "logs:PutLogEvents", "iam:PassRole"),
		Resource:        pick(g, "arn:aws:s3:::b/ann/k", "arn:aws:s3:::b/k*é", "arn:aws:logs:eu-central-1:"+here+":log-group:g:log-stream:s", "*"),
		ResourceAccount: pick(g, here, here, there),
		Context:         g.context(),
	}
	g.seen["caller "+string(q.Caller.Kind)]++
	person := q.Caller.Kind != plain.Service && q.Caller.Kind != plain.Anonymous
	for range g.IntN(3) {
		if person && q.Caller.Kind != plain.Root {
			q.Identity = append(q.Identity, g.document(Identity, q.Caller))
		}
	}
	// Boundaries stand on users and roles, and limit who federates from a user; a service-linked role has none.
	if (q.Caller.Kind == plain.User || q.Caller.Kind == plain.FederatedUser || q.Caller.Kind == plain.RoleSession && !q.Caller.ServiceLinked) && g.often(25) {
		g.seen["boundary of "+string(q.Caller.Kind)]++
		text := g.document(Boundary, q.Caller)
		q.Boundary = &text
	}
	if (q.Caller.Kind == plain.RoleSession || q.Caller.Kind == plain.FederatedUser || q.Caller.Kind == plain.Root) && g.often(40) {
		for range 1 + g.IntN(2) {
			g.seen["session of "+string(q.Caller.Kind)]++
			q.Session = append(q.Session, g.document(Session, q.Caller))
		}
	}
	if g.often(60) {
		text := g.document(Resource, q.Caller)
		q.ResourcePolicy = &text
		q.MustBeInResource = g.often(10)
	}
	if q.ResourcePolicy != nil && person {
		across := "within the account"
		if q.Caller.Account != q.ResourceAccount {
			across = "across accounts"
		}
		g.seen["resource policy "+across]++
	}
	if g.often(25) {
		q.SCPs = g.levels(SCP, q.Caller)
		q.CallerManagement = q.Caller.Account != "" && g.often(15)
	}
	if g.often(25) {
		q.RCPs = g.levels(RCP, q.Caller)
		q.ResourceManagement = !q.CallerManagement && g.often(15)
	}
	if q.CallerManagement && q.ResourceAccount == q.Caller.Account {
		q.ResourceManagement = true
	} else if q.ResourceManagement && q.ResourceAccount == q.Caller.Account {
		q.CallerManagement = true
	}
	return q
}

func (g *generator) caller() plain.Caller {
	account := pick(g, here, here, there)
	iam, sts := "arn:aws:iam::"+account+":", "arn:aws:sts::"+account+":"
	switch g.IntN(12) {
	case 0:
		return plain.Caller{Kind: plain.Anonymous}
	case 1:
		return plain.Caller{Kind: plain.Root, Account: account, ARN: iam + "root"}
	case 2:
		return plain.Caller{Kind: plain.Service, Service: pick(g, "logs.amazonaws.com", "firehose.amazonaws.com")}
	case 3:
		return plain.Caller{Kind: plain.FederatedUser, Account: account, ARN: sts + "federated-user/fed", IssuerARN: iam + "user/ann"}
	case 4:
		return plain.Caller{Kind: plain.RoleSession, Account: account, ARN: sts + "assumed-role/AWSServiceRoleForX/s", IssuerARN: iam + "role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX", ServiceLinked: true}
	case 5, 6, 7:
		return plain.Caller{Kind: plain.RoleSession, Account: account, ARN: sts + "assumed-role/ops/s", IssuerARN: iam + "role/ops"}
	}
	return plain.Caller{Kind: plain.User, Account: account, ARN: iam + "user/ann"}
}

func (g *generator) context() map[string]plain.Value {
	c := map[string]plain.Value{}
	for _, key := range sortedKeys(vocabulary) {
		if g.often(70) {
			c[key] = plain.Value{pick(g, vocabulary[key]...)}
		}
	}
	for _, key := range sortedKeys(many) {
		for range g.IntN(4) {
			c[key] = append(c[key], pick(g, many[key]...))
		}
	}
	switch g.IntN(6) {
	case 5:
		c["aws:TagKeys"] = plain.Value{}
	case 0:
		c["aws:TagKeys"] = plain.Value{""}
	case 1, 2:
		c["aws:TagKeys"] = plain.Value{"a"}
	case 3:
		c["aws:TagKeys"] = plain.Value{"a", pick(g, "b", "c", "é")}
	}
	return c
}

// vocabulary: what the context may hold under a key, and what policies compare it with.
var vocabulary = map[string][]string{
	"aws:username":          {"ann", "bob", "Ann"},
	"aws:PrincipalTag/Dept": {"ops", "OPS", "dev*", "d?v", "Straße"},
	"s3:max-keys":           {"10", "9", "-1", "10.5", "9007199254740993", "9007199254740992", "ten"},
	"aws:CurrentTime":       {"2026-07-01T00:00:00Z", "2026-06-30T23:59:59Z", "2026-07-01", "1782864000", "2026-07-01T02:00:00+02:00", "soon"},
	"aws:SecureTransport":   {"true", "false", "True"},
	"aws:SourceIp":          {"203.0.113.7", "10.1.1.1", "2001:db8::1", "2001:db8:1::1"},
	"aws:SourceArn":         {"arn:aws:logs:eu-central-1:111111111111:log-group:g", "arn:aws:sns:eu-central-1:222222222222:t", "arn:aws:x:eu-2:9:store/a:111111111111:finance/d"},
	"x:Binary":              {"QUJD", "QUJE"},
}

func (g *generator) levels(kind Kind, c plain.Caller) [][]string {
	var levels [][]string
	for range 1 + g.IntN(3) {
		all := object{"Effect": "Allow", "Action": "*", "Resource": "*"}
		if kind == RCP {
			all["Principal"] = "*"
		}
		level := []string{asDocument("2012-10-17", all)}
		if g.often(20) {
			level = nil
		}
		levels = append(levels, append(level, g.document(kind, c)))
	}
	g.seen[fmt.Sprintf("%d levels of %s", len(levels), kind)]++
	return levels
}

func asDocument(version string, statements ...object) string {
	document := object{"Statement": statements}
	if version != "" {
		document["Version"] = version
	}
	text, _ := json.Marshal(document)
	return string(text)
}

func (g *generator) document(kind Kind, c plain.Caller) string {
	var list []object
	for range 1 + g.IntN(3) {
		list = append(list, g.statement(kind, c))
	}
	return asDocument(pick(g, "2012-10-17", "2012-10-17", "2012-10-17", "2012-10-17", "2008-10-17", ""), list...)
}

func (g *generator) statement(kind Kind, c plain.Caller) object {
	s := object{"Effect": pick(g, "Allow", "Allow", "Allow", "Allow", "Allow", "Allow", "Deny")}
	action, resource := "Action", "Resource"
	if g.often(10) {
		action = "NotAction"
	}
	if g.often(10) {
		resource = "NotResource"
	}
	s[action] = g.some("*", "s3:*", "s3:Get*", "S3:GETOBJECT", "s3:?utObject", "logs:*", "*:*", "iam:PassRole", "s3:*Object", "s3:*O*t")
	s[resource] = g.some("*", "*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/${aws:username}/*", "arn:aws:s3:::b/k${*}?", "arn:aws:s3:::b/k??", "arn:*",
		"arn:aws:logs:*:"+here+":*", "arn:aws:s3:::b/${aws:PrincipalTag/Dept, 'ann'}/*", "arn:aws:logs:*:"+here+":log-group:*:log-stream:s", "arn:aws:s3:::b/*n*/*",
		"arn:aws:s3:::b/${aws:Missing}/*", "arn:aws:s3:::b/${AWS:TagKeys}*", "arn:aws:s3:::b/${aws:username", "arn:aws:logs:*:"+here+":log-group:g:log-stream:?")
	g.seen[action]++
	g.seen[resource]++
	switch kind {
	case RCP:
		s["Principal"] = "*"
	case Resource:
		g.principal(s, c)
	}
	if conditions := (object{}); g.often(45) {
		for range 1 + g.IntN(2) {
			g.condition(conditions)
		}
		s["Condition"] = conditions
	}
	return s
}

// some is one of the words, or a list of a few.
func (g *generator) some(words ...string) any {
	if g.often(60) {
		return pick(g, words...)
	}
	list := make([]string, 1+g.IntN(3))
	for i := range list {
		list[i] = pick(g, words...)
	}
	return list
}

func (g *generator) principal(s object, c plain.Caller) {
	account := pick(g, here, there, c.Account, c.Account)
	if account == "" {
		account = here
	}
	root := "arn:aws:iam::" + account + ":root"
	if s["Effect"] == "Deny" && g.often(40) {
		g.seen["NotPrincipal for "+string(c.Kind)]++
		switch {
		case c.IssuerARN != "" && g.often(70):
			s["NotPrincipal"] = object{"AWS": []string{c.ARN, c.IssuerARN, "arn:aws:iam::" + c.Account + ":root"}[g.IntN(2):]}
		case c.ARN != "" && g.often(70):
			s["NotPrincipal"] = object{"AWS": []string{c.ARN, c.Account}}
		default:
			s["NotPrincipal"] = object{"AWS": "arn:aws:iam::333333333333:root", "Service": "logs.amazonaws.com"}
		}
		return
	}
	switch g.IntN(8) {
	case 0, 1:
		s["Principal"] = pick[any](g, "*", object{"AWS": "*"})
	case 2:
		s["Principal"] = object{"Service": g.some("logs.amazonaws.com", "firehose.amazonaws.com")}
	case 3:
		s["Principal"] = object{"AWS": g.some(account, root)}
	default:
		words := []string{"arn:aws:iam::" + account + ":user/ann", "arn:aws:iam::" + account + ":role/ops", "arn:aws:sts::" + account + ":assumed-role/ops/s", root}
		for _, a := range []string{c.ARN, c.IssuerARN} {
			if a != "" {
				words = append(words, a, a)
			}
		}
		s["Principal"] = object{"AWS": g.some(words...)}
	}
}

// condition adds one operator on one key, of a kind the pages let go together.
func (g *generator) condition(into object) {
	family := pick(g, "String", "String", "Arn", "Numeric", "Date", "Bool", "Binary", "Ip", "Null", "Set", "Set")
	ifExists := ""
	if g.often(25) && family != "Null" {
		ifExists = "IfExists"
	}
	var operator, key string
	values := []string{}
	switch family {
	case "String":
		operator, key = pick(g, "StringEquals", "StringNotEquals", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", "StringLike", "StringNotLike"), pick(g, "aws:username", "aws:PrincipalTag/Dept")
		values = append(append(values, vocabulary[key]...), "a*", "?ob", "${aws:username}", "${aws:PrincipalTag/dept}", "${aws:Missing, 'ann'}", "${aws:Missing}", "dev${*}", "d${?}v", "*")
	case "Arn":
		operator, key = pick(g, "ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike"), "aws:SourceArn"
		values = append(append(values, vocabulary[key]...), "arn:aws:logs:*:111111111111:*", "arn:aws:s?s:*:*:*", "arn:aws:x:*:111111111111:finance/*", "arn:*:*:*:*:*",
			"arn:aws:logs:*:*:log-group:${aws:username}", "arn:aws:sns:*:*:${aws:Missing, 't'}", "arn:aws:sns:*:*:${aws:Missing}", "${aws:SourceArn}")
	case "Numeric", "Date":
		operator, key = family+pick(g, "Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"), pick(g, "s3:max-keys", "aws:CurrentTime")
		if key = "s3:max-keys"; family == "Date" {
			key = "aws:CurrentTime"
		}
		values = append(values, vocabulary[key][:len(vocabulary[key])-1]...)
	case "Bool":
		operator, key, values = "Bool", "aws:SecureTransport", []string{"true", "false", "TRUE"}
	case "Binary":
		operator, key, values = "BinaryEquals", "x:Binary", vocabulary["x:Binary"]
	case "Ip":
		operator, key = pick(g, "IpAddress", "NotIpAddress"), "aws:SourceIp"
		values = []string{"203.0.113.0/24", "10.0.0.0/8", "10.1.1.1", "2001:DB8::/48", "2001:db8::1", "0.0.0.0/0", "::/0"}
	case "Null":
		operator, key, values = "Null", pick(g, "aws:username", "aws:PrincipalTag/dept", "aws:Missing", "aws:TagKeys"), []string{"true", "false"}
	case "Set":
		operator, key, values = g.set()
	}
	if g.often(20) {
		key = pick(g, strings.ToLower(key), strings.ToUpper(key))
	}
	name := operator + ifExists
	g.seen[name]++
	under, _ := into[name].(object)
	if under == nil {
		under = object{}
	}
	under[key] = g.some(values...)
	into[name] = under
}

// set is a set operator on a key of many values.
func (g *generator) set() (operator, key string, values []string) {
	switch g.IntN(6) {
	case 0:
		operator, key, values = pick(g, "ArnLike", "ArnNotEquals"), "x:Arns", append([]string{"arn:aws:sns:*:*:*"}, many["x:Arns"]...)
	case 1:
		operator, key, values = pick(g, "NumericEquals", "NumericLessThan", "NumericNotEquals"), "x:Numbers", []string{"1", "2.0", "3"}
	case 2:
		operator, key, values = pick(g, "IpAddress", "NotIpAddress"), "x:Addresses", []string{"10.0.0.0/8", "192.0.2.1", "::/0"}
	default:
		operator = pick(g, "StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase")
		key, values = "aws:TagKeys", []string{"a", "b", "c", "?", "A", "*", "${aws:username}", "${aws:Missing, 'a'}", "${aws:Missing}"}
	}
	return pick(g, "ForAllValues:", "ForAnyValue:") + operator, key, values
}

// many: what keys of many values may hold.
var many = map[string][]string{
	"x:Arns":      {"arn:aws:sns:eu-central-1:111111111111:t", "arn:aws:sqs:eu-central-1:111111111111:q", "none"},
	"x:Numbers":   {"1", "2", "3.0", "many"},
	"x:Addresses": {"10.1.1.1", "192.0.2.1", "2001:db8::1"},
}
