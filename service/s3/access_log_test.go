package s3

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/base/call"
)

// own is how the service reaches itself here: without the gateway's chain, which judges policies.
type own struct{ r *rig }

func (o own) Invoke(ctx context.Context, _ *rt.Model, _ *rt.Operation, in any) (any, error) {
	role, _ := call.ServiceOf(ctx)
	o.r.loggedAs = append(o.r.loggedAs, role)
	if o.r.refuse {
		return nil, accessDenied()
	}
	c := call.From(ctx)
	peer := &call.Call{Scope: c.Scope, Serial: c.Serial + 1<<40, RequestID: c.RequestID + "-child", Job: c.Job, Service: "s3", Operation: "PutObject", Principal: call.Principal{Kind: call.AWSService, Service: role.Service}}
	if o.r.died != nil {
		o.r.died()
	}
	out, err := o.r.PutObject(call.With(ctx, peer), in.(*api.PutObjectInput))
	if o.r.died != nil {
		o.r.died()
	}
	if err == nil {
		o.r.answers = append(o.r.answers, *out.ETag+" "+rt.Val(out.VersionId))
	} else {
		o.r.answers = append(o.r.answers, err.Error())
	}
	return out, err
}

func (r *rig) logTo(name string, e *api.LoggingEnabled) error {
	_, err := r.PutBucketLogging(r.ctx(), &api.PutBucketLoggingInput{Bucket: &name, BucketLoggingStatus: &api.BucketLoggingStatus{LoggingEnabled: e}})
	return err
}

// served tells the service of a request, as the gateway does.
func (r *rig) served(op, method, name, key string, change func(*call.Served)) {
	r.t.Helper()
	c := call.From(r.ctx())
	c.RequestID = fmt.Sprintf("id-%d", c.Serial)
	v := &call.Served{
		Call: c, Operation: op, Method: method, Path: map[string]string{"Bucket": name, "Key": key}, Request: method + " /" + name + "/" + key + " HTTP/1.1", Host: "127.0.0.1:4566",
		RemoteIP: "192.0.2.3", UserAgent: `a "b"`, HostID: "hid", Signed: true, Status: 200, Answered: c.At, Ended: c.At,
	}
	if change != nil {
		change(v)
	}
	r.Served(call.With(context.Background(), c), v)
}

func (r *rig) advance(d time.Duration) {
	r.t.Helper()
	_, err := r.kernel.Clock.Advance(r.ctx(), r.kernel.Clock.Now().Add(d), nil)
	ok(r.t, err)
}

// logFiles are keys and contents in the bucket "logs".
func (r *rig) logFiles() (keys []string, text string) {
	r.t.Helper()
	out, err := r.ListObjectsV2(r.ctx(), &api.ListObjectsV2Input{Bucket: p("logs")})
	ok(r.t, err)
	for _, o := range out.Contents {
		keys = append(keys, *o.Key)
		text += r.content("logs", *o.Key, "")
	}
	return keys, text
}

// A record has AWS's fields in AWS's order, and comes an hour after its request, at a name made of the time of its delivery.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html
func TestAccessLog(t *testing.T) {
	r := newRig(t)
	r.bucket("plain")
	r.bucket("logs")
	r.served("GetObject", "GET", "plain", "before", nil)
	ok(t, r.logTo("plain", &api.LoggingEnabled{TargetBucket: p("logs"), TargetPrefix: p("a/")}))
	r.served("PutObject", "PUT", "plain", "k y", func(v *call.Served) { v.Out, v.Length = &api.PutObjectOutput{}, 5 })
	r.served("GetObject", "GET", "plain", "none", func(v *call.Served) {
		v.Status, v.Code, v.Sent, v.Signed, v.Call.Principal = 404, "NoSuchKey", 300, false, call.Principal{Kind: call.Anonymous}
	})
	r.served("GetBucketVersioning", "GET", "plain", "", func(v *call.Served) {
		v.Call.Principal = call.Principal{Kind: call.IAMUser, ARN: "arn:aws:iam::111111111111:user/ann"}
	})
	r.served("GetObject", "GET", "logs", "not logged", nil)
	r.advance(accessDelay - time.Second)
	if keys, _ := r.logFiles(); len(keys) != 0 {
		t.Fatalf("too early: %q", keys)
	}
	r.advance(time.Second)
	keys, text := r.logFiles()
	if len(keys) != 1 || !regexp.MustCompile(`^a/2026-01-01-01-00-00-[0-9A-F]{16}$`).MatchString(keys[0]) {
		t.Fatalf("%q", keys)
	}
	id := r.canonical(ann)
	want := id + ` plain [01/Jan/2026:00:00:00 +0000] 192.0.2.3 ` + id + ` ID REST.PUT.OBJECT k%20y "PUT /plain/k y HTTP/1.1" 200 - - 5 0 - "-" "a %22b%22" - hid SigV4 - AuthHeader 127.0.0.1:4566 - - - -
` + id + ` plain [01/Jan/2026:00:00:00 +0000] 192.0.2.3 - ID REST.GET.OBJECT none "GET /plain/none HTTP/1.1" 404 NoSuchKey 300 - 0 - "-" "a %22b%22" - hid - - - 127.0.0.1:4566 - - - -
` + id + ` plain [01/Jan/2026:00:00:00 +0000] 192.0.2.3 arn:aws:iam::111111111111:user/ann ID REST.GET.VERSIONING - "GET /plain/ HTTP/1.1" 200 - - - 0 - "-" "a %22b%22" - hid SigV4 - AuthHeader 127.0.0.1:4566 - - - -
`
	if got := regexp.MustCompile(`id-\d+`).ReplaceAllString(text, "ID"); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if len(r.loggedAs) != 1 || r.loggedAs[0].Service != "logging.s3.amazonaws.com" || r.loggedAs[0].SourceARN != "arn:aws:s3:::plain" || r.loggedAs[0].SourceAccount != ann {
		t.Errorf("%+v", r.loggedAs)
	}
	left, err := r.kernel.Jobs.Waiting(t.Context(), 9)
	ok(t, err)
	for _, j := range left {
		if j.Job == "s3.logs" {
			t.Errorf("an idle bucket has a job: %+v", j)
		}
	}
}

