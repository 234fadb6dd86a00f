package world

import (
	"compress/gzip"
	"encoding/json"
	"encoding/xml"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	cloudtrailapi "unyo/api/cloudtrail"
	iamapi "unyo/api/iam"
	"unyo/api/rt"
	s3api "unyo/api/s3"
)

// said is a generated request and how it was answered.
type said struct {
	m      *rt.Model
	op     *rt.Operation
	status int
	code   string // of the error; "" for none, or for an answer without a body
	by     string // the key
}

// older are operations of which requests cannot be told from those of another.
var older = map[string]bool{"s3 GetBucketLifecycle": true, "s3 PutBucketLifecycle": true, "s3 GetBucketNotification": true, "s3 PutBucketNotification": true, "s3 ListDirectoryBuckets": true}

// sayAll asks each operation that the house knows once, over HTTP, those that make things first and those that take them away last, and tells what was
// answered by request id. also may spoil a request.
func (w *World) sayAll(t *testing.T, id, secret string, also func(*http.Request)) map[string]said {
	t.Helper()
	all := map[string]said{}
	for _, table := range w.Gateway.Tables() {
		for _, op := range inOrder(table.Model) {
			r := ask(table.Model, op).request(id, secret)
			if also != nil {
				also(r)
			}
			rec := httptest.NewRecorder()
			w.Handler().ServeHTTP(rec, r)
			request := rec.Header().Get("X-Amzn-Requestid")
			if request == "" {
				request = rec.Header().Get("X-Amz-Request-Id")
			}
			if _, twice := all[request]; twice || request == "" {
				t.Fatalf("%s %s: request id %q", table.Model.Service, op.Name, request)
			}
			all[request] = said{table.Model, op, rec.Code, codeOf(rec), id}
		}
	}
	return all
}

func inOrder(m *rt.Model) (list []*rt.Operation) {
	for i := range m.Operations {
		if !older[m.Service+" "+m.Operations[i].Name] {
			list = append(list, &m.Operations[i])
		}
	}
	rank := func(op *rt.Operation) int {
		switch {
		case strings.HasPrefix(op.Name, "Create"):
			return 0
		case strings.HasPrefix(op.Name, "Delete"):
			return 2
		}
		return 1
	}
	slices.SortStableFunc(list, func(a, b *rt.Operation) int { return rank(a) - rank(b) })
	return list
}

func answersOf(all map[string]said) map[int]int {
	n := map[int]int{}
	for _, x := range all {
		n[x.status]++
	}
	return n
}

// codeOf is the code of the error that was answered.
func codeOf(rec *httptest.ResponseRecorder) string {
	if rec.Code < 400 {
		return ""
	}
	if code, _, ok := strings.Cut(rec.Header().Get("X-Amzn-Query-Error"), ";"); ok { // as the service has always called it
		return code
	}
	if code := rec.Header().Get("X-Amzn-Errortype"); code != "" {
		return code
	}
	var j struct {
		Type string `json:"__type"`
	}
	if json.Unmarshal(rec.Body.Bytes(), &j) == nil {
		return j.Type[strings.LastIndexByte(j.Type, '#')+1:]
	}
	var x struct {
		Code  string
		Error struct{ Code string }
	}
	_ = xml.Unmarshal(rec.Body.Bytes(), &x)
	return x.Code + x.Error.Code
}

// delivered are the records in the files below a folder of a bucket.
func (a *account) delivered(t *testing.T, bucket, prefix string) (records []map[string]any) {
	t.Helper()
	in := &s3api.ListObjectsV2Input{Bucket: &bucket, Prefix: &prefix}
	for {
		list := done[*s3api.ListObjectsV2Output](t)(a.s3.ListObjectsV2(a.ctx(), in))
		for _, o := range list.Contents {
			if !strings.HasSuffix(*o.Key, ".json.gz") {
				continue
			}
			out := done[*s3api.GetObjectOutput](t)(a.s3.GetObject(a.ctx(), &s3api.GetObjectInput{Bucket: &bucket, Key: o.Key}))
			z := done[*gzip.Reader](t)(gzip.NewReader(out.Body))
			var file struct{ Records []map[string]any }
			if err := json.Unmarshal(done[[]byte](t)(io.ReadAll(z)), &file); err != nil {
				t.Fatal(err)
			}
			records = append(records, file.Records...)
		}
		if in.ContinuationToken = list.NextContinuationToken; in.ContinuationToken == nil {
			return records
		}
	}
}

