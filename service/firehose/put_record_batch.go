package firehose

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	api "unyo/api/firehose"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/kernel/meter"
	"unyo/kernel/store"
)

// maxBatch is the size of all records of a call, in bytes.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html
const maxBatch = 4 << 20

// PutRecordBatch puts records; all of them are accepted, or the call fails.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html
func (s *Service) PutRecordBatch(ctx context.Context, in *api.PutRecordBatchInput) (*api.PutRecordBatchOutput, error) {
	ids, encrypted, err := s.put(ctx, "PutRecordBatch", *in.DeliveryStreamName, in.Records)
	if err != nil {
		return nil, err
	}
	out := &api.PutRecordBatchOutput{FailedPutCount: new(int32(0)), Encrypted: new(encrypted), RequestResponses: make([]api.PutRecordBatchResponseEntry, len(ids))}
	for i, id := range ids {
		out.RequestResponses[i].RecordId = new(id)
	}
	return out, nil
}

// put makes records durable in the stream's buffer and returns their ids, and whether they are encrypted. A job that makes the same call
// again after a crash changes nothing.
func (s *Service) put(ctx context.Context, op, name string, records []api.Record) (ids []string, encrypted bool, err error) {
	c := call.From(ctx)
	size, bill := 0, 0.0
	for i := range records {
		size += len(records[i].Data)
		bill += billed(len(records[i].Data))
	}
	if size > maxBatch {
		return nil, false, invalid("Records size exceeds 4 MB limit")
	}
	if encrypted, err = s.takes(ctx, name); err != nil {
		return nil, false, err
	}
	data := make([]byte, 0, size+len(records)*binary.MaxVarintLen32)
	for i := range records {
		data = frame(data, records[i].Data)
	}
	ids = s.recordIDs(ctx, len(records))
	ref, err := s.blobs.Stage(ctx, bytes.NewReader(data))
	if err != nil {
		return nil, false, fmt.Errorf("cannot buffer records of %q: %w", name, err)
	}
	repeated, told := false, incoming(op, name, size, len(records))
	err = s.k.Update(ctx, func(tx *store.Tx) error {
		row, ok := s.streams.Get(tx, name)
		if !ok {
			return noStream(c, name)
		}
		if repeated = s.k.Jobs.Repeated(tx, c); repeated {
			return nil
		}
		s.accept(tx, &row, batch{Ref: ref, Bytes: int64(size), Records: len(records), At: s.k.Clock.Now()})
		s.k.Meter.Add(tx, meter.Quantity{Usage: meter.Usage{Service: s.k.Name, Type: "BilledBytes"}, Amount: bill})
		if c.Job != "" { // with the rows, for the call may be made again by another process, and then changes nothing
			s.k.Metrics.Add(tx, told...)
		}
		return nil
	})
	if repeated || awserr.Code(err) != "" { // certainly in no row; after any other error the next Open knows
		err = errors.Join(err, s.blobs.Discard(ref))
	}
	if err == nil && c.Job == "" {
		s.k.Metrics.Count(ctx, told...)
	}
	return ids, encrypted, err
}

// accept takes a batch in from whatever source: to be processed or delivered, and to be copied where that is asked for.
func (s *Service) accept(tx *store.Tx, row *stream, b batch) {
	buffer := bufferOut
	if row.processes() {
		buffer = bufferIn
	}
	s.add(tx, row, buffer, nil, b)
	if row.CopyAll {
		s.shares.Put(tx, store.Key(row.ID, b.Ref.String()), struct{}{})
		s.add(tx, row, bufferCopy, nil, b)
	}
}

// billed is what a record of n bytes costs: it is rounded up to 5 KB.
// https://aws.amazon.com/firehose/pricing/
func billed(n int) float64 {
	const step = 5 << 10
	return float64((n + step - 1) / step * step)
}

// takes refuses what cannot be put to before anything is staged for it, and tells whether the stream's records are encrypted.
func (s *Service) takes(ctx context.Context, name string) (encrypted bool, err error) {
	c := call.From(ctx)
	err = s.k.View(ctx, func(tx *store.Tx) error {
		row, ok := s.streams.Get(tx, name)
		switch {
		case !ok:
			return noStream(c, name)
		case row.Source != nil:
			return invalid("This operation is not permitted on KinesisStreamAsSource delivery stream type.")
		case row.Processing.unpacks() && c.Principal.Service != "logs.amazonaws.com":
			return api.NewInvalidSourceException("Only requests from CloudWatch Logs are supported when CloudWatch Logs decompression is enabled.")
		}
		encrypted = row.encrypted(s.k.Clock.Now())
		return nil
	})
	return encrypted, err
}

// recordIDs draws once for the call and counts the records.
func (s *Service) recordIDs(ctx context.Context, n int) []string {
	base := s.k.Entropy.Secret(ctx, 60)
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprintf("%s%04d", base, i)
	}
	return ids
}
