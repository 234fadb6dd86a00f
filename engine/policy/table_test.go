package policy

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"unyo/base/call"
)

// TestTables runs testdata/*.txt, cases written from AWS's pages: every operator and every global key is among them. A block is a set of lines, and each of its pages is
// named in a comment:
//
//	identity|boundary|session|resource|trust|scp|rcp: DOCUMENT or WORD   (repeatable; an scp is a level of its own)
//	caller: user NAME ACCOUNT · role NAME ACCOUNT SESSION · linked ACCOUNT · federated NAME ACCOUNT · root ACCOUNT · service NAME · anonymous
//	owner: ACCOUNT of the resource
//	management: ACCOUNT that no organisation restrains
//	key: NAME=VALUE[,VALUE]
//	ask: ACTION RESOURCE
//	want: allow | deny WORDS-OF-THE-SENTENCE
//	try: VERDICT[ WORDS][; LINE=VALUE]…   one case each, over the lines of the block; an unknown LINE is a key
//	refused: SENTENCE   of the one document above; accepted: that there is none
func TestTables(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil {
		t.Fatal(err)
	}
	total, all := 0, ""
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for block := range strings.SplitSeq(string(text), "\n\n") {
			in := runBlock(t, file, block)
			if in > 0 && !strings.Contains(block, "https://docs.aws.amazon.com/") {
				t.Errorf("%s: no page is named: %.100s", file, block)
			}
			n += in
		}
		t.Logf("%s: %d cases", file, n)
		total += n
		all += strings.ToLower(string(text))
	}
	if total < 4000 {
		t.Errorf("only %d cases", total)
	}
	names := slices.Concat(slices.Collect(maps.Keys(operators)), slices.Collect(maps.Keys(synonyms)), slices.Collect(maps.Keys(negations)))
	for relation := range relations {
		names = append(names, "numeric"+relation, "date"+relation)
	}
	for _, name := range names {
		if !strings.Contains(all, `{"`+name+`":`) {
			t.Errorf("no case of the operator %s", name)
		}
	}
	for _, key := range globalKeys {
		if !strings.Contains(all, `{"`+strings.ToLower(key)) {
			t.Errorf("no case of the key %s", key)
		}
	}
}

// globalKeys are all keys of the page; of tags the beginnings.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
var globalKeys = strings.Fields(`aws:PrincipalArn aws:PrincipalAccount aws:PrincipalOrgPaths aws:PrincipalOrgID aws:PrincipalTag/ aws:PrincipalIsAWSService aws:PrincipalServiceName
	aws:PrincipalServiceNamesList aws:PrincipalType aws:userid aws:username aws:AssumedRoot aws:FederatedProvider aws:TokenIssueTime aws:MultiFactorAuthAge
	aws:MultiFactorAuthPresent aws:ChatbotSourceArn aws:Ec2InstanceSourceVpc aws:Ec2InstanceSourcePrivateIPv4 aws:SourceIdentity ec2:RoleDelivery ec2:SourceInstanceArn
	glue:RoleAssumedBy glue:CredentialIssuingService lambda:SourceFunctionArn ssm:SourceInstanceArn identitystore:UserId aws:SourceIp aws:SourceVpc aws:SourceVpcArn aws:SourceVpce
	aws:VpceAccount aws:VpceOrgID aws:VpceOrgPaths aws:VpcSourceIp aws:ResourceAccount aws:ResourceOrgPaths aws:ResourceOrgID aws:ResourceTag/ aws:CalledVia
	aws:CalledViaFirst aws:CalledViaLast aws:ViaAWSService aws:CurrentTime aws:EpochTime aws:referer aws:RequestedRegion aws:RequestTag/ aws:TagKeys aws:SecureTransport aws:SourceArn
	aws:SourceAccount aws:SourceOrgPaths aws:SourceOrgID aws:UserAgent`)

// field is one line of a block: its name and what it says.
type field struct{ name, value string }

func runBlock(t *testing.T, file, block string) (n int) {
	t.Helper()
	var common []field
	for line := range strings.SplitSeq(block, "\n") {
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimSpace(value)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case name == "want":
			n++
			run(t, file, common, value)
		case name == "try":
			n++
			parts := strings.Split(value, "; ")
			fields := append([]field{}, common...)
			for _, part := range parts[1:] {
				k, v, _ := strings.Cut(part, "=")
				if !lineNames[k] {
					k, v = "key", part
				}
				fields = append(fields, field{k, v})
			}
			run(t, file, fields, parts[0])
		case name == "refused" || name == "accepted":
			n++
			d := common[len(common)-1]
			_, err := Parse(kindOf[d.name], "p", d.value)
			if name == "accepted" && err != nil || name == "refused" && (err == nil || err.Error() != value) {
				t.Errorf("%s: %s: %s\ngot:  %v\nwant: %s", file, d.name, d.value, err, value)
			}
		default:
			common = append(common, field{name, value})
		}
	}
	return n
}

