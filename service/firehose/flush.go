package firehose

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	logsapi "unyo/api/logs"
	s3api "unyo/api/s3"
	"unyo/base/arn"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/engine/blob"
	"unyo/kernel/entropy"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// flushArg names the stream whose buffer is due.
type flushArg struct{ Stream string }

// deliveryRetry: Firehose tries a failing S3 for 24 hours. What cannot be delivered by then is kept, and
// shown as work that could not be done; AWS would have dropped it.
// https://docs.aws.amazon.com/firehose/latest/dev/retry.html
var deliveryRetry = jobs.Policy{Attempts: 300, Wait: func(failed int) time.Duration {
	return min(time.Second<<min(failed-1, 20), 5*time.Minute)
}}

// maxInFlight bounds the batches of one object, so that settling fits a transaction.
const maxInFlight = 50_000

// runFlush delivers one object: take, act, settle. It sets itself again when more is due. One object a job,
// for what a job does again after a crash must be the very same.
func (s *Service) runFlush(ctx context.Context, a flushArg) error {
	row, f, ok, err := s.take(ctx, a.Stream)
	if err != nil || !ok {
		return err
	}
	if err := s.deliver(ctx, &row, &f); err != nil {
		s.report(ctx, &row, err)
		return fmt.Errorf("cannot deliver %s of stream %q: %w", f.Key, a.Stream, err)
	}
	return s.settle(ctx, a.Stream, f)
}

// take moves what is due into a flight that names its object. A flight left by a crash or a failure goes first.
func (s *Service) take(ctx context.Context, name string) (row stream, f flight, ok bool, err error) {
	err = s.k.Update(ctx, func(tx *store.Tx) error {
		if row, ok = s.streams.Get(tx, name); !ok {
			return nil // deleted, with its buffer
		}
		if f, ok = s.flights.Get(tx, name); ok {
			return nil
		}
		fill, _ := s.fills.Get(tx, name)
		due, waiting := row.due(&fill)
		if !waiting {
			return nil
		}
		if now := s.k.Clock.Now(); now.Before(due) {
			s.flush.AtKey(tx, name, due, flushArg{name})
			return nil
		}
		var first time.Time
		f, first = s.gather(tx, &row, &fill)
		// The random part follows from the stream and the first batch: the same flight has the same name, another has another.
		random := entropy.UUID(s.k.Entropy.Derive("object", 16, row.ID, f.From))
		if f.Key, err = row.objectKey(first, random); err != nil {
			return err
		}
		s.flights.Put(tx, name, f)
		s.fills.Put(tx, name, fill)
		ok = true
		return nil
	})
	return row, f, ok, err
}

// due is when a buffer is to be flushed: at once when it is full, and else when its oldest batch has waited
// long enough. waiting=false: it is empty.
func (row *stream) due(f *fill) (at time.Time, waiting bool) {
	if f.First.IsZero() || f.Bytes >= row.Destination.size() {
		return f.First, !f.First.IsZero()
	}
	return f.First.Add(row.Destination.interval()), true
}

// gather counts off the oldest batches up to the buffer size, and says since when the rest waits.
func (s *Service) gather(tx *store.Tx, row *stream, fill *fill) (f flight, first time.Time) {
	n := 0
	fill.First = time.Time{}
	for key, b := range s.buffer.Prefix(tx, store.Key(row.Name), "") {
		if n == maxInFlight || (n > 0 && f.Bytes+b.Bytes > row.Destination.size()) {
			fill.First = b.At
			break
		}
		if n == 0 {
			first, f.From = b.At, sequenceOf(key)
		}
		n++
		f.To = sequenceOf(key) + 1
		f.Bytes += b.Bytes
	}
	fill.Bytes -= f.Bytes
	return f, first
}

func sequenceOf(key string) (n uint64) {
	parts, _ := store.Split(key, 2)
	_, _ = fmt.Sscanf(parts[1], "%016x", &n) // our own row
	return n
}

// objectKey is prefix, stream, version, time and a random part.
// https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html
func (row *stream) objectKey(first time.Time, draw string) (string, error) {
	d := &row.Destination
	zone, err := time.LoadLocation(d.Zone)
	if err != nil {
		return "", err
	}
	at := first.In(zone)
	n := 0
	prefix, err := objectPrefix(d.Prefix, at, func() string { n++; return draw[(n-1)%8*4:][:4] + draw[24:31] })
	if err != nil {
		return "", err
	}
	suffix := d.Suffix
	if suffix == "" && d.Gzip {
		suffix = ".gz"
	}
	return fmt.Sprintf("%s%s-%d-%s-%s%s", prefix, row.Name, row.Version, at.Format("2006-01-02-15-04-05"), draw, suffix), nil
}

