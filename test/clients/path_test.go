package clients

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logstypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/firehose"
	firehosetypes "github.com/aws/aws-sdk-go-v2/service/firehose/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// path is the way of a log line to an S3 object: group /web, streams, a filter for ERROR, a delivery stream, a bucket.
type path struct {
	*estate
	logs     *cloudwatchlogs.Client
	s3       *s3.Client
	firehose *firehose.Client
	iam      *iam.Client
}

// connect makes clients for the estate as it is served now.
func (p *path) connect() {
	c := p.root()
	p.logs, p.firehose, p.iam = cloudwatchlogs.NewFromConfig(c), firehose.NewFromConfig(c), iam.NewFromConfig(c)
	p.s3 = s3.NewFromConfig(c, func(o *s3.Options) { o.UsePathStyle = true })
}

const (
	deliverRole = "arn:aws:iam::000000000000:role/deliver"
	streamARN   = "arn:aws:firehose:eu-central-1:000000000000:deliverystream/archive"
	groupARN    = "arn:aws:logs:eu-central-1:000000000000:*"
)

// trustOf lets both services take the role on, Logs only for log groups of this account.
const trustOf = `{"Version":"2012-10-17","Statement":[
	{"Effect":"Allow","Principal":{"Service":"firehose.amazonaws.com"},"Action":"sts:AssumeRole"},
	{"Effect":"Allow","Principal":{"Service":"logs.amazonaws.com"},"Action":"sts:AssumeRole","Condition":{"StringLike":{"aws:SourceArn":%q}}}]}`

const mayDeliver = `{"Version":"2012-10-17","Statement":[
	{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::archive/*"},
	{"Effect":"Allow","Action":["firehose:PutRecord","firehose:PutRecordBatch"],"Resource":"*"}]}`

// lay builds the path on an estate that has none.
func lay(t *testing.T, e *estate, source, permissions string) *path {
	t.Helper()
	p := &path{estate: e}
	p.connect()
	ok[*s3.CreateBucketOutput](t)(p.s3.CreateBucket(ctx, &s3.CreateBucketInput{
		Bucket: aws.String("archive"), CreateBucketConfiguration: &s3types.CreateBucketConfiguration{LocationConstraint: "eu-central-1"},
	}))
	ok[*iam.CreateRoleOutput](t)(p.iam.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("deliver"), AssumeRolePolicyDocument: aws.String(fmt.Sprintf(trustOf, source))}))
	if permissions != "" {
		p.permit(t, permissions)
	}
	ok[*firehose.CreateDeliveryStreamOutput](t)(p.firehose.CreateDeliveryStream(ctx, &firehose.CreateDeliveryStreamInput{
		DeliveryStreamName: aws.String("archive"),
		ExtendedS3DestinationConfiguration: &firehosetypes.ExtendedS3DestinationConfiguration{
			RoleARN: aws.String(deliverRole), BucketARN: aws.String("arn:aws:s3:::archive"), CompressionFormat: firehosetypes.CompressionFormatGzip,
			BufferingHints: &firehosetypes.BufferingHints{SizeInMBs: aws.Int32(1), IntervalInSeconds: aws.Int32(60)},
		},
	}))
	ok[*cloudwatchlogs.CreateLogGroupOutput](t)(p.logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String("/web")}))
	for _, s := range []string{"i-1", "i-2"} {
		ok[*cloudwatchlogs.CreateLogStreamOutput](t)(p.logs.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: aws.String("/web"), LogStreamName: aws.String(s)}))
	}
	return p
}

func (p *path) permit(t *testing.T, document string) {
	t.Helper()
	ok[*iam.PutRolePolicyOutput](t)(p.iam.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: aws.String("deliver"), PolicyName: aws.String("p"), PolicyDocument: aws.String(document)}))
}

func (p *path) subscribe() error {
	_, err := p.logs.PutSubscriptionFilter(ctx, &cloudwatchlogs.PutSubscriptionFilterInput{
		LogGroupName: aws.String("/web"), FilterName: aws.String("errors"), FilterPattern: aws.String("ERROR"),
		DestinationArn: aws.String(streamARN), RoleArn: aws.String(deliverRole),
	})
	return err
}

// put puts n lines with numbers from first on; every third is an ERROR. It returns the numbers of those.
func (p *path) put(stream string, first, n int, at time.Time) (errors []int, err error) {
	var events []logstypes.InputLogEvent
	for i := first; i < first+n; i++ {
		level := "INFO"
		if i%3 == 0 {
			level = "ERROR"
			errors = append(errors, i)
		}
		events = append(events, logstypes.InputLogEvent{Timestamp: aws.Int64(at.UnixMilli()), Message: aws.String(fmt.Sprintf("%s line %d of the web server", level, i))})
	}
	_, err = p.logs.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{LogGroupName: aws.String("/web"), LogStreamName: aws.String(stream), LogEvents: events})
	return errors, err
}

