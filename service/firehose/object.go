package firehose

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	s3api "unyo/api/s3"
	"unyo/base/arn"
	"unyo/base/awserr"
	"unyo/kernel/entropy"
	"unyo/kernel/jobs"
)

// target is where the objects of a buffer go.
func (row *stream) target(buffer string) *target {
	if buffer == bufferCopy && row.Backup != nil {
		return row.Backup
	}
	return &row.S3
}

// nameOf names what a flight becomes: the key of an object is prefix, stream, version, time and a random part. The random part
// follows from the stream and the first batch: the same flight has the same name, another has another.
// https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html
func (s *Service) nameOf(row *stream, buffer string, fill *fill, f *flight) (string, error) {
	draw := entropy.UUID(s.k.Entropy.Derive("object", 16, row.ID, f.From))
	if buffer == bufferOut && row.HTTP != nil {
		return draw, nil
	}
	d := row.target(buffer)
	zone, err := time.LoadLocation(d.Zone)
	if err != nil {
		return "", err
	}
	v := values{at: f.First.In(zone), draw: draw, keys: fill.Keys}
	prefix := d.Prefix
	if kind, failed := strings.CutPrefix(buffer, errorsOf); failed {
		v.failure = kind
		prefix = d.errorPrefix()
	}
	evaluated, err := v.evaluate(prefix)
	if err != nil {
		return "", err
	}
	suffix := d.Suffix
	if suffix == "" && row.converts(buffer) {
		suffix = suffixOf(row.Conversion)
	}
	if suffix == "" || v.failure != "" {
		suffix = compressions[d.Compression].suffix
	}
	return fmt.Sprintf("%s%s-%d-%s-%s%s", evaluated, row.Name, row.Version, v.at.Format("2006-01-02-15-04-05"), draw, suffix), nil
}

// deliver puts the flight's object as the target's role. The object that stands there already under this
// name is our own, from before a crash.
func (s *Service) deliver(ctx context.Context, a flushArg, row *stream, f *flight) error {
	d := row.target(a.Buffer)
	list, err := s.cargo(ctx, a, f)
	if err != nil {
		return err
	}
	bucket, err := arn.Parse(d.BucketARN)
	if err != nil {
		return jobs.Permanent(fmt.Errorf("bucket %q: %w", d.BucketARN, err))
	}
	body, size, err := s.body(d, f, list)
	if err != nil {
		return err
	}
	_, err = s.peers.S3.PutObject(s.as(ctx, row, d.RoleARN), &s3api.PutObjectInput{
		Bucket: new(bucket.Resource), Key: new(f.Key), Body: body, ContentLength: new(size), ContentType: new("application/octet-stream"), IfNoneMatch: new("*"),
	})
	if awserr.Code(err) == "PreconditionFailed" {
		return nil
	}
	return err
}

// body is what the object holds: the records one after another, compressed where asked, or as columns. What is not
// compressed is read while it is sent.
func (s *Service) body(d *target, f *flight, list []batch) (io.Reader, int64, error) {
	if f.Converting != nil {
		return s.columns(f, list)
	}
	pack := compressions[d.Compression].writer
	if pack == nil {
		return &reading{s: s, list: list}, f.Bytes, nil
	}
	var out bytes.Buffer
	w, err := pack(&out, f.Key[strings.LastIndexByte(f.Key, '/')+1:])
	if err != nil {
		return nil, 0, err
	}
	err = s.each(list, func(_ *batch, record []byte) error {
		_, err := w.Write(record)
		return err
	})
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, 0, fmt.Errorf("cannot compress %s: %w", f.Key, err)
	}
	return &out, int64(out.Len()), nil
}

// reading is the records of batches, one after another.
type reading struct {
	s      *Service
	list   []batch
	raw    []byte // of the batch being read
	record []byte
}

func (r *reading) Read(p []byte) (n int, err error) {
	for n < len(p) {
		switch {
		case len(r.record) > 0:
			c := copy(p[n:], r.record)
			r.record = r.record[c:]
			n += c
		case len(r.raw) > 0:
			if r.record, r.raw, err = unframe(r.raw); err != nil {
				return n, err
			}
		case len(r.list) > 0:
			if r.raw, err = r.s.load(r.list[0].Ref); err != nil {
				return n, err
			}
			r.list = r.list[1:]
		default:
			return n, io.EOF
		}
	}
	return n, nil
}
