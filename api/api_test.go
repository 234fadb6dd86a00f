// Package api_test holds the generated packages against the grammar that package rt documents and wire and
// gateway read, and pins facts that services lean on.
package api_test

import (
	"io"
	"reflect"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"unyo/api/athena"
	"unyo/api/cloudtrail"
	"unyo/api/cloudwatch"
	"unyo/api/ec2"
	"unyo/api/events"
	"unyo/api/firehose"
	"unyo/api/glue"
	"unyo/api/iam"
	"unyo/api/kinesis"
	"unyo/api/kms"
	"unyo/api/lambda"
	"unyo/api/logs"
	"unyo/api/organizations"
	"unyo/api/rt"
	"unyo/api/s3"
	"unyo/api/sns"
	"unyo/api/sqs"
	"unyo/api/sts"
	"unyo/base/awserr"
)

var models = []*rt.Model{
	athena.Model, cloudtrail.Model, cloudwatch.Model, ec2.Model, events.Model, firehose.Model, glue.Model, iam.Model, kinesis.Model,
	kms.Model, lambda.Model, logs.Model, organizations.Model, s3.Model, sns.Model, sqs.Model, sts.Model,
}

// TestModels: what is looked up by bisection is in order, and every name that a model speaks is one it has.
func TestModels(t *testing.T) {
	for _, m := range models {
		if !sort.SliceIsSorted(m.Operations, func(i, j int) bool { return m.Operations[i].Name < m.Operations[j].Name }) {
			t.Errorf("%s: operations are not in order", m.Service)
		}
		if !sort.SliceIsSorted(m.Authz.Actions, func(i, j int) bool { return m.Authz.Actions[i].Name < m.Authz.Actions[j].Name }) {
			t.Errorf("%s: actions are not in order", m.Service)
		}
		if m.Service == "" || m.ID == "" || m.Endpoint == "" || m.Signing == "" || m.Version == "" || len(m.Protocols) == 0 {
			t.Errorf("%s: the model leaves something out: %+v", m.Service, *m)
		}
		if slices.Contains(m.Protocols, rt.JSON) && (m.TargetPrefix == "" || m.JSONVersion == "") {
			t.Errorf("%s: JSON without target or version", m.Service)
		}
		var names []string
		for _, e := range m.Errors {
			names = append(names, e.Name)
			if e.Code == "" || e.Status < 400 || e.Status > 599 {
				t.Errorf("%s: error %+v", m.Service, e)
			}
		}
		for i := range m.Operations {
			op := &m.Operations[i]
			if len(op.Sum) != 8 || op.Method == "" || !strings.HasPrefix(op.URI, "/") || op.Status < 200 || op.Status > 299 {
				t.Errorf("%s: %+v", m.Service, *op)
			}
			for _, e := range op.Errors {
				if !slices.Contains(names, e) {
					t.Errorf("%s: %s names the error %s", m.Service, op.Name, e)
				}
			}
			for _, a := range op.Actions {
				if m.Authz.Action(a) == nil && !strings.Contains(a, ":") {
					t.Errorf("%s: %s names the action %s", m.Service, op.Name, a)
				}
			}
		}
		for _, a := range m.Authz.Actions {
			for _, r := range a.Resources {
				if m.Authz.Resource(r.Name) == nil {
					t.Errorf("%s: the action %s names the resource type %s", m.Service, a.Name, r.Name)
				}
			}
		}
	}
}

// TestGrammar walks every shape of every operation.
func TestGrammar(t *testing.T) {
	for _, m := range models {
		w := grammar{t: t, m: m, seen: map[reflect.Type]bool{}}
		for i := range m.Operations {
			w.structure(reflect.TypeOf(m.Operations[i].In).Elem())
			w.structure(reflect.TypeOf(m.Operations[i].Out).Elem())
		}
	}
}

type grammar struct {
	t    *testing.T
	m    *rt.Model
	seen map[reflect.Type]bool
}

