package world

import (
	"context"
	"fmt"
	"testing"
	"time"

	cloudtrailapi "unyo/api/cloudtrail"
	s3api "unyo/api/s3"
	"unyo/base/call"
)

// BenchmarkDigests is digests of ten accounts, by the hour, in which nothing else happens, each put in S3 and entered in the journal. A year of
// them is 87,600.
func BenchmarkDigests(b *testing.B) {
	w := open(b, b.TempDir())
	as := func(account string) context.Context {
		return call.With(context.Background(), &call.Call{
			Scope: call.Scope{Partition: "aws", Account: account, Region: "eu-central-1"}, Serial: w.Kernel.Serial(), At: w.Kernel.Clock.Now(),
			Principal: call.Principal{Kind: call.Root, Account: account, ARN: "arn:aws:iam::" + account + ":root", ID: account},
		})
	}
	must := func(_ any, err error) {
		if err != nil {
			b.Fatal(err)
		}
	}
	s3, trail := s3api.Client{Invoker: w.Gateway}, cloudtrailapi.Client{Invoker: w.Gateway}
	for i := range 10 {
		account := fmt.Sprintf("%012d", i+1)
		bucket := "archive-" + account
		must(s3.CreateBucket(as(account), &s3api.CreateBucketInput{Bucket: &bucket, CreateBucketConfiguration: &s3api.CreateBucketConfiguration{LocationConstraint: new("eu-central-1")}}))
		must(s3.PutBucketPolicy(as(account), &s3api.PutBucketPolicyInput{Bucket: &bucket, Policy: new(trailPolicy(bucket, account, "arn:aws:cloudtrail:eu-central-1:"+account+":trail/main"))}))
		must(trail.CreateTrail(as(account), &cloudtrailapi.CreateTrailInput{Name: new("main"), S3BucketName: &bucket, EnableLogFileValidation: new(true)}))
		must(trail.StartLogging(as(account), &cloudtrailapi.StartLoggingInput{Name: new("main")}))
	}
	const hours = 100
	for b.Loop() {
		_, err := w.Kernel.Clock.Advance(context.Background(), w.Kernel.Clock.Now().Add(hours*time.Hour), nil)
		must(nil, err)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/hours/10, "µs/digest")
}
