package logs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	firehoseapi "unyo/api/firehose"
	kinesisapi "unyo/api/kinesis"
	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/base/call"
)

// parcel is a packed message for a subscription's destination, with events of one log stream.
type parcel struct {
	data   []byte
	stream string
}

// test sends a control message and learns as whom, and with which operation, the role lets Logs in.
func (s *Service) test(ctx context.Context, name string, row *subscription) error {
	region := call.ScopeOf(ctx).Region
	message, err := pack(control(s.nowMs(), row.vendor()))
	if err != nil {
		return err
	}
	for _, principal := range []string{"logs.amazonaws.com", "logs." + region + ".amazonaws.com"} {
		for _, single := range []bool{false, true} {
			row.Principal, row.Single = principal, single
			failed, err := s.send(ctx, name, row, []parcel{{data: message}})
			if err == nil && len(failed) == 0 {
				return nil
			}
			if err != nil && awserr.Code(err) == "" {
				return err
			}
		}
	}
	if row.Vendor == "kinesis" {
		return invalid("Could not deliver test message to specified Kinesis stream. Check if the given kinesis stream is in ACTIVE state.")
	}
	return invalid("Could not deliver test message to specified Firehose stream. Check if the given Firehose stream is in ACTIVE state.")
}

// vendor is the destination's name in words.
func (row *subscription) vendor() string {
	if row.Vendor == "kinesis" {
		return "Kinesis"
	}
	return "Firehose"
}

// send puts parcels into the filter's stream, in a session of its role. It returns the numbers of those that were refused.
func (s *Service) send(ctx context.Context, name string, row *subscription, parcels []parcel) (failed []int, err error) {
	scope := call.ScopeOf(ctx)
	ctx = call.As(ctx, call.Role{
		ARN: row.Role, SessionName: "CloudWatchLogs", Service: row.Principal, SourceARN: s.groupARN(scope, name) + ":*", SourceAccount: scope.Account,
	})
	switch {
	case row.Single:
		return s.sendSingly(ctx, row, parcels)
	case row.Vendor == "kinesis":
		return s.sendKinesis(ctx, row, parcels)
	}
	return s.sendFirehose(ctx, row, parcels)
}

// sendSingly sends one after another; behind one that is refused all others wait, to keep their order.
func (s *Service) sendSingly(ctx context.Context, row *subscription, parcels []parcel) (failed []int, err error) {
	for i := range parcels {
		if row.Vendor == "kinesis" {
			_, err = s.peers.Kinesis.PutRecord(ctx, &kinesisapi.PutRecordInput{StreamName: &row.Stream, Data: parcels[i].data, PartitionKey: new(row.partition(&parcels[i]))})
		} else {
			_, err = s.peers.Firehose.PutRecord(ctx, &firehoseapi.PutRecordInput{DeliveryStreamName: &row.Stream, Record: &firehoseapi.Record{Data: parcels[i].data}})
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

func (s *Service) sendFirehose(ctx context.Context, row *subscription, parcels []parcel) (failed []int, err error) {
	in := &firehoseapi.PutRecordBatchInput{DeliveryStreamName: &row.Stream, Records: make([]firehoseapi.Record, len(parcels))}
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

func (s *Service) sendKinesis(ctx context.Context, row *subscription, parcels []parcel) (failed []int, err error) {
	in := &kinesisapi.PutRecordsInput{StreamName: &row.Stream, Records: make([]kinesisapi.PutRecordsRequestEntry, len(parcels))}
	for i := range parcels {
		in.Records[i] = kinesisapi.PutRecordsRequestEntry{Data: parcels[i].data, PartitionKey: new(row.partition(&parcels[i]))}
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
func (row *subscription) partition(p *parcel) string {
	text := []byte(p.stream)
	if row.Distribution == "Random" {
		text = p.data
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}