// logged makes a trail that logs all regions, and a bucket for its files.
func (a *account) logged(t *testing.T, name string, selectors []cloudtrailapi.AdvancedEventSelector) {
	t.Helper()
	bucket := "files-of-" + name
	trail := cloudtrailapi.Client{Invoker: a.w.Gateway}
	done[*s3api.CreateBucketOutput](t)(a.s3.CreateBucket(a.ctx(), &s3api.CreateBucketInput{Bucket: &bucket, CreateBucketConfiguration: &s3api.CreateBucketConfiguration{LocationConstraint: new("eu-central-1")}}))
	done[*s3api.PutBucketPolicyOutput](t)(a.s3.PutBucketPolicy(a.ctx(), &s3api.PutBucketPolicyInput{Bucket: &bucket, Policy: new(trailPolicy(bucket, a.id, "arn:aws:cloudtrail:eu-central-1:"+a.id+":trail/"+name))}))
	done[*cloudtrailapi.CreateTrailOutput](t)(trail.CreateTrail(a.ctx(), &cloudtrailapi.CreateTrailInput{Name: &name, S3BucketName: &bucket, IsMultiRegionTrail: new(true), IncludeGlobalServiceEvents: new(true)}))
	if selectors != nil {
		done[*cloudtrailapi.PutEventSelectorsOutput](t)(trail.PutEventSelectors(a.ctx(), &cloudtrailapi.PutEventSelectorsInput{TrailName: &name, AdvancedEventSelectors: selectors}))
	}
	done[*cloudtrailapi.StartLoggingOutput](t)(trail.StartLogging(a.ctx(), &cloudtrailapi.StartLoggingInput{Name: &name}))
}

// selecting is a selector of equals.
func selecting(fields ...string) (x cloudtrailapi.AdvancedEventSelector) {
	for i := 0; i < len(fields); i += 2 {
		x.FieldSelectors = append(x.FieldSelectors, cloudtrailapi.AdvancedFieldSelector{Field: &fields[i], Equals: []string{fields[i+1]}})
	}
	return x
}

// dataTypes are the resource types whose calls on data a trail may ask for, by service. Of the others, and of calls that name nothing that there is, no
// trail can ask for the data.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
var dataTypes = map[string]string{"s3": "AWS::S3::Object", "kinesis": "AWS::Kinesis::Stream", "lambda": "AWS::Lambda::Function"}

var nameless = map[string]bool{"kinesis GetRecords": true, "kinesis SubscribeToShard": true}

// Every operation that the house knows, asked over HTTP by the account itself and by a user who may do nothing, is one event, with the request's
// id, in event history and in the files of the trails that want it, whatever came of it.
func TestEveryRequestIsOneEvent(t *testing.T) {
	w := open(t, "")
	a := w.account("000000000000")
	done[*iamapi.CreateUserOutput](t)(a.iam.CreateUser(a.ctx(), &iamapi.CreateUserInput{UserName: new("ann")}))
	key := done[*iamapi.CreateAccessKeyOutput](t)(a.iam.CreateAccessKey(a.ctx(), &iamapi.CreateAccessKeyInput{UserName: new("ann")})).AccessKey
	done[*s3api.CreateBucketOutput](t)(a.s3.CreateBucket(a.ctx(), &s3api.CreateBucketInput{Bucket: new("sample-name"), CreateBucketConfiguration: &s3api.CreateBucketConfiguration{LocationConstraint: new("eu-central-1")}}))
	a.logged(t, "plain", nil)
	all := []cloudtrailapi.AdvancedEventSelector{selecting("eventCategory", "Management")}
	for _, service := range slices.Sorted(maps.Keys(dataTypes)) {
		all = append(all, selecting("eventCategory", "Data", "resources.type", dataTypes[service]))
	}
	a.logged(t, "data", all)

	asked := w.sayAll(t, *key.AccessKeyId, *key.SecretAccessKey, nil)
	maps.Copy(asked, w.sayAll(t, "test", "test", nil))
	if answers := answersOf(asked); len(asked) < 4000 || answers[200] < 100 || answers[400] < 500 || answers[403] < 200 || answers[501] < 500 {
		t.Errorf("%d requests, answered %v", len(asked), answers)
	}
	w.advance(t, 5*time.Minute)
	history := append(a.looked(t, "eu-central-1", "", ""), a.looked(t, "us-east-1", "", "")...)
	places := map[string][]map[string]any{"event history": history, "plain": a.delivered(t, "files-of-plain", ""), "data": a.delivered(t, "files-of-data", "")}
	for place, records := range places {
		byID := map[string][]map[string]any{}
		for _, r := range records {
			id := at(r, "requestID").(string)
			byID[id] = append(byID[id], r)
		}
		for id, x := range asked {
			want := 1
			if x.op.Data && (place != "data" || dataTypes[x.m.Service] == "" || nameless[x.m.Service+" "+x.op.Name]) {
				want = 0
			}
			if got := byID[id]; len(got) != want {
				t.Errorf("%s: %d of %s:%s (%d %s) by %s, want %d", place, len(got), x.m.Service, x.op.Name, x.status, x.code, x.by, want)
			} else if want > 0 {
				x.holds(t, got[0], *key.AccessKeyId)
			}
		}
	}
}

