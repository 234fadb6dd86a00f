package logs_test

import (
	"context"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"

	api "unyo/api/logs"
	"unyo/api/rt"
	s3api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/base/call"
)

// bucket is S3, of which there is one bucket.
type bucket struct {
	mu      sync.Mutex
	objects map[string]string
	deny    string // an operation that is refused
	broken  error
	asked   []call.Role
	doubled []string // keys that were asked to be overwritten, and refused
	over    []string // keys that were overwritten
	policy  string
	at      func() // called before and after an object is written
}

func (b *bucket) Invoke(ctx context.Context, _ *rt.Model, op *rt.Operation, in any) (any, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	role, _ := call.ServiceOf(ctx)
	b.asked = append(b.asked, role)
	if b.deny == op.Name {
		return nil, awserr.New(403, "AccessDenied", "Access Denied")
	}
	switch in := in.(type) {
	case *s3api.GetBucketPolicyInput:
		if b.policy == "" {
			return nil, awserr.New(404, "NoSuchBucketPolicy", "The bucket policy does not exist")
		}
		return &s3api.GetBucketPolicyOutput{Policy: &b.policy}, nil
	case *s3api.PutBucketPolicyInput:
		b.policy = *in.Policy
		return &s3api.PutBucketPolicyOutput{}, nil
	}
	put, ok := in.(*s3api.PutObjectInput)
	if !ok {
		if *in.(*s3api.GetBucketAclInput).Bucket != "archive" {
			return nil, awserr.New(404, "NoSuchBucket", "The specified bucket does not exist")
		}
		return &s3api.GetBucketAclOutput{}, nil
	}
	if b.broken != nil {
		return nil, b.broken
	}
	if _, there := b.objects[*put.Key]; there && put.IfNoneMatch != nil {
		b.doubled = append(b.doubled, *put.Key)
		return nil, awserr.New(412, "PreconditionFailed", "")
	} else if there && !strings.HasSuffix(*put.Key, "aws-logs-write-test") { // in a bucket with versioning it would be there twice
		b.over = append(b.over, *put.Key)
	}
	if b.at != nil {
		b.at()
		defer b.at()
	}
	text, err := io.ReadAll(put.Body)
	b.objects[*put.Key] = string(text)
	return &s3api.PutObjectOutput{}, err
}

// exported is what lies in the bucket below the export's id, unpacked, as KEY: TEXT.
func (b *bucket) exported(t *testing.T) (list []string) {
	t.Helper()
	for _, key := range slices.Sorted(maps.Keys(b.objects)) {
		if strings.HasSuffix(key, "aws-logs-write-test") {
			continue
		}
		z, err := gzip.NewReader(strings.NewReader(b.objects[key]))
		must(t, err)
		text, err := io.ReadAll(z)
		must(t, err)
		parts := strings.Split(key, "/")
		list = append(list, strings.Join(parts[len(parts)-2:], "/")+": "+strings.TrimSpace(string(text)))
	}
	return list
}

// allowed is a request's context that lets the caller do everything but deny.
func (e *estate) allowed(deny string) context.Context {
	return rt.WithPermit(e.ctx(), func(_ context.Context, n rt.Need) error {
		if n.Action == deny {
			return awserr.New(403, "AccessDenied", "no")
		}
		return nil
	})
}

func (e *estate) export(change func(*api.CreateExportTaskInput)) (string, error) {
	now := e.k.Clock.Now().UnixMilli()
	in := &api.CreateExportTaskInput{LogGroupName: new("g"), Destination: new("archive"), From: new(now - 3600_000), To: new(now + 3600_000)}
	if change != nil {
		change(in)
	}
	out, err := e.CreateExportTask(e.allowed(""), in)
	if err != nil {
		return "", err
	}
	return *out.TaskId, nil
}