// delivered reads every object back and returns the numbers of the lines in them, sorted, repeats included.
func (p *path) delivered(t *testing.T) []int {
	t.Helper()
	var numbers []int
	pages := s3.NewListObjectsV2Paginator(p.s3, &s3.ListObjectsV2Input{Bucket: aws.String("archive")})
	for pages.HasMorePages() {
		page := ok[*s3.ListObjectsV2Output](t)(pages.NextPage(ctx))
		for _, o := range page.Contents {
			out := ok[*s3.GetObjectOutput](t)(p.s3.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("archive"), Key: o.Key}))
			body := ok[[]byte](t)(io.ReadAll(out.Body))
			out.Body.Close()
			numbers = append(numbers, linesOf(t, body)...)
		}
	}
	slices.Sort(numbers)
	return numbers
}

// linesOf opens an object: gzip of what Logs sent, each record gzip of an envelope.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html#FirehoseExample
func linesOf(t *testing.T, object []byte) (numbers []int) {
	t.Helper()
	z := ok[*gzip.Reader](t)(gzip.NewReader(bytes.NewReader(object)))
	records := ok[[]byte](t)(io.ReadAll(z))
	inner := ok[*gzip.Reader](t)(gzip.NewReader(bytes.NewReader(records))) // members one after another
	dec := json.NewDecoder(inner)
	for {
		var envelope struct {
			MessageType, Owner, LogGroup, LogStream string
			SubscriptionFilters                     []string
			LogEvents                               []struct {
				ID, Message string
				Timestamp   int64
			}
		}
		if err := dec.Decode(&envelope); err == io.EOF {
			return numbers
		} else if err != nil {
			t.Fatal(err)
		}
		if envelope.MessageType == "CONTROL_MESSAGE" {
			continue
		}
		if envelope.MessageType != "DATA_MESSAGE" || envelope.Owner != management || envelope.LogGroup != "/web" || len(envelope.SubscriptionFilters) != 1 {
			t.Errorf("envelope %+v", envelope)
		}
		for _, e := range envelope.LogEvents {
			var n int
			if _, err := fmt.Sscanf(e.Message, "ERROR line %d of", &n); err != nil {
				t.Errorf("delivered %q", e.Message)
			}
			numbers = append(numbers, n)
		}
	}
}

// TestPath: every matching line is in S3, once.
func TestPath(t *testing.T) {
	p := lay(t, serve(t, "-clock", "held", "-seed", "1"), groupARN, mayDeliver)
	if err := p.subscribe(); err != nil {
		t.Fatal(err)
	}
	var want []int
	for i := range 10 {
		got, err := p.put([]string{"i-1", "i-2"}[i%2], i*1000, 1000, p.now())
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, got...)
	}
	p.advance("1s")
	if got := p.delivered(t); len(got) == len(want) {
		t.Error("delivered before the buffer was due")
	}
	p.advance("2m")
	if got := p.delivered(t); !slices.Equal(got, want) {
		t.Errorf("%d lines delivered, %d expected", len(got), len(want))
	}
}

// TestPathSurvivesKills: the same while time flows and the server is killed at random moments. What was
// acknowledged is delivered; nothing is delivered twice. A line that was not acknowledged may or may not be there.
func TestPathSurvivesKills(t *testing.T) {
	e := serve(t)
	p := lay(t, e, groupARN, mayDeliver)
	if err := p.subscribe(); err != nil {
		t.Fatal(err)
	}
	acknowledged, attempted := map[int]bool{}, map[int]bool{}
	r := rand.New(rand.NewPCG(1, 2))
	next := 0
	for range 8 {
		for range 3 + r.IntN(20) {
			for i := next; i < next+300; i += 1 {
				if i%3 == 0 {
					attempted[i] = true
				}
			}
			done := make(chan struct{})
			if r.IntN(20) == 0 { // kill while a call is under way
				go func() { time.Sleep(time.Duration(r.IntN(3000)) * time.Microsecond); e.kill(); close(done) }()
			} else {
				close(done)
			}
			got, err := p.put("i-1", next, 300, time.Now())
			next += 300
			<-done
			if err != nil {
				break
			}
			for _, n := range got {
				acknowledged[n] = true
			}
			if e.process == nil {
				break
			}
		}
		if e.process != nil {
			e.kill()
		}
		e.start()
		p.connect()
	}
	e.door("clock", map[string]bool{"hold": true}, nil)
	e.advance("10m")
	got := p.delivered(t)
	for i, n := range got {
		if i > 0 && got[i-1] == n {
			t.Errorf("line %d was delivered twice", n)
		}
		if !attempted[n] {
			t.Errorf("line %d was never put", n)
		}
	}
	for n := range acknowledged {
		if _, found := slices.BinarySearch(got, n); !found {
			t.Errorf("line %d was acknowledged and is not delivered", n)
		}
	}
	if len(acknowledged) < 500 {
		t.Errorf("only %d lines acknowledged: the test shows nothing", len(acknowledged))
	}
	t.Logf("%d lines acknowledged over 8 kills, %d delivered", len(acknowledged), len(got))
}

