package world

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	iamapi "unyo/api/iam"
	organizationsapi "unyo/api/organizations"
	s3api "unyo/api/s3"
	stsapi "unyo/api/sts"
	"unyo/wire"
)

// key is what somebody signs with.
type key struct{ id, secret, token string }

// asks is a request by HTTP, before it is signed.
type asks struct {
	service, method, path, body string
	header                      map[string]string
	signed                      func(*http.Request) // spoils what was signed
}

func form(service, body string) asks {
	return asks{service: service, method: http.MethodPost, path: "/", body: body, header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}}
}

func target(service, target, body string) asks {
	return asks{service: service, method: http.MethodPost, path: "/", body: body, header: map[string]string{"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target}}
}

func rest(method, path, body string, header ...string) asks {
	x := asks{service: "s3", method: method, path: path, body: body, header: map[string]string{}}
	for i := 0; i < len(header); i += 2 {
		x.header[header[i]] = header[i+1]
	}
	return x
}

func (x asks) spoilt(how func(*http.Request)) asks {
	x.signed = how
	return x
}

// say asks as k, and tells the request's id, and how it was answered.
func (w *World) say(k key, x asks, at time.Time) (id string, rec *httptest.ResponseRecorder) {
	r := httptest.NewRequest(x.method, "http://127.0.0.1:4566"+x.path, strings.NewReader(x.body))
	for name, value := range x.header {
		r.Header.Set(name, value)
	}
	if x.service == "s3" && r.Header.Get("X-Amz-Content-Sha256") == "" {
		sum := sha256.Sum256([]byte(x.body))
		r.Header.Set("X-Amz-Content-Sha256", hex.EncodeToString(sum[:]))
	}
	if k.token != "" {
		r.Header.Set("X-Amz-Security-Token", k.token)
	}
	wire.Sign(r, []byte(x.body), k.id, k.secret, "eu-central-1", x.service, at)
	r.RequestURI = r.URL.RequestURI()
	if x.signed != nil {
		x.signed(r)
	}
	rec = httptest.NewRecorder()
	w.Handler().ServeHTTP(rec, r)
	if id = rec.Header().Get("X-Amzn-Requestid"); id == "" {
		id = rec.Header().Get("X-Amz-Request-Id")
	}
	return id, rec
}

// Whatever comes of a request of somebody who is known stands in the trail, with the error that was answered and who was refused; what was not
// authenticated does not, nor what names no operation or was cut off before anybody read who asks.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging.html («CloudTrail does not deliver logs for requests that fail authentication»)
func TestWhatWasRefusedIsInTheTrail(t *testing.T) {
	w := open(t, "")
	m := w.account("000000000000")
	member := w.refusers(t, m)
	a := w.account(member)
	ann, tim, keyless := a.keyOf(t, "ann", ""), a.keyOf(t, "tim", "bounded"), a.keyOf(t, "eve", "")
	done[*iamapi.UpdateAccessKeyOutput](t)(a.iam.UpdateAccessKey(a.ctx(), &iamapi.UpdateAccessKeyInput{UserName: new("eve"), AccessKeyId: &keyless.id, Status: new("Inactive")}))
	max := a.user(t, "max")
	old := a.session(t, max, "", 900)
	w.advance(t, time.Hour)
	narrow := a.session(t, max, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}}`, 3600)
	a.logged(t, "all", dataOf("AWS::S3::Object"))
	w.advance(t, 5*time.Minute)

	list := refusals(ann, tim, keyless, old, narrow, member)
	ids := map[string]string{}
	for name, x := range list {
		if x.at.IsZero() {
			x.at = time.Now()
		}
		id, rec := w.say(x.by, x.ask, x.at)
		if got := codeOf(rec); got != x.code || id == "" {
			t.Errorf("%s: answered %d %s, want %s; %s", name, rec.Code, got, x.code, rec.Body)
		}
		ids[name] = id
	}
	w.advance(t, 5*time.Minute)
	for place, records := range map[string][]map[string]any{history: append(a.looked(t, "eu-central-1", "", ""), a.looked(t, "us-east-1", "", "")...), "files": a.delivered(t, "files-of-all", "")} {
		for name, x := range list {
			var found []map[string]any
			for _, r := range records {
				if r["requestID"] == ids[name] {
					found = append(found, r)
				}
			}
			want := 1
			if data := x.event == "GetObject" || x.event == "PutObject" || x.event == "DeleteObjects"; x.event == "" || data && place == history {
				want = 0
			}
			if len(found) != want {
				t.Errorf("%s: %d events in %s: %v", name, len(found), place, found)
				continue
			}
			for _, r := range found {
				holds(t, r, map[string]any{"eventName": x.event, "errorCode": x.code, "userIdentity.type": x.identity, "userIdentity.accessKeyId": x.by.id, "userIdentity.accountId": member, "recipientAccountId": member, "sourceIPAddress": "192.0.2.1"})
				if says, _ := r["errorMessage"].(string); !strings.Contains(says, x.says) {
					t.Errorf("%s: says %q", name, says)
				}
				if strings.HasPrefix(x.ask.path, "/closed-plans") && at(r, "requestParameters.bucketName") != "closed-plans" {
					t.Errorf("%s: of which bucket? %v", name, r)
				}
			}
		}
	}
}

// refusal is a request that is refused, and what stands in the trail of it.
type refusal struct {
	by       key
	ask      asks
	at       time.Time
	event    string // "": it is none
	code     string
	identity string
	says     string
}

// refusals are of every kind: by what is asked, by who asks, and by who forbids it.
func refusals(ann, tim, keyless, old, narrow key, member string) map[string]refusal {
	const listUsers, tagged = "Action=ListUsers&Version=2010-05-08", "/closed-plans?tagging"
	spoil := func(name string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, r.Header.Get(name)+"0") }
	}
	body := func(r *http.Request) { r.Body = readCloser{strings.NewReader("Action=ListRoles&Version=2010-05-08")} }
	skewed := time.Now().Add(-time.Hour)
	const md = "Content-Md5"
	wrong := base64.StdEncoding.EncodeToString([]byte("0123456789abcdef"))
	return map[string]refusal{
		"a wrong signature":            {ann, form("iam", listUsers).spoilt(spoil("Authorization")), time.Time{}, "", "SignatureDoesNotMatch", "", ""},
		"another body":                 {ann, form("iam", listUsers).spoilt(body), time.Time{}, "", "SignatureDoesNotMatch", "", ""},
		"a wrong secret":               {key{ann.id, "wrong", ""}, form("iam", listUsers), time.Time{}, "", "SignatureDoesNotMatch", "", ""},
		"an unknown key":               {key{"AKIAIOSFODNN7EXAMPLE", "x", ""}, form("iam", listUsers), time.Time{}, "", "InvalidClientTokenId", "", ""},
		"an inactive key":              {keyless, form("iam", listUsers), time.Time{}, "", "InvalidClientTokenId", "", ""},
		"a signature of an hour ago":   {ann, form("iam", listUsers), skewed, "", "SignatureDoesNotMatch", "", ""},
		"an expired session":           {old, form("iam", listUsers), time.Time{}, "", "ExpiredToken", "", ""},
		"a forged token":               {key{narrow.id, narrow.secret, "x" + narrow.token}, form("iam", listUsers), time.Time{}, "", "InvalidClientTokenId", "", ""},
		"an unknown action":            {ann, form("iam", "Action=ListUnicorns&Version=2010-05-08"), time.Time{}, "", "InvalidAction", "", ""},
		"an unknown target":            {ann, target("logs", "Logs_20140328.ListUnicorns", "{}"), time.Time{}, "", "UnknownOperationException", "", ""},
		"headers that are too long":    {ann, rest("PUT", "/closed-plans/k", "x", "X-Amz-Meta-A", strings.Repeat("a", 9000)), time.Time{}, "", "RequestHeaderSectionTooLarge", "", ""},
		"a body that is too long":      {ann, target("logs", "Logs_20140328.CreateLogGroup", `{"logGroupName":"`+strings.Repeat("a", 17<<20)+`"}`), time.Time{}, "", "RequestEntityTooLarge", "", ""},
		"JSON that is none":            {ann, target("logs", "Logs_20140328.CreateLogGroup", "{"), time.Time{}, "CreateLogGroup", "SerializationException", "IAMUser", ""},
		"JSON of the wrong type":       {ann, target("logs", "Logs_20140328.CreateLogGroup", `{"logGroupName":1}`), time.Time{}, "CreateLogGroup", "SerializationException", "IAMUser", ""},
		"a number that is none":        {ann, form("iam", listUsers+"&MaxItems=many"), time.Time{}, "ListUsers", "MalformedInput", "IAMUser", ""},
		"XML that is none":             {ann, rest("PUT", tagged, "<", md, "UkpQeCF4mYAhqIuM1Mjc2A=="), time.Time{}, "PutBucketTagging", "MalformedXML", "IAMUser", ""},
		"a wrong digest":               {ann, rest("PUT", tagged, "<Tagging/>", md, wrong), time.Time{}, "PutBucketTagging", "BadDigest", "IAMUser", ""},
		"data with a wrong digest":     {ann, rest("POST", "/closed-plans?delete", "<Delete/>", md, wrong), time.Time{}, "DeleteObjects", "BadDigest", "IAMUser", ""},
		"another body for S3":          {ann, rest("PUT", tagged, "<Tagging/>").spoilt(body), time.Time{}, "PutBucketTagging", "XAmzContentSHA256Mismatch", "IAMUser", ""},
		"a broken constraint":          {ann, target("logs", "Logs_20140328.CreateLogGroup", `{"logGroupName":"?"}`), time.Time{}, "CreateLogGroup", "InvalidParameterException", "IAMUser", "failed to satisfy constraint"},
		"metadata that is too long":    {ann, rest("PUT", "/closed-plans/k", "x", "X-Amz-Meta-A", strings.Repeat("a", 3000)), time.Time{}, "PutObject", "MetadataTooLarge", "IAMUser", ""},
		"nothing allows it":            {ann, form("iam", "Action=GetUser&Version=2010-05-08&UserName=tim"), time.Time{}, "GetUser", "AccessDenied", "IAMUser", "because no identity-based policy allows"},
		"a service control policy":     {ann, form("iam", "Action=CreateGroup&Version=2010-05-08&GroupName=g"), time.Time{}, "CreateGroup", "AccessDenied", "IAMUser", "with an explicit deny in a service control policy"},
		"a boundary":                   {tim, form("iam", listUsers), time.Time{}, "ListUsers", "AccessDenied", "IAMUser", "because no permissions boundary allows"},
		"a session policy":             {narrow, form("iam", listUsers), time.Time{}, "ListUsers", "AccessDenied", "AssumedRole", "because no session policy allows"},
		"a bucket's policy":            {ann, rest("GET", "/closed-plans/k", ""), time.Time{}, "GetObject", "AccessDenied", "IAMUser", "with an explicit deny in a resource-based policy"},
		"a role's trust policy":        {ann, form("sts", "Action=AssumeRole&Version=2011-06-15&RoleSessionName=session&RoleArn=arn:aws:iam::"+member+":role/closed"), time.Time{}, "AssumeRole", "AccessDenied", "IAMUser", "is not authorized to perform: sts:AssumeRole"},
		"what is not there":            {ann, rest("GET", "/no-such-plans/k", ""), time.Time{}, "GetObject", "NoSuchBucket", "IAMUser", ""},
		"what has no behaviour":        {ann, target("kms", "TrentService.CreateKey", "{}"), time.Time{}, "CreateKey", "NotImplemented", "IAMUser", ""},
		"no behaviour, and unreadable": {ann, target("kms", "TrentService.CreateKey", "{"), time.Time{}, "CreateKey", "NotImplemented", "IAMUser", ""},
	}
}

// refusers makes an account of an organization in which something of every kind refuses.
func (w *World) refusers(t *testing.T, m *account) (member string) {
	o := organizationsapi.Client{Invoker: w.Gateway}
	done[*organizationsapi.CreateOrganizationOutput](t)(o.CreateOrganization(m.ctx(), &organizationsapi.CreateOrganizationInput{}))
	request := done[*organizationsapi.CreateAccountOutput](t)(o.CreateAccount(m.ctx(), &organizationsapi.CreateAccountInput{AccountName: new("member"), Email: new("member@example.com")})).CreateAccountStatus.Id
	w.advance(t, time.Minute)
	member = *done[*organizationsapi.DescribeCreateAccountStatusOutput](t)(o.DescribeCreateAccountStatus(m.ctx(), &organizationsapi.DescribeCreateAccountStatusInput{CreateAccountRequestId: request})).CreateAccountStatus.AccountId
	policy := done[*organizationsapi.CreatePolicyOutput](t)(o.CreatePolicy(m.ctx(), &organizationsapi.CreatePolicyInput{Name: new("no-groups"), Description: new(""), Type: new(organizationsapi.PolicyTypeServiceControlPolicy), Content: new(`{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"iam:CreateGroup","Resource":"*"}}`)})).Policy.PolicySummary.Id
	done[*organizationsapi.AttachPolicyOutput](t)(o.AttachPolicy(m.ctx(), &organizationsapi.AttachPolicyInput{PolicyId: policy, TargetId: &member}))
	a := w.account(member)
	done[*s3api.CreateBucketOutput](t)(a.s3.CreateBucket(a.ctx(), &s3api.CreateBucketInput{Bucket: new("closed-plans"), CreateBucketConfiguration: &s3api.CreateBucketConfiguration{LocationConstraint: new("eu-central-1")}}))
	done[*s3api.PutBucketPolicyOutput](t)(a.s3.PutBucketPolicy(a.ctx(), &s3api.PutBucketPolicyInput{Bucket: new("closed-plans"), Policy: new(`{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::closed-plans/*"}}`)}))
	done[*iamapi.CreatePolicyOutput](t)(a.iam.CreatePolicy(a.ctx(), &iamapi.CreatePolicyInput{PolicyName: new("bounded"), PolicyDocument: new(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`)}))
	for name, principal := range map[string]string{"closed": `{"Service":"ec2.amazonaws.com"}`, "opened": `{"AWS":"` + member + `"}`} {
		done[*iamapi.CreateRoleOutput](t)(a.iam.CreateRole(a.ctx(), &iamapi.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: new(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":` + principal + `,"Action":"sts:AssumeRole"}}`)}))
		done[*iamapi.PutRolePolicyOutput](t)(a.iam.PutRolePolicy(a.ctx(), &iamapi.PutRolePolicyInput{RoleName: &name, PolicyName: new("p"), PolicyDocument: new(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)}))
	}
	return member
}

// keyOf makes a user of a few permissions, within a boundary if one is named.
func (a *account) keyOf(t *testing.T, name, boundary string) key {
	in := &iamapi.CreateUserInput{UserName: &name}
	if boundary != "" {
		in.PermissionsBoundary = new("arn:aws:iam::" + a.id + ":policy/" + boundary)
	}
	done[*iamapi.CreateUserOutput](t)(a.iam.CreateUser(a.ctx(), in))
	done[*iamapi.PutUserPolicyOutput](t)(a.iam.PutUserPolicy(a.ctx(), &iamapi.PutUserPolicyInput{UserName: &name, PolicyName: new("p"), PolicyDocument: new(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["s3:*","logs:*","kms:*","iam:ListUsers","iam:CreateGroup","sts:AssumeRole"],"Resource":"*"}}`)}))
	k := done[*iamapi.CreateAccessKeyOutput](t)(a.iam.CreateAccessKey(a.ctx(), &iamapi.CreateAccessKeyInput{UserName: &name})).AccessKey
	return key{*k.AccessKeyId, *k.SecretAccessKey, ""}
}

// session opens a session of the role opened.
func (a *account) session(t *testing.T, who func() context.Context, policy string, seconds int32) key {
	in := &stsapi.AssumeRoleInput{RoleArn: new("arn:aws:iam::" + a.id + ":role/opened"), RoleSessionName: new("session"), DurationSeconds: &seconds}
	if policy != "" {
		in.Policy = &policy
	}
	c := done[*stsapi.AssumeRoleOutput](t)(stsapi.Client{Invoker: a.w.Gateway}.AssumeRole(who(), in)).Credentials
	return key{*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken}
}