var kindOf = map[string]Kind{"identity": Identity, "boundary": Boundary, "session": Session, "resource": Resource, "trust": Trust, "scp": SCP, "rcp": RCP}

var lineNames = map[string]bool{"identity": true, "boundary": true, "session": true, "resource": true, "trust": true, "scp": true, "rcp": true,
	"caller": true, "owner": true, "management": true, "key": true, "ask": true}

func run(t *testing.T, file string, fields []field, want string) {
	t.Helper()
	set, keys := &Set{}, map[string][]string{}
	r := &Request{Principal: &call.Principal{}}
	for _, f := range fields {
		switch f.name {
		case "caller":
			*r.Principal = caller(strings.Fields(f.value))
		case "owner":
			r.Owner = f.value
		case "management":
			set.Management = f.value
		case "key":
			k, v, _ := strings.Cut(f.value, "=")
			keys[strings.ToLower(k)] = strings.Split(v, ",")
		case "ask":
			r.Action, r.Resource, _ = strings.Cut(f.value, " ")
		default:
			add(t, set, r, f.name, f.value)
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
		t.Errorf("%s: %v\ngot:  %s\nwant: %s", file, fields, got, want)
	}
}

// principals are the words for Principal elements, by whom the tables' callers are.
var principals = map[string]string{
	"user": `{"AWS":"arn:aws:iam::111111111111:user/ann"}`, "other": `{"AWS":"arn:aws:iam::111111111111:user/bob"}`,
	"role": `{"AWS":"arn:aws:iam::111111111111:role/ops"}`, "session": `{"AWS":"arn:aws:sts::111111111111:assumed-role/ops/s1"}`,
	"federated": `{"AWS":"arn:aws:sts::111111111111:federated-user/fed"}`, "account": `{"AWS":"111111111111"}`,
	"root": `{"AWS":"arn:aws:iam::111111111111:root"}`, "everyone": `"*"`, "service": `{"Service":"logs.amazonaws.com"}`,
}

// written makes a document of the words allow, deny and silent, with the principal's word behind them where one is named.
func written(kind Kind, text string) string {
	effect, who, _ := strings.Cut(text, " ")
	action := `"*"`
	if effect == "silent" {
		effect, action = "allow", `"other:*"`
	}
	if effect != "allow" && effect != "deny" {
		return text
	}
	principal, resource := "", `,"Resource":"*"`
	if kind.namesPrincipals() {
		if who == "" {
			who = "everyone"
		}
		principal = `"Principal":` + principals[who] + `,`
	}
	if kind == Trust {
		action, resource = `"sts:AssumeRole"`, ""
	}
	return fmt.Sprintf(`{"Effect":"%s",%s"Action":%s%s}`, strings.ToUpper(effect[:1])+effect[1:], principal, action, resource)
}

func add(t *testing.T, set *Set, r *Request, name, text string) {
	t.Helper()
	kind, ok := kindOf[name]
	if !ok {
		t.Fatalf("what is %q?", name)
	}
	if text = written(kind, text); strings.HasPrefix(text, `{"Effect"`) {
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
	case "linked":
		return call.Principal{Kind: call.AssumedRole, Account: f[1], Name: "AWSServiceRoleForX", SessionName: "s", RoleARN: "arn:aws:iam::" + f[1] + ":role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX",
			ARN: "arn:aws:sts::" + f[1] + ":assumed-role/AWSServiceRoleForX/s"}
	case "federated":
		return call.Principal{Kind: call.FederatedUser, Account: f[2], Name: f[1], ARN: "arn:aws:sts::" + f[2] + ":federated-user/" + f[1], RoleARN: "arn:aws:iam::" + f[2] + ":user/ann"}
	case "root":
		return call.Principal{Kind: call.Root, Account: f[1], ARN: "arn:aws:iam::" + f[1] + ":root", ID: f[1]}
	case "service":
		return call.Principal{Kind: call.AWSService, Service: f[1], ARN: f[1]}
	}
	return call.Principal{Kind: call.Anonymous}
}
