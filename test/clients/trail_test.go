package clients

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	trailtypes "github.com/aws/aws-sdk-go-v2/service/cloudtrail/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
)

const archivePolicy = `{"Version":"2012-10-17","Statement":[
	{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:GetBucketAcl","Resource":"arn:aws:s3:::archive"},
	{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"s3:PutObject","Resource":"arn:aws:s3:::archive/AWSLogs/000000000000/*","Condition":{"StringEquals":{"s3:x-amz-acl":"bucket-owner-full-control"}}}]}`

// startTrail has a trail log to a bucket named archive.
func (e *estate) startTrail(t *testing.T) {
	t.Helper()
	bucket, trail := e.bucket(), cloudtrail.NewFromConfig(e.root())
	ok[*s3.CreateBucketOutput](t)(bucket.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String("archive"), CreateBucketConfiguration: &s3types.CreateBucketConfiguration{LocationConstraint: "eu-central-1"}}))
	ok[*s3.PutBucketPolicyOutput](t)(bucket.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: aws.String("archive"), Policy: aws.String(archivePolicy)}))
	ok[*cloudtrail.CreateTrailOutput](t)(trail.CreateTrail(ctx, &cloudtrail.CreateTrailInput{Name: aws.String("main"), S3BucketName: aws.String("archive")}))
	ok[*cloudtrail.StartLoggingOutput](t)(trail.StartLogging(ctx, &cloudtrail.StartLoggingInput{Name: aws.String("main")}))
}

func (e *estate) bucket() *s3.Client {
	return s3.NewFromConfig(e.root(), func(o *s3.Options) { o.UsePathStyle = true })
}

// created counts the log groups whose making the delivered files tell of.
func (e *estate) created(t *testing.T) map[string]int {
	t.Helper()
	counts := map[string]int{}
	pages := s3.NewListObjectsV2Paginator(e.bucket(), &s3.ListObjectsV2Input{Bucket: aws.String("archive")})
	for pages.HasMorePages() {
		for _, o := range ok[*s3.ListObjectsV2Output](t)(pages.NextPage(ctx)).Contents {
			if !strings.HasSuffix(*o.Key, ".gz") {
				continue
			}
			body := ok[*s3.GetObjectOutput](t)(e.bucket().GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("archive"), Key: o.Key})).Body
			z := ok[*gzip.Reader](t)(gzip.NewReader(body))
			var file struct {
				Records []struct {
					EventName         string
					RequestParameters struct{ LogGroupName string }
				}
			}
			if err := errors.Join(json.NewDecoder(z).Decode(&file), body.Close()); err != nil {
				t.Fatal(err)
			}
			for _, r := range file.Records {
				if r.EventName == "CreateLogGroup" {
					counts[r.RequestParameters.LogGroupName]++
				}
			}
		}
	}
	return counts
}

// askedLake counts the log groups whose making an event data store tells of.
func (e *estate) askedLake(t *testing.T, arn string) map[string]string {
	t.Helper()
	c, counts := cloudtrail.NewFromConfig(e.root()), map[string]string{}
	text := "SELECT element_at(requestParameters, 'logGroupName'), count(*) FROM " + arn[strings.LastIndexByte(arn, '/')+1:] + " WHERE eventName = 'CreateLogGroup' GROUP BY 1"
	q := ok[*cloudtrail.StartQueryOutput](t)(c.StartQuery(ctx, &cloudtrail.StartQueryInput{QueryStatement: &text}))
	for {
		state := ok[*cloudtrail.DescribeQueryOutput](t)(c.DescribeQuery(ctx, &cloudtrail.DescribeQueryInput{QueryId: q.QueryId})).QueryStatus
		if state == trailtypes.QueryStatusFinished {
			break
		}
		if state != trailtypes.QueryStatusQueued && state != trailtypes.QueryStatusRunning {
			t.Fatal(state)
		}
		time.Sleep(50 * time.Millisecond)
	}
	pages := cloudtrail.NewGetQueryResultsPaginator(c, &cloudtrail.GetQueryResultsInput{QueryId: q.QueryId})
	for pages.HasMorePages() {
		for _, r := range ok[*cloudtrail.GetQueryResultsOutput](t)(pages.NextPage(ctx)).QueryResultRows {
			for _, name := range r[0] {
				for _, n := range r[1] {
					counts[name] = n
				}
			}
		}
	}
	return counts
}

// TestTrailSurvivesKill: the process is killed while many callers change things; each call that was answered stands in the journal, is
// delivered once, and what it changed is there.
func TestTrailSurvivesKill(t *testing.T) {
	e := serve(t)
	e.startTrail(t)
	lake := *ok[*cloudtrail.CreateEventDataStoreOutput](t)(cloudtrail.NewFromConfig(e.root()).CreateEventDataStore(ctx, &cloudtrail.CreateEventDataStoreInput{Name: aws.String("lake")})).EventDataStoreArn
	var mu sync.Mutex
	acked := map[string]bool{}
	for round := range 3 {
		client, answered := cloudwatchlogs.NewFromConfig(e.root()), 0
		var callers sync.WaitGroup
		for caller := range 16 {
			callers.Go(func() {
				for i := range 10_000 {
					name := fmt.Sprintf("r%d/c%d/%d", round, caller, i)
					_, err := client.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String(name)})
					if err != nil { // killed
						return
					}
					mu.Lock()
					acked[name] = true
					if answered++; answered == 200 {
						go e.process.Process.Kill()
					}
					mu.Unlock()
				}
			})
		}
		callers.Wait()
		e.kill()
		e.start()
		e.advance("5m")
	}
	delivered, asked := e.created(t), e.askedLake(t, lake)
	entered, there := map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(e.cat(t, "@journal/entry")) {
		_, value, _ := strings.Cut(line, "\t")
		var entry struct {
			Call *struct {
				Operation, ErrorCode string
				Request              struct{ LogGroupName string }
			}
		}
		if json.Unmarshal([]byte(value), &entry) == nil && entry.Call != nil && entry.Call.Operation == "CreateLogGroup" && entry.Call.ErrorCode == "" {
			entered[entry.Call.Request.LogGroupName] = true
		}
	}
	pages := cloudwatchlogs.NewDescribeLogGroupsPaginator(cloudwatchlogs.NewFromConfig(e.root()), &cloudwatchlogs.DescribeLogGroupsInput{})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, g := range page.LogGroups {
			there[*g.LogGroupName] = true
		}
	}
	for name := range acked {
		if !entered[name] || !there[name] || delivered[name] != 1 || asked[name] != "1" {
			t.Errorf("%s was answered: in the journal %t, there %t, delivered %d times, in CloudTrail Lake %s times", name, entered[name], there[name], delivered[name], asked[name])
		}
	}
	if len(acked) < 600 {
		t.Errorf("only %d calls were answered", len(acked))
	}
	t.Logf("%d calls answered, %d entered", len(acked), len(entered))
}