// deliver puts the flight's object as the stream's role. The object that stands there already under this
// name is our own, from before a crash.
func (s *Service) deliver(ctx context.Context, row *stream, f *flight) error {
	body, err := s.content(ctx, row, f)
	if err != nil {
		return err
	}
	d := &row.Destination
	bucket, err := arn.Parse(d.BucketARN)
	if err != nil {
		return jobs.Permanent(fmt.Errorf("bucket %q: %w", d.BucketARN, err))
	}
	in := &s3api.PutObjectInput{
		Bucket: new(bucket.Resource), Key: new(f.Key), Body: bytes.NewReader(body), ContentLength: new(int64(len(body))),
		ContentType: new("application/octet-stream"), IfNoneMatch: new("*"),
	}
	if d.Gzip {
		in.ContentEncoding = nil // as AWS: the object is a gzip file, not an encoded body
	}
	_, err = s.peers.S3.PutObject(s.as(ctx, row), in)
	if awserr.Code(err) == "PreconditionFailed" {
		return nil
	}
	return err
}

// as acts in a session of the stream's role, for the stream.
func (s *Service) as(ctx context.Context, row *stream) context.Context {
	c := call.From(ctx)
	return call.As(ctx, call.Role{
		ARN: row.Destination.RoleARN, SessionName: "FirehoseDelivery", Service: "firehose.amazonaws.com",
		SourceARN: s.arn(c, row.Name), SourceAccount: c.Account,
	})
}

// content reads the flight's batches, one after another, compressed where asked.
func (s *Service) content(ctx context.Context, row *stream, f *flight) ([]byte, error) {
	var refs []blob.Ref
	err := s.k.View(ctx, func(tx *store.Tx) error {
		refs = refs[:0]
		for _, b := range s.buffer.Between(tx, position(row.Name, f.From), position(row.Name, f.To)) {
			refs = append(refs, b.Ref)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	var w io.Writer = &out
	var z *gzip.Writer
	if row.Destination.Gzip {
		z = gzip.NewWriter(&out)
		w = z
	}
	for _, ref := range refs {
		if err := s.copyBlob(w, ref); err != nil {
			return nil, err
		}
	}
	if z != nil {
		if err := z.Close(); err != nil {
			return nil, err
		}
	}
	return out.Bytes(), nil
}

func (s *Service) copyBlob(w io.Writer, ref blob.Ref) error {
	r, err := s.blobs.Read(ref, 0, -1)
	if err != nil {
		return fmt.Errorf("cannot read a buffered batch: %w", err)
	}
	_, err = io.Copy(w, r)
	return errors.Join(err, r.Close())
}

// settle ends the flight: its batches leave the buffer, and with the last of them the job ends too. What
// waits by now gets its time.
func (s *Service) settle(ctx context.Context, name string, f flight) error {
	for {
		var freed []blob.Ref
		more := false
		err := s.k.Update(ctx, func(tx *store.Tx) error {
			freed, more = freed[:0], false
			for key, b := range s.buffer.Between(tx, position(name, f.From), position(name, f.To)) {
				if len(freed) == settleRows {
					more = true
					break
				}
				s.buffer.Delete(tx, key)
				freed = append(freed, b.Ref)
			}
			if more {
				return nil
			}
			s.flights.Delete(tx, name)
			jobs.Settle(ctx, tx)
			if row, ok := s.streams.Get(tx, name); ok {
				fill, _ := s.fills.Get(tx, name)
				s.arm(tx, &row, &fill)
			}
			return nil
		})
		if err != nil {
			return err
		}
		s.blobs.Free(freed...)
		if !more {
			return nil
		}
	}
}

// arm sets the job that will flush the buffer.
func (s *Service) arm(tx *store.Tx, row *stream, f *fill) {
	if due, waiting := row.due(f); waiting {
		s.flush.AtKey(tx, row.Name, due, flushArg{row.Name})
	}
}

// settleRows is how many batches leave in one transaction.
const settleRows = 400

// report writes a failed delivery to the stream's error log, where that is on.
// https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-logs.html
func (s *Service) report(ctx context.Context, row *stream, fault error) {
	d := &row.Destination
	if !d.LogErrors {
		return
	}
	c := call.From(ctx)
	code, text := "S3.InternalServerError", "Unable to deliver data to the S3 bucket."
	switch awserr.Code(fault) {
	case "AccessDenied", "AccessDeniedException":
		code, text = "S3.AccessDenied", "Access was denied. Ensure that the trust policy for the provided IAM role allows Firehose to assume the role, and the access policy allows access to the S3 bucket."
	case "NoSuchBucket":
		code, text = "S3.NoSuchBucket", "The specified S3 bucket does not exist. Create the bucket or use a different bucket that does exist."
	}
	message := fmt.Sprintf(`{"deliveryStreamARN":%q,"destination":%q,"deliveryStreamVersionId":%d,"message":%q,"errorCode":%q}`, s.arn(c, row.Name), d.BucketARN, row.Version, text, code)
	_, err := s.peers.Logs.PutLogEvents(s.as(ctx, row), &logsapi.PutLogEventsInput{
		LogGroupName: new(d.LogGroup), LogStreamName: new(d.LogStream),
		LogEvents: []logsapi.InputLogEvent{{Timestamp: new(s.k.Clock.Now().UnixMilli()), Message: new(message)}},
	})
	if err != nil {
		s.k.Log.Warn("error log of a delivery stream not written", "stream", row.Name, "error", err)
	}
}