func (e *estate) task(id string) *api.ExportTask {
	e.t.Helper()
	out, err := e.DescribeExportTasks(e.ctx(), &api.DescribeExportTasksInput{TaskId: &id})
	must(e.t, err)
	return &out.ExportTasks[0]
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/S3ExportTasks.html
func TestExport(t *testing.T) {
	e := open(t)
	e.group("g")
	e.stream("g", "a/1")
	e.stream("g", "b")
	e.stream("g", "empty")
	e.put("g", "a/1", "one", "two")
	e.put("g", "b", "three")
	id, err := e.export(func(in *api.CreateExportTaskInput) { in.TaskName, in.DestinationPrefix = new("mine"), new("p/q") })
	must(t, err)
	want(t, e.bucket.objects, map[string]string{"p/q/aws-logs-write-test": "Permission Check Successful"})
	want(t, *e.task(id).Status.Code, "PENDING")
	_, err = e.export(nil)
	wantCode(t, err, "LimitExceededException")
	e.advance(time.Second)
	want(t, strings.Join(e.bucket.exported(t), "; "), "a-1/000000.gz: 2026-01-01T00:00:00.000Z one\n2026-01-01T00:00:00.001Z two; b/000000.gz: 2026-01-01T00:00:00.000Z three")
	for key := range e.bucket.objects {
		if !strings.HasPrefix(key, "p/q/") || !strings.Contains(key, id) && !strings.HasSuffix(key, "write-test") {
			t.Error(key)
		}
	}
	want(t, e.bucket.asked[len(e.bucket.asked)-1], call.Role{Service: "logs.eu-central-1.amazonaws.com", SourceARN: "arn:aws:logs:eu-central-1:111111111111:log-group:g:*", SourceAccount: "111111111111"})
	task := e.task(id)
	want(t, []any{*task.Status.Code, *task.TaskName, *task.DestinationPrefix, *task.ExecutionInfo.CompletionTime}, []any{"COMPLETED", "mine", "p/q", begin.UnixMilli()})
	_, err = e.CancelExportTask(e.ctx(), &api.CancelExportTaskInput{TaskId: &id})
	wantCode(t, err, "InvalidOperationException")

	// Only some streams and only some time.
	clear(e.bucket.objects)
	_, err = e.export(func(in *api.CreateExportTaskInput) {
		in.LogStreamNamePrefix, in.To = new("a"), new(begin.UnixMilli()+1)
	})
	must(t, err)
	e.advance(time.Second)
	want(t, strings.Join(e.bucket.exported(t), "; "), "a-1/000000.gz: 2026-01-01T00:00:00.000Z one")
	out, err := e.DescribeExportTasks(e.ctx(), &api.DescribeExportTasksInput{StatusCode: new("COMPLETED"), Limit: new(int32(1))})
	must(t, err)
	out, err = e.DescribeExportTasks(e.ctx(), &api.DescribeExportTasksInput{StatusCode: new("COMPLETED"), NextToken: out.NextToken})
	must(t, err)
	want(t, []any{len(out.ExportTasks), *out.ExportTasks[0].TaskId, out.NextToken == nil}, []any{1, id, true})
}

func TestExportRefusals(t *testing.T) {
	e := open(t)
	e.group("g")
	_, err := e.CreateLogGroup(e.ctx(), &api.CreateLogGroupInput{LogGroupName: new("rare"), LogGroupClass: new("INFREQUENT_ACCESS")})
	must(t, err)
	for _, x := range []struct {
		code, message, deny string
		change              func(*api.CreateExportTaskInput)
	}{
		{"ResourceNotFoundException", "log group does not exist", "", func(in *api.CreateExportTaskInput) { in.LogGroupName = new("none") }},
		{"InvalidOperationException", "INFREQUENT_ACCESS", "", func(in *api.CreateExportTaskInput) { in.LogGroupName = new("rare") }},
		{"InvalidParameterException", "time range", "", func(in *api.CreateExportTaskInput) { in.To = in.From }},
		{"InvalidParameterException", "The given bucket does not exist.", "", func(in *api.CreateExportTaskInput) { in.Destination = new("none") }},
		{"InvalidParameterException", "GetBucketAcl call on the given bucket failed. Please check if CloudWatch Logs has been granted permission to perform this operation.", "GetBucketAcl", nil},
		{"InvalidParameterException", "PutObject call on the given bucket failed.", "PutObject", nil},
	} {
		e.bucket.deny = x.deny
		_, err := e.export(x.change)
		wantCode(t, err, x.code)
		if !strings.Contains(err.Error(), x.message) {
			t.Errorf("%v, want %s", err, x.message)
		}
	}
	now := e.k.Clock.Now().UnixMilli()
	_, err = e.CreateExportTask(e.allowed("s3:PutObject"), &api.CreateExportTaskInput{LogGroupName: new("g"), Destination: new("archive"), From: new(now), To: new(now + 1)})
	wantCode(t, err, "InvalidParameterException")
	_, err = e.CancelExportTask(e.ctx(), &api.CancelExportTaskInput{TaskId: new("none")})
	wantCode(t, err, "ResourceNotFoundException")
}

// A bucket that is away for a while delays an export; one that refuses ends it; what is cancelled writes no more.
func TestExportFaults(t *testing.T) {
	e := open(t)
	e.group("g")
	e.stream("g", "s")
	e.put("g", "s", "one")
	id, err := e.export(nil)
	must(t, err)
	e.bucket.broken = awserr.New(503, "SlowDown", "busy")
	e.advance(10 * time.Second)
	want(t, *e.task(id).Status.Code, "RUNNING")
	e.bucket.broken = nil
	e.advance(time.Minute)
	want(t, []any{*e.task(id).Status.Code, len(e.bucket.exported(t))}, "[COMPLETED 1]")

	clear(e.bucket.objects)
	id, err = e.export(nil)
	must(t, err)
	e.bucket.deny = "PutObject"
	e.advance(time.Second)
	want(t, *e.task(id).Status.Code, "FAILED")
	e.bucket.deny = ""

	id, err = e.export(nil)
	must(t, err)
	_, err = e.CancelExportTask(e.ctx(), &api.CancelExportTaskInput{TaskId: &id})
	must(t, err)
	e.advance(time.Minute)
	want(t, []any{*e.task(id).Status.Code, len(e.bucket.exported(t))}, "[CANCELLED 0]")

	id, err = e.export(nil)
	must(t, err)
	_, err = e.DeleteLogGroup(e.ctx(), &api.DeleteLogGroupInput{LogGroupName: new("g")})
	must(t, err)
	e.advance(time.Minute)
	want(t, *e.task(id).Status.Code, "FAILED")
}

// A large stream comes in parts, each event once.
func TestExportParts(t *testing.T) {
	e := open(t)
	e.group("g")
	e.stream("g", "s")
	lines := make([]string, 1000)
	for i := range lines {
		lines[i] = strings.Repeat("x", 1000)
	}
	for range 40 {
		e.put("g", "s", lines...)
		e.advance(2 * time.Second)
	}
	_, err := e.export(nil)
	must(t, err)
	e.advance(time.Second)
	n := 0
	list := e.bucket.exported(t)
	for _, file := range list {
		n += strings.Count(file, "Z xxx")
	}
	want(t, []any{len(list), n}, "[2 40000]")
}
