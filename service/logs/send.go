package logs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"

	firehoseapi "unyo/api/firehose"
	kinesisapi "unyo/api/kinesis"
	"unyo/api/rt"
	"unyo/base/arn"
	"unyo/base/awserr"
	"unyo/base/call"
)

// parcel is a packed message for a subscription's destination, with events of one log stream.
type parcel struct {
	data   []byte
	stream string
	events int
}

// target is where parcels go: a stream, and as whom Logs gets there.
type target struct {
	Vendor string `json:",omitempty"` // kinesis; "" is firehose
	Stream string // name of the stream there
	Role   string // ARN
	// Principal is as whom Logs takes on the role: logs.amazonaws.com, or the regional name that older trust policies have.
	Principal string
	// Single: the role may only PutRecord, as AWS's guides write its policy.
	Single bool
}

// aim reads the ARN of a stream. Another account's stream is reached by a destination there, and another region's not at all yet.
func (t *target) aim(scope call.Scope, operation, at, role string) error {
	a, err := arn.Parse(at)
	if err != nil {
		return invalid("Invalid destinationArn: %s", at)
	}
	kind, ok := map[string]string{"firehose": "deliverystream/", "kinesis": "stream/"}[a.Service]
	if !ok {
		return invalid("%s operation cannot work with destinationArn for vendor %s", operation, a.Service)
	}
	if role == "" {
		return invalid("destinationArn for vendor %s cannot be used without roleArn", a.Service)
	}
	t.Role = role
	if a.Service == "kinesis" {
		t.Vendor = a.Service
	}
	if t.Stream, ok = strings.CutPrefix(a.Resource, kind); !ok {
		return invalid("Invalid destinationArn: %s", at)
	}
	if a.Account != scope.Account || a.Region != scope.Region {
		return invalid("The destination %s must be in the account and region of the log group.", at)
	}
	return nil
}

// test sends a control message on behalf of source and learns as whom, and with which operation, the role lets Logs in.
func (s *Service) test(ctx context.Context, source string, t *target) error {
	region := call.ScopeOf(ctx).Region
	message, err := pack(control(s.nowMs(), t.vendor()))
	if err != nil {
		return err
	}
	for _, principal := range []string{"logs.amazonaws.com", "logs." + region + ".amazonaws.com"} {
		for _, single := range []bool{false, true} {
			t.Principal, t.Single = principal, single
			failed, err := s.send(ctx, source, &route{target: *t}, []parcel{{data: message, stream: source}}) // so that filters made at once do not all meet in one shard
			if err == nil && len(failed) == 0 {
				return nil
			}
			if err != nil && awserr.Code(err) == "" {
				return err
			}
		}
	}
	if t.Vendor == "kinesis" {
		return invalid("Could not deliver test message to specified Kinesis stream. Check if the given kinesis stream is in ACTIVE state.")
	}
	return invalid("Could not deliver test message to specified Firehose stream. Check if the given Firehose stream is in ACTIVE state.")
}

// vendor is the destination's name in words.
func (t *target) vendor() string {
	if t.Vendor == "kinesis" {
		return "Kinesis"
	}
	return "Firehose"
}

// route is a target and how parcels are spread over it.
type route struct {
	target
	distribution string
}

// send puts parcels into a stream, in a session of the target's role on behalf of source. It returns the numbers of those that were
// refused.
func (s *Service) send(ctx context.Context, source string, r *route, parcels []parcel) (failed []int, err error) {
	ctx = call.As(ctx, call.Role{ARN: r.Role, SessionName: "CloudWatchLogs", Service: r.Principal, SourceARN: source, SourceAccount: call.ScopeOf(ctx).Account})
	switch {
	case r.Single:
		return s.sendSingly(ctx, r, parcels)
	case r.Vendor == "kinesis":
		return s.sendKinesis(ctx, r, parcels)
	}
	return s.sendFirehose(ctx, r, parcels)
}

// sendSingly sends one after another; behind one that is refused all others wait, to keep their order.
func (s *Service) sendSingly(ctx context.Context, r *route, parcels []parcel) (failed []int, err error) {
	for i := range parcels {
		if r.Vendor == "kinesis" {
			_, err = s.peers.Kinesis.PutRecord(ctx, &kinesisapi.PutRecordInput{StreamName: &r.Stream, Data: parcels[i].data, PartitionKey: new(r.partition(&parcels[i]))})
		} else {
			_, err = s.peers.Firehose.PutRecord(ctx, &firehoseapi.PutRecordInput{DeliveryStreamName: &r.Stream, Record: &firehoseapi.Record{Data: parcels[i].data}})
		}
		if err == nil {
			continue
		}
		if i == 0 {
			return nil, err
		}
		for ; i < len(parcels); i++ {
			failed = append(failed, i)
		}
		return failed, nil
	}
	return nil, nil
}

func (s *Service) sendFirehose(ctx context.Context, r *route, parcels []parcel) (failed []int, err error) {
	in := &firehoseapi.PutRecordBatchInput{DeliveryStreamName: &r.Stream, Records: make([]firehoseapi.Record, len(parcels))}
	for i := range parcels {
		in.Records[i].Data = parcels[i].data
	}
	out, err := s.peers.Firehose.PutRecordBatch(ctx, in)
	if err != nil || rt.Val(out.FailedPutCount) == 0 {
		return nil, err
	}
	for i := range out.RequestResponses {
		if out.RequestResponses[i].ErrorCode != nil {
			failed = append(failed, i)
		}
	}
	return failed, nil
}

func (s *Service) sendKinesis(ctx context.Context, r *route, parcels []parcel) (failed []int, err error) {
	in := &kinesisapi.PutRecordsInput{StreamName: &r.Stream, Records: make([]kinesisapi.PutRecordsRequestEntry, len(parcels))}
	for i := range parcels {
		in.Records[i] = kinesisapi.PutRecordsRequestEntry{Data: parcels[i].data, PartitionKey: new(r.partition(&parcels[i]))}
	}
	out, err := s.peers.Kinesis.PutRecords(ctx, in)
	if err != nil || rt.Val(out.FailedRecordCount) == 0 {
		return nil, err
	}
	for i := range out.Records {
		if out.Records[i].ErrorCode != nil {
			failed = append(failed, i)
		}
	}
	return failed, nil
}

// partition is the key that decides on the shard: the same for a log stream, or as good as random. It follows
// from what is sent, so that a repeat goes to the same shard.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html (distribution)
func (r *route) partition(p *parcel) string {
	text := []byte(p.stream)
	if r.distribution == "Random" {
		text = p.data
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}
