package logs

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"unyo/rehearse/estate"
)

// What AWS's own services write lies here, as they lay it out, and for some days in groups too.
const (
	networkBucket = "shop-network-logs"
	balancerGroup = "/shop/alb"
	flowGroup     = "/shop/flow"
	balancerTable = "alb_access_logs"
	flowTable     = "vpc_flow_logs"
)

// networkRetention is how many days these groups keep lines.
var networkRetention = map[string]int32{balancerGroup: 7, flowGroup: 14}

// stored is an object of the network's logs.
type stored struct {
	table string
	day   string
	size  int
}

// buildNetwork makes the bucket and the groups of the network's logs.
func (p *play) buildNetwork(ctx context.Context) error {
	if err := p.createBucket(ctx, networkBucket); err != nil {
		return err
	}
	for _, group := range []string{balancerGroup, flowGroup} {
		if err := p.createGroup(ctx, group, networkRetention[group]); err != nil {
			return err
		}
	}
	return nil
}

func (p *play) createBucket(ctx context.Context, name string) error {
	_, err := p.s3.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String(name), CreateBucketConfiguration: &s3types.CreateBucketConfiguration{LocationConstraint: estate.Region}})
	return err
}

// createGroup makes a log group and the stream of the one machine.
func (p *play) createGroup(ctx context.Context, name string, retention int32) error {
	if _, err := p.logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String(name)}); err != nil {
		return err
	}
	if _, err := p.logs.PutRetentionPolicy(ctx, &cloudwatchlogs.PutRetentionPolicyInput{LogGroupName: aws.String(name), RetentionInDays: aws.Int32(retention)}); err != nil {
		return err
	}
	_, err := p.logs.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: aws.String(name), LogStreamName: aws.String(host)})
	return err
}

// vend is the load balancer and the network: what they have seen in the last minutes goes into objects and groups.
func (p *play) vend(ctx context.Context, now time.Time) error {
	requests, flows := requestsUntil(now, p.o.Lines), flowsUntil(now, p.o.Lines)
	p.requests, p.flows = append(p.requests, requests...), append(p.flows, flows...)
	today := &p.days[len(p.days)-1]
	var events []event
	lines := map[time.Time][]string{} // the load balancer publishes every five minutes
	for _, q := range requests {
		end := q.at.Truncate(5 * time.Minute).Add(5 * time.Minute)
		lines[end] = append(lines[end], q.line())
		events = append(events, event{q.at, q.line()})
	}
	for end := now.Add(-5 * time.Minute); !end.After(now); end = end.Add(5 * time.Minute) {
		if err := p.putLines(ctx, balancerTable, balancerKey(end), now, lines[end]); err != nil {
			return err
		}
	}
	if err := p.putEvents(ctx, balancerGroup, events, today); err != nil {
		return err
	}
	events = nil
	records := []string{flowHeader}
	for _, f := range flows {
		records = append(records, f.record())
		events = append(events, event{f.at, f.event()})
	}
	if err := p.putLines(ctx, flowTable, flowKey(now), now, records); err != nil {
		return err
	}
	return p.putEvents(ctx, flowGroup, events, today)
}

// balancerKey is where a load balancer's file lies.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html#access-log-file-format
func balancerKey(end time.Time) string {
	return fmt.Sprintf("AWSLogs/%[1]s/elasticloadbalancing/%[2]s/%[3]s/%[1]s_elasticloadbalancing_%[2]s_%[4]s_%[5]s_192.0.2.4_3a9f71c2.log.gz",
		estate.Account, estate.Region, end.Add(-time.Second).Format("2006/01/02"), strings.ReplaceAll(balancer, "/", "."), end.Format("20060102T1504Z"))
}

// flowKey is where a file of flow log records lies.
// https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-path.html
func flowKey(end time.Time) string {
	return fmt.Sprintf("AWSLogs/%[1]s/vpcflowlogs/%[2]s/%[3]s/%[1]s_vpcflowlogs_%[2]s_fl-0a1b2c3d4e5f60718_%[4]s_9f2c41d7.log.gz",
		estate.Account, estate.Region, end.Add(-time.Second).Format("2006/01/02"), end.Format("20060102T1504Z"))
}

// putLines puts an object of lines, gzipped.
func (p *play) putLines(ctx context.Context, table, key string, now time.Time, lines []string) error {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(strings.Join(lines, "\n") + "\n")); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	size := b.Len()
	if _, err := p.s3.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(networkBucket), Key: aws.String(key), Body: bytes.NewReader(b.Bytes())}); err != nil {
		return err
	}
	p.network = append(p.network, stored{table, now.Format(time.DateOnly), size})
	return nil
}