func (g *grammar) structure(s reflect.Type) {
	if g.seen[s] {
		return
	}
	g.seen[s] = true
	payloads := 0
	wire := map[string]string{}
	for i := range s.NumField() {
		f := s.Field(i)
		if f.Name == "_" {
			if f.Tag != `aws:",union"` {
				g.t.Errorf("%s: _ has the tag %s", s, f.Tag)
			}
			continue
		}
		g.tags(s, f)
		if f.Tag.Get("http") == "payload" {
			payloads++
		}
		if x, _, _ := strings.Cut(f.Tag.Get("xml"), ","); x != "" && f.Tag.Get("http") == "" {
			if wire[x] != "" {
				g.t.Errorf("%s: %s and %s share the element %s", s, wire[x], f.Name, x)
			}
			wire[x] = f.Name
		}
		g.member(s, f)
	}
	if payloads > 1 {
		g.t.Errorf("%s has %d payloads", s, payloads)
	}
}

var (
	tagKeys   = []string{"aws", "is", "json", "http", "xml", "ec2", "time", "event"}
	awsWords  = []string{"required", "idempotent", "sensitive", "host"}
	httpWords = []string{"uri", "query", "header", "headers", "status", "payload"}
	timeWords = []string{"", "iso8601", "unixTimestamp", "rfc822"}
	xmlWords  = []string{"flat", "attr", "item", "key", "value", "ns", "prefix"}
)

func (g *grammar) tags(s reflect.Type, f reflect.StructField) {
	left := string(f.Tag)
	for _, key := range tagKeys {
		if v, ok := f.Tag.Lookup(key); ok {
			left = strings.Replace(left, key+`:"`+v+`"`, "", 1)
		}
	}
	if strings.TrimSpace(left) != "" {
		g.t.Errorf("%s.%s: unknown tags %s", s, f.Name, left)
	}
	name, options, _ := strings.Cut(f.Tag.Get("aws"), ",")
	place, _, _ := strings.Cut(f.Tag.Get("http"), "=")
	if name == "" || !allIn(options, awsWords) || place != "" && !slices.Contains(httpWords, place) || !slices.Contains(timeWords, f.Tag.Get("time")) {
		g.t.Errorf("%s.%s: the tag %s is not of the grammar", s, f.Name, f.Tag)
	}
	_, options, _ = strings.Cut(f.Tag.Get("xml"), ",")
	if !allIn(options, xmlWords) {
		g.t.Errorf("%s.%s: the tag %s is not of the grammar", s, f.Name, f.Tag)
	}
	if is := f.Tag.Get("is"); is != "" {
		if c := g.m.Shape(is); c.Name != is {
			g.t.Errorf("%s.%s: the shape %s has no constraints", s, f.Name, is)
		}
	}
}

func allIn(options string, words []string) bool {
	for o := range strings.SplitSeq(options, ",") {
		word, _, _ := strings.Cut(o, "=")
		if o != "" && !slices.Contains(words, word) {
			return false
		}
	}
	return true
}

// member checks the Go type of a member, and follows it.
func (g *grammar) member(s reflect.Type, f reflect.StructField) {
	switch typ := f.Type; {
	case typ == reflect.TypeFor[io.Reader](), typ == reflect.TypeFor[any](), typ.Kind() == reflect.Slice, typ.Kind() == reflect.Map:
	case typ.Kind() == reflect.Func: // rt.Events[E]
		if !strings.HasPrefix(typ.Name(), "Events[") {
			g.t.Errorf("%s.%s is %s", s, f.Name, typ)
		}
		g.structure(typ.In(0).In(0).Elem())
		return
	case typ.Kind() != reflect.Pointer:
		g.t.Errorf("%s.%s is %s", s, f.Name, typ)
	}
	g.follow(s, f.Name, f.Type)
}

func (g *grammar) follow(s reflect.Type, name string, typ reflect.Type) {
	switch typ.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		if typ.Kind() == reflect.Map && typ.Key().Kind() != reflect.String {
			g.t.Errorf("%s.%s has keys of %s", s, name, typ.Key())
		}
		g.follow(s, name, typ.Elem())
	case reflect.Struct:
		if typ != reflect.TypeFor[time.Time]() {
			g.structure(typ)
		}
	case reflect.String, reflect.Bool, reflect.Int32, reflect.Int64, reflect.Float32, reflect.Float64, reflect.Uint8, reflect.Interface:
	default:
		g.t.Errorf("%s.%s holds %s", s, name, typ)
	}
}

