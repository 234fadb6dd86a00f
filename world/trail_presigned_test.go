package world

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	iamapi "unyo/api/iam"
	logsapi "unyo/api/logs"
	s3api "unyo/api/s3"
	"unyo/wire"
)

// presign is an address that asks for what is below a path, for an hour, as k.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
func presign(k key, path string) (address, signature string) {
	now := time.Now().UTC()
	s := &wire.Signature{Date: now.Format("20060102"), Region: "eu-central-1", Service: "s3", Time: now}
	q := url.Values{"X-Amz-Algorithm": {"AWS4-HMAC-SHA256"}, "X-Amz-Credential": {k.id + "/" + s.Scope()}, "X-Amz-Date": {now.Format(wire.SigTimeFormat)}, "X-Amz-Expires": {strconv.Itoa(3600)}, "X-Amz-SignedHeaders": {"host"}}
	if k.token != "" {
		q.Set("X-Amz-Security-Token", k.token)
	}
	query := strings.ReplaceAll(q.Encode(), "+", "%20")
	sum := sha256.Sum256([]byte("GET\n" + path + "\n" + query + "\nhost:127.0.0.1:4566\n\nhost\nUNSIGNED-PAYLOAD"))
	signature = s.Sign(k.secret, "AWS4-HMAC-SHA256\n"+now.Format(wire.SigTimeFormat)+"\n"+s.Scope()+"\n"+hex.EncodeToString(sum[:]))
	return "http://127.0.0.1:4566" + path + "?" + query + "&X-Amz-Signature=" + signature, signature
}

// Who reads the trail, the access logs or the log of the house cannot ask again what was asked by a presigned address, whether that was answered,
// refused, or spoilt; nor does the session's token stand there.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html
func TestPresignedAddressesStayWithWhoHasThem(t *testing.T) {
	var log bytes.Buffer
	w := openWorld(t, Options{Clock: "held", Seed: 1, Management: "000000000000", Loopback: true, RootID: "test", RootSecret: "test", Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	defer closeWorld(t, w)
	a := w.account("000000000000")
	a.logged(t, "all", dataOf("AWS::S3::Object"))
	for name, policy := range map[string]string{"plans": "", "access": `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"logging.s3.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::access/*"}}`} {
		done[*s3api.CreateBucketOutput](t)(a.s3.CreateBucket(a.ctx(), &s3api.CreateBucketInput{Bucket: &name, CreateBucketConfiguration: &s3api.CreateBucketConfiguration{LocationConstraint: new("eu-central-1")}}))
		if policy != "" {
			done[*s3api.PutBucketPolicyOutput](t)(a.s3.PutBucketPolicy(a.ctx(), &s3api.PutBucketPolicyInput{Bucket: &name, Policy: &policy}))
		}
	}
	done[*s3api.PutObjectOutput](t)(a.s3.PutObject(a.ctx(), &s3api.PutObjectInput{Bucket: new("plans"), Key: new("k"), Body: strings.NewReader("x")}))
	done[*s3api.PutBucketLoggingOutput](t)(a.s3.PutBucketLogging(a.ctx(), &s3api.PutBucketLoggingInput{Bucket: new("plans"), BucketLoggingStatus: &s3api.BucketLoggingStatus{LoggingEnabled: &s3api.LoggingEnabled{TargetBucket: new("access"), TargetPrefix: new("")}}}))
	done[*iamapi.CreateRoleOutput](t)(a.iam.CreateRole(a.ctx(), &iamapi.CreateRoleInput{RoleName: new("opened"), AssumeRolePolicyDocument: new(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"000000000000"},"Action":"sts:AssumeRole"}}`)}))
	done[*iamapi.PutRolePolicyOutput](t)(a.iam.PutRolePolicy(a.ctx(), &iamapi.PutRolePolicyInput{RoleName: new("opened"), PolicyName: new("p"), PolicyDocument: new(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::plans/k"}}`)}))
	k := a.session(t, a.user(t, "max"), "", 3600)
	w.advance(t, time.Minute)
	done[*logsapi.CreateLogGroupOutput](t)(a.logs.CreateLogGroup(a.ctx(), &logsapi.CreateLogGroupInput{LogGroupName: new("g")}))

	var secrets, ids []string
	for _, x := range []struct {
		path, spoil string
		status      int
	}{{"/plans/k", "", 200}, {"/plans/other", "", 403}, {"/plans/k", "&versionId=x", 403}, {"/plans/k", "0", 403}} {
		address, signature := presign(k, x.path)
		r := httptest.NewRequest(http.MethodGet, address+x.spoil, nil)
		r.Host = "127.0.0.1:4566"
		rec := httptest.NewRecorder()
		w.Handler().ServeHTTP(rec, r)
		if rec.Code != x.status {
			t.Fatalf("%s: %d %s", x.path+x.spoil, rec.Code, rec.Body)
		}
		secrets, ids = append(secrets, signature), append(ids, rec.Header().Get("X-Amz-Request-Id"))
	}
	secrets = append(secrets, k.secret, k.token, url.QueryEscape(k.token))
	w.advance(t, 2*time.Hour)
	records := a.delivered(t, "files-of-all", "")
	var asked []map[string]any
	for _, r := range records {
		if r["eventName"] == "GetObject" && at(r, "userIdentity.accessKeyId") == k.id {
			asked = append(asked, r)
		}
	}
	if len(asked) != 2 { // those that were authenticated
		t.Errorf("%d events: %v", len(asked), asked)
	}
	access := a.texts(t, "access")
	for _, id := range ids[:2] {
		if !strings.Contains(access, id[:16]) {
			t.Errorf("%s is not in the access logs: %s", id, access)
		}
	}
	for place, text := range map[string]string{"the trail": string(done[[]byte](t)(json.Marshal(asked))), "the access logs": access, "the log": log.String()} {
		for i, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%s tells secret %d: %s", place, i, text)
			}
		}
	}
}

// texts are all objects of a bucket, one after another.
func (a *account) texts(t *testing.T, bucket string) string {
	var b strings.Builder
	for _, o := range done[*s3api.ListObjectsV2Output](t)(a.s3.ListObjectsV2(a.ctx(), &s3api.ListObjectsV2Input{Bucket: &bucket})).Contents {
		out := done[*s3api.GetObjectOutput](t)(a.s3.GetObject(a.ctx(), &s3api.GetObjectInput{Bucket: &bucket, Key: o.Key}))
		b.Write(done[[]byte](t)(io.ReadAll(out.Body)))
	}
	return b.String()
}