// Nobody keeps a request out of the log, neither by long headers nor by deleting as much as can be at once.
func TestAccessLogWhole(t *testing.T) {
	r := newRig(t)
	r.bucket("plain")
	r.bucket("logs")
	ok(t, r.logTo("plain", &api.LoggingEnabled{TargetBucket: p("logs"), TargetPrefix: p("a/")}))
	long := strings.Repeat("<", 60<<10)
	r.served("GetObject", "GET", "plain", "long", func(v *call.Served) { v.UserAgent, v.Referer, v.Host, v.Request = long, long, long, long })
	del := &api.DeleteObjectsInput{Delete: &api.Delete{}}
	for i := range 1000 {
		del.Delete.Objects = append(del.Delete.Objects, api.ObjectIdentifier{Key: p(fmt.Sprintf("%04d", i) + strings.Repeat("<", 1000))})
	}
	r.served("DeleteObjects", "POST", "plain", "", func(v *call.Served) { v.In, v.UserAgent, v.Referer, v.Host = del, long, long, long })
	r.advance(accessDelay)
	r.advance(accessDelay)
	_, text := r.logFiles()
	if gets, dels := strings.Count(text, "REST.GET.OBJECT long"), strings.Count(text, "BATCH.DELETE.OBJECT"); gets != 1 || dels != 1000 {
		t.Errorf("%d of 1 and %d of 1000 are logged", gets, dels)
	}
}

// Divided by account, region, bucket and day: of the delivery, or of the requests.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html (Log object key format)
func TestAccessLogPartitions(t *testing.T) {
	for source, want := range map[string][]string{
		"DeliveryTime": {"p111111111111/us-east-1/plain/2026/01/02/2026-01-02-00-30-00-"},
		"EventTime":    {"p111111111111/us-east-1/plain/2026/01/01/2026-01-01-00-00-00-", "p111111111111/us-east-1/plain/2026/01/02/2026-01-02-00-00-00-"},
	} {
		r := newRig(t)
		r.bucket("plain")
		r.bucket("logs")
		ok(t, r.logTo("plain", &api.LoggingEnabled{TargetBucket: p("logs"), TargetPrefix: p("p"), TargetObjectKeyFormat: &api.TargetObjectKeyFormat{PartitionedPrefix: &api.PartitionedPrefix{PartitionDateSource: &source}}}))
		r.advance(23*time.Hour + 30*time.Minute)
		r.served("GetObject", "GET", "plain", "a", nil)
		r.advance(45 * time.Minute)
		r.served("GetObject", "GET", "plain", "b", nil)
		r.advance(3 * time.Hour)
		keys, text := r.logFiles()
		if len(keys) != len(want) || strings.Count(text, "\n") != 2 {
			t.Fatalf("%s: %q\n%s", source, keys, text)
		}
		for i := range want {
			if !strings.HasPrefix(keys[i], want[i]) {
				t.Errorf("%s: %q, want %q", source, keys[i], want[i])
			}
		}
		out, err := r.GetBucketLogging(r.ctx(), &api.GetBucketLoggingInput{Bucket: p("plain")})
		ok(t, err)
		if got := *out.LoggingEnabled.TargetObjectKeyFormat.PartitionedPrefix.PartitionDateSource; got != source {
			t.Error(got)
		}
	}
}

