package firehose

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

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
	ids, err := s.put(ctx, *in.DeliveryStreamName, in.Records)
	if err != nil {
		return nil, err
	}
	out := &api.PutRecordBatchOutput{FailedPutCount: new(int32(0)), Encrypted: new(false), RequestResponses: make([]api.PutRecordBatchResponseEntry, len(ids))}
	for i, id := range ids {
		out.RequestResponses[i].RecordId = new(id)
	}
	return out, nil
}

// put makes records durable in the stream's buffer and returns their ids. A job that makes the same call
// again after a crash changes nothing.
func (s *Service) put(ctx context.Context, name string, records []api.Record) ([]string, error) {
	c := call.From(ctx)
	size := 0
	for i := range records {
		size += len(records[i].Data)
	}
	if size > maxBatch {
		return nil, invalid("Records size exceeds 4 MB limit")
	}
	if err := s.exists(ctx, name); err != nil {
		return nil, err
	}
	data := make([]byte, 0, size)
	for i := range records {
		data = append(data, records[i].Data...)
	}
	ids := s.recordIDs(ctx, len(records))
	ref, err := s.blobs.Stage(ctx, bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("cannot buffer records of %q: %w", name, err)
	}
	repeated := false
	err = s.k.Update(ctx, func(tx *store.Tx) error {
		row, ok := s.streams.Get(tx, name)
		if !ok {
			return noStream(c, name)
		}
		if repeated = s.k.Jobs.Repeated(tx, c); repeated {
			return nil
		}
		s.append(tx, &row, batch{Ref: ref, Bytes: int64(size), At: s.k.Clock.Now()})
		s.k.Meter.Add(tx, meter.Quantity{Usage: meter.Usage{Service: s.k.Name, Type: "BilledBytes"}, Amount: billed(records)})
		return nil
	})
	if repeated || awserr.Code(err) != "" { // certainly in no row; after any other error the next Open knows
		err = errors.Join(err, s.blobs.Discard(ref))
	}
	return ids, err
}

// append adds a batch to the buffer and sees that it will be flushed. While an object is on its way, the job
// that carries it looks after the buffer when it ends.
func (s *Service) append(tx *store.Tx, row *stream, b batch) {
	f, _ := s.fills.Get(tx, row.Name)
	was, waited := row.due(&f)
	if f.First.IsZero() {
		f.First = b.At
	}
	s.buffer.Put(tx, position(row.Name, f.Next), b)
	f.Next++
	f.Bytes += b.Bytes
	s.fills.Put(tx, row.Name, f)
	if due, _ := row.due(&f); waited && due.Equal(was) {
		return
	}
	if _, set := s.flush.DueKey(tx, row.Name); set && s.flights.Has(tx, row.Name) {
		return
	}
	s.arm(tx, row, &f)
}

func (d *destination) size() int64 { return int64(d.BufferMB) << 20 }

func (d *destination) interval() time.Duration {
	return time.Duration(d.BufferSeconds) * time.Second
}

// billed is what records cost: each is rounded up to 5 KB.
// https://aws.amazon.com/firehose/pricing/
func billed(records []api.Record) float64 {
	const step = 5 << 10
	n := 0
	for i := range records {
		n += (len(records[i].Data) + step - 1) / step * step
	}
	return float64(n)
}

func (s *Service) exists(ctx context.Context, name string) error {
	return s.k.View(ctx, func(tx *store.Tx) error {
		if !s.streams.Has(tx, name) {
			return noStream(call.From(ctx), name)
		}
		return nil
	})
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