// eventNameOf is the name of an operation's event: of S3's, that of an older one.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html
func eventNameOf(m *rt.Model, op *rt.Operation) string {
	name := op.Name
	if m.Service == "s3" {
		for _, p := range [][2]string{{"BucketLifecycleConfiguration", "BucketLifecycle"}, {"NotificationConfiguration", "Notification"}, {"BucketAccelerate", "Accelerate"}, {"ObjectLockConfiguration", "BucketObjectLockConfiguration"},
			{"PublicAccess", "BucketPublicAccess"}, {"ObjectLegalHold", "ObjectLockLegalHold"}, {"ObjectRetention", "ObjectLockRetention"}, {"ListObjectsV2", "ListObjects"}} {
			name = strings.Replace(name, p[0], p[1], 1)
		}
	}
	return name
}

// holds compares a record with what was asked and answered.
func (x *said) holds(t *testing.T, r map[string]any, ann string) {
	t.Helper()
	region, category := "eu-central-1", "Management"
	if x.m.Global {
		region = "us-east-1"
	}
	if x.op.Data {
		category = "Data"
	}
	holds(t, r, map[string]any{
		"eventSource": x.m.Endpoint + ".amazonaws.com", "eventName": eventNameOf(x.m, x.op), "awsRegion": region, "readOnly": x.op.ReadOnly, "managementEvent": !x.op.Data,
		"eventCategory": category, "eventType": "AwsApiCall", "recipientAccountId": "000000000000", "sourceIPAddress": "192.0.2.1", "apiVersion": x.m.Version,
		"userIdentity.accountId": "000000000000", "userIdentity.accessKeyId": x.by, "userIdentity.invokedBy": nil,
	})
	if x.by == ann {
		holds(t, r, map[string]any{"userIdentity.type": "IAMUser", "userIdentity.userName": "ann", "userIdentity.arn": "arn:aws:iam::000000000000:user/ann"})
	} else {
		holds(t, r, map[string]any{"userIdentity.type": "Root", "userIdentity.arn": "arn:aws:iam::000000000000:root"})
	}
	if code, _ := r["errorCode"].(string); (code != "") != (x.status >= 400) || x.code != "" && code != x.code {
		t.Errorf("%s:%s: errorCode %q, answered %d %s", x.m.Service, x.op.Name, code, x.status, x.code)
	}
}

// Who does not sign, or whose signature is wrong, is nobody: AWS does not record what fails authentication. Only where an operation may be asked without
// a signature is it an event, of the account whose resource it is.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/logging-with-S3.html
func TestNobodysRequestsAreNoEvents(t *testing.T) {
	w := open(t, "")
	a := w.account("000000000000")
	done[*s3api.CreateBucketOutput](t)(a.s3.CreateBucket(a.ctx(), &s3api.CreateBucketInput{Bucket: new("sample-name"), CreateBucketConfiguration: &s3api.CreateBucketConfiguration{LocationConstraint: new("eu-central-1")}}))
	a.logged(t, "data", []cloudtrailapi.AdvancedEventSelector{selecting("eventCategory", "Management"), selecting("eventCategory", "Data", "resources.type", "AWS::S3::Object")})
	spoil := func(r *http.Request) { r.Header.Set("Authorization", r.Header.Get("Authorization")+"0") }
	asked := w.sayAll(t, "", "", nil)
	maps.Copy(asked, w.sayAll(t, "test", "test", spoil))
	maps.Copy(asked, w.sayAll(t, "test", "wrong", nil))
	maps.Copy(asked, w.sayAll(t, "AKIAIOSFODNN7EXAMPLE", "test", nil))
	w.advance(t, 5*time.Minute)
	anonymous := 0
	for _, r := range a.delivered(t, "files-of-data", "") {
		x, ok := asked[at(r, "requestID").(string)]
		if !ok {
			continue
		}
		if anonymous++; x.by != "" || x.m.Service != "s3" {
			t.Errorf("%s:%s, answered %d %s, is an event", x.m.Service, x.op.Name, x.status, x.code)
		}
		holds(t, r, map[string]any{"userIdentity.type": "AWSAccount", "userIdentity.accountId": "ANONYMOUS_PRINCIPAL", "recipientAccountId": a.id, "eventName": eventNameOf(x.m, x.op), "awsRegion": "eu-central-1"})
		if x.op.Name != "DeleteObjects" { // which says of each object that it may not
			holds(t, r, map[string]any{"errorCode": "AccessDenied"})
		}
	}
	if anonymous < 50 {
		t.Errorf("%d calls on the bucket by nobody", anonymous)
	}
}
