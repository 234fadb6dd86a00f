package world

import (
	"encoding/json"
	"strings"
	"testing"

	"unyo/base/call"

	cloudtrailapi "unyo/api/cloudtrail"
	iamapi "unyo/api/iam"
	s3api "unyo/api/s3"
	stsapi "unyo/api/sts"
)

// looked is what the event history of an account and region has of an attribute, the latest first.
func (a *account) looked(t *testing.T, region, key, value string) (records []map[string]any) {
	t.Helper()
	trail := cloudtrailapi.Client{Invoker: a.w.Gateway}
	in := &cloudtrailapi.LookupEventsInput{}
	if key != "" {
		in.LookupAttributes = []cloudtrailapi.LookupAttribute{{AttributeKey: &key, AttributeValue: &value}}
	}
	for {
		ctx := a.ctx()
		call.From(ctx).Region = region
		out := done[*cloudtrailapi.LookupEventsOutput](t)(trail.LookupEvents(ctx, in))
		for _, e := range out.Events {
			var r map[string]any
			if err := json.Unmarshal([]byte(*e.CloudTrailEvent), &r); err != nil {
				t.Fatal(err)
			}
			records = append(records, r)
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			return records
		}
	}
}

// at walks down a record.
func at(r any, path string) any {
	for key := range strings.SplitSeq(path, ".") {
		m, _ := r.(map[string]any)
		r = m[key]
	}
	return r
}

func holds(t *testing.T, r map[string]any, want map[string]any) {
	t.Helper()
	for path, value := range want {
		if got := at(r, path); got != value {
			b, _ := json.Marshal(r)
			t.Errorf("%s is %v, want %v, in %s", path, got, value, b)
		}
	}
}

// Every operation that the house knows stands in the trail of who asked for it, under its name and source, also where it was refused or
// has no behaviour; but for calls on data, which event history does not have.
func TestEveryCallIsInTheTrail(t *testing.T) {
	w := open(t, "")
	a := w.account("000000000000")
	want := map[string]int{}
	for _, table := range w.Gateway.Tables() {
		m := table.Model
		for i := range m.Operations {
			op := &m.Operations[i]
			if strings.HasPrefix(op.Name, "LookupEvents") {
				continue
			}
			_, _ = w.Gateway.Invoke(a.ctx(), m, op, op.New()) // most are refused for want of parameters
			if !op.Data {
				want[m.Endpoint+".amazonaws.com "+eventNameOf(m, op)]++
			}
		}
	}
	if len(want) < 900 {
		t.Fatalf("only %d operations", len(want))
	}
	for _, region := range []string{"eu-central-1", "us-east-1"} {
		for _, r := range a.looked(t, region, "", "") {
			key := at(r, "eventSource").(string) + " " + at(r, "eventName").(string)
			want[key]--
			if r["recipientAccountId"] != "000000000000" || at(r, "userIdentity.type") != "Root" || r["eventID"] == "" || r["awsRegion"] != region {
				t.Errorf("%v", r)
			}
		}
	}
	for key, n := range want {
		if n > 0 {
			t.Errorf("%s is not in the trail", key)
		}
	}
}