// TestRefusedAtEachHop: without permission, or with another source in the trust policy, nothing flows, and the journal
// says who was refused.
func TestRefusedAtEachHop(t *testing.T) {
	e := serve(t, "-clock", "held", "-seed", "1")
	p := lay(t, e, "arn:aws:logs:eu-central-1:999999999999:*", "")
	if err := p.subscribe(); code(err) != "InvalidParameterException" {
		t.Fatalf("subscribed although the trust policy names another source: %v", err)
	}
	journal := e.journal(t)
	if !strings.Contains(journal, `"operation":"AssumeRole"`) || !strings.Contains(journal, `"errorCode":"AccessDenied"`) || !strings.Contains(journal, `"service":"logs.amazonaws.com"`) {
		t.Errorf("the refusal of logs.amazonaws.com is not in the journal:\n%s", journal)
	}
	ok[*iam.UpdateAssumeRolePolicyOutput](t)(p.iam.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: aws.String("deliver"), PolicyDocument: aws.String(fmt.Sprintf(trustOf, groupARN))}))
	if err := p.subscribe(); code(err) != "InvalidParameterException" {
		t.Fatalf("subscribed although the role may not put to Firehose: %v", err)
	}
	p.permit(t, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"firehose:PutRecord*","Resource":"*"}}`)
	if err := p.subscribe(); err != nil {
		t.Fatal(err)
	}
	want, err := p.put("i-1", 0, 30, p.now())
	if err != nil {
		t.Fatal(err)
	}
	p.door("clock", map[string]string{"advance": "5m"}, nil)
	if got := p.delivered(t); len(got) != 0 {
		t.Fatalf("delivered without permission to put objects: %v", got)
	}
	if j := e.journal(t); !strings.Contains(j, "assumed-role/deliver/FirehoseDelivery is not authorized to perform: s3:PutObject") {
		t.Errorf("the refusal of the delivery is not in the journal")
	}
	p.permit(t, mayDeliver)
	p.advance("1h")
	if got := p.delivered(t); !slices.Equal(got, want) {
		t.Errorf("after permission: %v, want %v", got, want)
	}
}

// journal is every call entered so far, a line each.
func (e *estate) journal(t *testing.T) string {
	return e.cat(t, "@journal/entry")
}

// TestNinetyDays: a day of synthetic logs each day, for 90 days; retention leaves what it should; a second run gives the same hash.
func TestNinetyDays(t *testing.T) {
	run := func() string {
		p := lay(t, serve(t, "-clock", "held", "-seed", "1"), groupARN, mayDeliver)
		if err := p.subscribe(); err != nil {
			t.Fatal(err)
		}
		ok[*cloudwatchlogs.PutRetentionPolicyOutput](t)(p.logs.PutRetentionPolicy(ctx, &cloudwatchlogs.PutRetentionPolicyInput{LogGroupName: aws.String("/web"), RetentionInDays: aws.Int32(30)}))
		for day := range 90 {
			if _, err := p.put("i-1", day*10, 10, p.now()); err != nil {
				t.Fatal(err)
			}
			p.advance("1d")
		}
		var kept []string
		pages := cloudwatchlogs.NewFilterLogEventsPaginator(p.logs, &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String("/web")})
		for pages.HasMorePages() {
			for _, e := range ok[*cloudwatchlogs.FilterLogEventsOutput](t)(pages.NextPage(ctx)).Events {
				kept = append(kept, *e.Message)
			}
		}
		// The 90th day's lines are a day old, those of the 61st 30 days: exactly at the edge.
		if len(kept) != 290 && len(kept) != 300 || !strings.Contains(kept[len(kept)-1], "line 899 ") {
			t.Errorf("retention left %d lines, the last %q", len(kept), kept[max(0, len(kept)-1):])
		}
		if got := p.delivered(t); len(got) != 300 {
			t.Errorf("%d of 300 errors delivered over 90 days", len(got))
		}
		return p.hash()
	}
	first, second := run(), run()
	if first != second {
		t.Errorf("two runs: %s and %s", first, second)
	}
}