// A target that refuses is tried for a day; then the records are gone, as AWS's best effort has it, and new ones go on.
func TestAccessLogRefused(t *testing.T) {
	r := newRig(t)
	r.bucket("plain")
	r.bucket("logs")
	ok(t, r.logTo("plain", &api.LoggingEnabled{TargetBucket: p("logs"), TargetPrefix: p("")}))
	r.refuse = true
	r.served("GetObject", "GET", "plain", "late", nil)
	r.advance(5 * time.Hour)
	r.refuse = false
	r.advance(time.Hour)
	if _, text := r.logFiles(); !strings.Contains(text, " late ") {
		t.Errorf("not delivered: %q", text)
	}
	r.refuse = true
	r.served("GetObject", "GET", "plain", "lost", nil)
	r.advance(26 * time.Hour)
	r.refuse = false
	r.served("GetObject", "GET", "plain", "next", nil)
	r.advance(2 * time.Hour)
	if _, text := r.logFiles(); strings.Contains(text, " lost ") || !strings.Contains(text, " next ") {
		t.Errorf("%q", text)
	}
}

// What AWS refuses of a configuration.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLogging.html
func TestPutBucketLoggingRefuses(t *testing.T) {
	r := newRig(t)
	r.bucket("plain")
	r.bucket("logs")
	bobs := "bobs"
	_, err := r.CreateBucket(r.as(bob, "us-east-1"), &api.CreateBucketInput{Bucket: &bobs})
	ok(t, err)
	_, err = r.CreateBucket(r.as(ann, "eu-central-1"), &api.CreateBucketInput{Bucket: p("far"), CreateBucketConfiguration: &api.CreateBucketConfiguration{LocationConstraint: p("eu-central-1")}})
	ok(t, err)
	grant := []api.TargetGrant{{Grantee: &api.Grantee{Type: p("CanonicalUser"), ID: p(r.canonical(bob))}, Permission: p("READ")}}
	for want, e := range map[string]*api.LoggingEnabled{
		"InvalidTargetBucketForLogging":  {TargetBucket: p("none"), TargetPrefix: p("")},
		"CrossLocationLoggingProhibited": {TargetBucket: p("far"), TargetPrefix: p("")},
		"MalformedXML":                   {TargetBucket: p("logs")},
		"InvalidArgument":                {TargetBucket: p("logs"), TargetPrefix: p(""), TargetGrants: grant},
		"InvalidRequest":                 {TargetBucket: p("logs"), TargetPrefix: p(strings.Repeat("é", 513))},
	} {
		code(t, r.logTo("plain", e), want)
	}
	code(t, r.logTo("plain", &api.LoggingEnabled{TargetBucket: &bobs, TargetPrefix: p("")}), "InvalidTargetBucketForLogging")
	ok(t, r.logTo("plain", &api.LoggingEnabled{TargetBucket: p("logs"), TargetPrefix: p(strings.Repeat("é", 512))}))
	ok(t, r.logTo("plain", nil))
	out, err := r.GetBucketLogging(r.ctx(), &api.GetBucketLoggingInput{Bucket: p("plain")})
	if err != nil || out.LoggingEnabled != nil {
		t.Errorf("%+v %v", out, err)
	}
}

// The process dies before and after a file is written, with what the rows had not synced lost: each record is in one file, and a put that is
// repeated is answered as at first, so that an access log of the target says the same.
func TestAccessLogSurvivesDeath(t *testing.T) {
	disk, dir := vfs.NewCrashableMem(), t.TempDir()
	type death struct {
		rows  *vfs.MemFS
		blobs string
	}
	var deaths []death
	r := rigOn(t, disk, dir)
	r.bucket("plain")
	r.bucket("logs")
	r.versioning("logs", enabled)
	ok(t, r.logTo("plain", &api.LoggingEnabled{TargetBucket: p("logs"), TargetPrefix: p("")}))
	const n = accessTogether + 7
	for i := range n {
		r.served("GetObject", "GET", "plain", fmt.Sprint("key", i, "."), nil)
	}
	ok(t, r.kernel.Store.Sync())
	r.died = func() {
		for _, synced := range []bool{false, true} {
			if synced {
				ok(t, r.kernel.Store.Sync())
			}
			copied := filepath.Join(t.TempDir(), "blobs")
			ok(t, os.CopyFS(copied, os.DirFS(dir)))
			deaths = append(deaths, death{disk.CrashClone(vfs.CrashCloneCfg{}), copied})
		}
	}
	r.advance(2 * time.Hour)
	r.close()
	answers := r.answers
	if len(deaths) != 8 {
		t.Fatalf("%d deaths", len(deaths))
	}
	for i, d := range deaths {
		r := rigOn(t, d.rows, d.blobs)
		r.advance(2 * time.Hour)
		keys, text := r.logFiles()
		if got := len(r.answers); got == 0 || got > len(answers) || !slices.Equal(r.answers, answers[len(answers)-got:]) {
			t.Errorf("after death %d: answered %q, not as at first %q", i, r.answers, answers)
		}
		if len(keys) != 2 || strings.Count(text, "\n") != n {
			t.Errorf("after death %d: %d files, %d records", i, len(keys), strings.Count(text, "\n"))
		}
		for k := range n {
			if c := strings.Count(text, fmt.Sprint(" key", k, ". ")); c != 1 {
				t.Fatalf("after death %d record %d is there %d times", i, k, c)
			}
		}
		r.close()
	}
}