// A role of another account is taken on: both accounts know, each in its own words, under one shared id; and what is done in the session
// names the role behind it.
func TestTrailOfTwoAccounts(t *testing.T) {
	w := open(t, "")
	a, b := w.account("111111111111"), w.account("222222222222")
	const trust = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"sts:AssumeRole"}}`
	const all = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`
	done[*iamapi.CreateRoleOutput](t)(b.iam.CreateRole(b.ctx(), &iamapi.CreateRoleInput{RoleName: new("audit"), AssumeRolePolicyDocument: new(trust)}))
	done[*iamapi.PutRolePolicyOutput](t)(b.iam.PutRolePolicy(b.ctx(), &iamapi.PutRolePolicyInput{RoleName: new("audit"), PolicyName: new("p"), PolicyDocument: new(all)}))
	done[*iamapi.CreateUserOutput](t)(a.iam.CreateUser(a.ctx(), &iamapi.CreateUserInput{UserName: new("ann")}))
	done[*iamapi.PutUserPolicyOutput](t)(a.iam.PutUserPolicy(a.ctx(), &iamapi.PutUserPolicyInput{UserName: new("ann"), PolicyName: new("p"), PolicyDocument: new(all)}))
	key := done[*iamapi.CreateAccessKeyOutput](t)(a.iam.CreateAccessKey(a.ctx(), &iamapi.CreateAccessKeyInput{UserName: new("ann")})).AccessKey

	as := func(c call.Credential) *call.Call {
		k := call.From(a.ctx())
		k.Principal, k.Account = c.Principal, c.Principal.Account
		return k
	}
	ann := as(done[call.Credential](t)(w.identity.Credential(a.ctx(), *key.AccessKeyId, "")))
	sts := stsapi.Client{Invoker: w.Gateway}
	role := "arn:aws:iam::222222222222:role/audit"
	out := done[*stsapi.AssumeRoleOutput](t)(sts.AssumeRole(call.With(a.ctx(), ann), &stsapi.AssumeRoleInput{RoleArn: &role, RoleSessionName: new("spring")}))
	session := as(done[call.Credential](t)(w.identity.Credential(a.ctx(), *out.Credentials.AccessKeyId, *out.Credentials.SessionToken)))
	done[*iamapi.ListUsersOutput](t)(b.iam.ListUsers(call.With(a.ctx(), session), &iamapi.ListUsersInput{}))

	mine, theirs := a.looked(t, "eu-central-1", "EventName", "AssumeRole"), b.looked(t, "eu-central-1", "EventName", "AssumeRole")
	if len(mine) != 1 || len(theirs) != 1 {
		t.Fatalf("%d and %d records", len(mine), len(theirs))
	}
	holds(t, mine[0], map[string]any{
		"userIdentity.type": "IAMUser", "userIdentity.userName": "ann", "userIdentity.accessKeyId": *key.AccessKeyId, "recipientAccountId": "111111111111",
		"requestParameters.roleArn": role, "responseElements.credentials.secretAccessKey": "HIDDEN_DUE_TO_SECURITY_REASONS", "errorCode": nil, "readOnly": false,
	})
	holds(t, theirs[0], map[string]any{
		"userIdentity.type": "AWSAccount", "userIdentity.accountId": "111111111111", "userIdentity.principalId": ann.Principal.ID, "userIdentity.arn": nil,
		"recipientAccountId": "222222222222", "sharedEventID": mine[0]["sharedEventID"],
	})
	if mine[0]["eventID"] == theirs[0]["eventID"] || mine[0]["sharedEventID"] == nil {
		t.Error("one event id for two records, or none shared")
	}
	if resources := at(theirs[0], "resources").([]any); at(resources[0], "accountId") != "222222222222" || at(resources[0], "type") != "AWS::IAM::Role" {
		t.Error(resources)
	}
	list := b.looked(t, "us-east-1", "Username", "spring")
	if len(list) != 1 {
		t.Fatal(list)
	}
	holds(t, list[0], map[string]any{
		"userIdentity.type": "AssumedRole", "userIdentity.arn": "arn:aws:sts::222222222222:assumed-role/audit/spring", "userIdentity.sessionContext.sessionIssuer.arn": role,
		"userIdentity.sessionContext.sessionIssuer.userName": "audit", "userIdentity.sessionContext.attributes.mfaAuthenticated": "false", "awsRegion": "us-east-1",
		"eventName": "ListUsers", "sharedEventID": nil,
	})
	if got := b.looked(t, "eu-central-1", "EventId", theirs[0]["eventID"].(string)); len(got) != 1 {
		t.Errorf("by id: %v", got)
	}
	if got := a.looked(t, "eu-central-1", "EventId", theirs[0]["eventID"].(string)); len(got) != 0 {
		t.Errorf("another account's event: %v", got)
	}
}

// Who asks for a bucket of another account stands in that account's trail even when it was refused, by its owner's word.
func TestTrailOfTheRefused(t *testing.T) {
	w := open(t, "")
	a, b := w.account("111111111111"), w.account("222222222222")
	done[*s3api.CreateBucketOutput](t)(b.s3.CreateBucket(b.ctx(), &s3api.CreateBucketInput{Bucket: new("secret-plans"), CreateBucketConfiguration: &s3api.CreateBucketConfiguration{LocationConstraint: new("eu-central-1")}}))
	_, err := a.s3.GetBucketPolicy(a.ctx(), &s3api.GetBucketPolicyInput{Bucket: new("secret-plans")})
	refusedWith(t, err, "AccessDenied")
	for _, who := range []*account{a, b} {
		list := who.looked(t, "eu-central-1", "EventName", "GetBucketPolicy")
		if len(list) != 1 {
			t.Fatalf("%s: %v", who.id, list)
		}
		holds(t, list[0], map[string]any{"errorCode": "AccessDenied", "requestParameters.bucketName": "secret-plans", "userIdentity.accountId": "111111111111", "recipientAccountId": who.id})
	}
}