// TestPinned are facts that must not be lost on the way from the sources.
func TestPinned(t *testing.T) {
	name := logs.Model.Shape("LogGroupName")
	if *name.Min != 1 || *name.Max != 512 || name.Pattern != `[\.\-_/#A-Za-z0-9]+` {
		t.Errorf("LogGroupName is %+v", name)
	}
	field, _ := reflect.TypeFor[logs.CreateLogGroupInput]().FieldByName("LogGroupName")
	if field.Tag != `aws:"logGroupName,required" is:"LogGroupName"` {
		t.Errorf("logGroupName is tagged %s", field.Tag)
	}
	if got := cloudwatch.Model.Protocols; !slices.Equal(got, []rt.Protocol{rt.RPCv2, rt.JSON, rt.Query}) {
		t.Errorf("CloudWatch speaks %v", got)
	}
	if got := sqs.Model.Protocols; !slices.Equal(got, []rt.Protocol{rt.JSON, rt.Query}) {
		t.Errorf("SQS speaks %v", got)
	}
	if !iam.Model.Global || !organizations.Model.Global || sts.Model.Global || s3.Model.Global {
		t.Error("IAM and Organizations are global, STS and S3 are not")
	}
	if cloudwatch.Model.Endpoint != "monitoring" || cloudwatch.Model.Signing != "monitoring" || lambda.Model.Signing != "lambda" {
		t.Error("a service signs or lives under another name")
	}
	var _ rt.Events[logs.StartLiveTailResponseStream] = logs.StartLiveTailOutput{}.ResponseStream
	var _ io.Reader = s3.PutObjectInput{}.Body
	var _ awserr.Error = logs.NewResourceNotFoundException("")
}

// TestErrors: codes and statuses as the API references have them, in the query protocol's words where they differ.
func TestErrors(t *testing.T) {
	for want, err := range map[string]awserr.Error{
		"AWS.SimpleQueueService.NonExistentQueue 400": sqs.NewQueueDoesNotExist("The specified queue does not exist."),
		"NoSuchEntity 404":                            iam.NewNoSuchEntityException("gone"),
		"ResourceNotFoundException 400":               logs.NewResourceNotFoundException("gone"),
		"ResourceNotFoundException 404":               lambda.NewResourceNotFoundException("gone"),
		"ServiceUnavailableException 500":             logs.NewServiceUnavailableException("later"),
		"NoSuchBucket 404":                            s3.NewNoSuchBucket("gone"),
	} {
		code, status, _ := strings.Cut(want, " ")
		if err.ErrorCode() != code || status != map[int]string{400: "400", 404: "404", 500: "500"}[err.HTTPStatus()] || err.ErrorMessage() == "" {
			t.Errorf("%s: %s %d %q", want, err.ErrorCode(), err.HTTPStatus(), err.ErrorMessage())
		}
	}
}

// TestActions: operations whose permission has another name.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
func TestActions(t *testing.T) {
	for _, c := range []struct {
		m      *rt.Model
		op     string
		action string
	}{
		{s3.Model, "ListObjectsV2", "ListBucket"}, {s3.Model, "ListObjects", "ListBucket"}, {s3.Model, "HeadBucket", "ListBucket"},
		{s3.Model, "HeadObject", "GetObject"}, {s3.Model, "CreateMultipartUpload", "PutObject"}, {s3.Model, "UploadPart", "PutObject"},
		{s3.Model, "CompleteMultipartUpload", "PutObject"}, {s3.Model, "ListBuckets", "ListAllMyBuckets"}, {s3.Model, "DeleteObjects", "DeleteObject"},
		{s3.Model, "ListObjectVersions", "ListBucketVersions"}, {s3.Model, "GetBucketLifecycleConfiguration", "GetLifecycleConfiguration"},
		{s3.Model, "PutBucketEncryption", "PutEncryptionConfiguration"}, {s3.Model, "CopyObject", "PutObject"}, {s3.Model, "CreateSession", "s3express:CreateSession"},
		{lambda.Model, "Invoke", "InvokeFunction"}, {sns.Model, "PublishBatch", "Publish"}, {sqs.Model, "SendMessageBatch", "SendMessage"},
		{kms.Model, "ReEncrypt", "ReEncryptFrom ReEncryptTo"}, {glue.Model, "GetUnfilteredTableMetadata", "GetTable"}, {logs.Model, "PutLogEvents", "PutLogEvents"},
		{kms.Model, "Encapsulate", ""},
	} {
		if got := strings.Join(c.m.Operation(c.op).Actions, " "); got != c.action {
			t.Errorf("%s:%s needs %q, not %q", c.m.Service, c.op, got, c.action)
		}
	}
}
