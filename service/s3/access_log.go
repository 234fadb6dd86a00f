package s3

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
	"unyo/kernel/vend"
)

// Server access logs. What was asked of a bucket is a row from when it has been answered, and a file in the target bucket an hour after the
// first of them: AWS delivers most within a few hours, at its best effort. The files are put as logging.s3.amazonaws.com, which the target's policy
// or list must admit. A crash of power may take back the last rows, nothing else is lost or doubled.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html
const (
	accessLogger   = "logging.s3.amazonaws.com"
	accessKind     = "S3_SERVER_ACCESS_LOGS" // as CloudWatch Logs vends them
	accessDelay    = time.Hour
	accessTogether = 400            // records in a file: they and what names them fit into one transaction
	accessGiveUp   = 24 * time.Hour // of a target that refuses
)

// accessFlight is a file under way: it names exactly what it holds.
type accessFlight struct {
	To     logging
	Key    string
	Rows   []string // what stands behind the bucket in their keys
	Since  time.Time
	Failed int `json:",omitempty"`
}

type loggedBucket struct{ Bucket string }

// Served fulfils the gateway's Witness: it logs the request where its bucket's owner wants that.
func (s *Service) Served(ctx context.Context, v *call.Served) {
	name, key := asked(v)
	if name == "" {
		return
	}
	arn := s.bucketARN(name)
	var b bucket
	var logged, vended bool
	err := s.k.View(ctx, func(tx *store.Tx) error {
		var ok bool
		if b, ok = s.buckets.Get(tx, name); ok {
			logged, vended = s.loggings.Has(tx, name), s.k.Vend.Wanted(b.owner(tx), arn, accessKind)
		}
		return nil
	})
	if err == nil && (logged || vended) {
		err = s.k.Update(ctx, func(tx *store.Tx) error {
			s.logAccess(tx, &b, name, inOrder(v.Call), s.record(&b, name, key, accessOperation(v.Operation, v.Method), v))
			return nil
		}, store.Relaxed)
		if del, ok := v.In.(*api.DeleteObjectsInput); err == nil && ok && v.Code == "" && del != nil {
			err = s.logBatch(ctx, &b, name, v, del)
		}
	}
	if err != nil {
		s.k.Log.Warn("access not logged", "bucket", name, "request", v.Call.RequestID, "error", err)
	}
}

// inOrder tells the records of one instant apart, in the order in which the estate was asked.
func inOrder(c *call.Call) string { return fmt.Sprintf("%016x %s", c.Serial, c.RequestID) }

// batchAtOnce is how many objects of a DeleteObjects one transaction logs: it names up to a thousand, which do not fit one.
const batchAtOnce = 40

// logBatch logs each object of a DeleteObjects too.
func (s *Service) logBatch(ctx context.Context, b *bucket, name string, v *call.Served, in *api.DeleteObjectsInput) error {
	if in.Delete == nil {
		return nil
	}
	failed := map[string]string{}
	if out, ok := v.Out.(*api.DeleteObjectsOutput); ok && out != nil {
		for _, e := range out.Errors {
			failed[rt.Val(e.Key)+"\x00"+rt.Val(e.VersionId)] = rt.Val(e.Code)
		}
	}
	n := 0
	for part := range slices.Chunk(in.Delete.Objects, batchAtOnce) {
		err := s.k.Update(ctx, func(tx *store.Tx) error {
			for i, o := range part {
				r := s.record(b, name, rt.Val(o.Key), "BATCH.DELETE.OBJECT", v)
				r.Status, r.Sent, r.Request, r.Version = 204, 0, "", rt.Val(o.VersionId)
				if r.Code = failed[rt.Val(o.Key)+"\x00"+r.Version]; r.Code != "" {
					r.Status = 403
				}
				s.logAccess(tx, b, name, inOrder(v.Call)+fmt.Sprintf("/%04d", n+i), r)
			}
			return nil
		}, store.Relaxed)
		if err != nil {
			return err
		}
		n += len(part)
	}
	return nil
}

// logAccess keeps a record for the target bucket, and for whom CloudWatch Logs vends it to.
func (s *Service) logAccess(tx *store.Tx, b *bucket, name, id string, r accessRecord) {
	if s.loggings.Has(tx, name) {
		s.accesses.Put(tx, store.Key(name, fmt.Sprintf("%016x ", r.At.UnixNano())+id), r)
		if own := b.owner(tx); !s.flights.Has(tx, name) {
			if _, set := s.logs.DueKey(own, name); !set {
				s.logs.AtKey(own, name, s.k.Clock.Now().Add(accessDelay), loggedBucket{name})
			}
		}
	}
	arn := s.bucketARN(name)
	s.k.Vend.Put(b.owner(tx), arn, accessKind, id, vend.Record{Time: r.At, Fields: r.fields(arn)})
}

// runLogs is the job logs: it delivers a file of a bucket's records, and sets itself again for the rest.
func (s *Service) runLogs(ctx context.Context, a loggedBucket) error {
	random := s.k.Entropy.Bytes(ctx, 8)
	var f accessFlight
	var text strings.Builder
	var flying bool
	err := s.k.Update(ctx, func(tx *store.Tx) error {
		text.Reset()
		var b bucket
		if b, flying = s.buckets.Get(tx, a.Bucket); !flying {
			return nil
		}
		if f, flying = s.flights.Get(tx, a.Bucket); !flying {
			f, flying = s.takeAccesses(tx, &b, a.Bucket, random)
		}
		if !flying { // at once: a request that comes now sets the job anew
			jobs.Settle(ctx, tx)
		}
		for _, key := range f.Rows {
			r, _ := s.accesses.Get(tx, store.Key(a.Bucket, key))
			text.WriteString(r.line())
		}
		return nil
	})
	if err != nil || !flying {
		return err
	}
	return s.settleAccesses(ctx, a.Bucket, s.putAccesses(ctx, a.Bucket, &f, text.String()))
}

// takeAccesses decides on the next file; false where nothing is to be written.
func (s *Service) takeAccesses(tx *store.Tx, b *bucket, name string, random []byte) (f accessFlight, ok bool) {
	if f.To, ok = s.loggings.Get(tx, name); !ok {
		under := store.Key(name, "")
		s.accesses.Erase(tx, under, successor(under)) // nobody wants them any more
		return f, false
	}
	now := s.k.Clock.Now().UTC()
	day := now
	under := store.Key(name, "")
	for key, r := range s.accesses.Prefix(tx, under, "") {
		if len(f.Rows) == 0 && f.To.ByEvent {
			day = r.At.UTC().Truncate(24 * time.Hour)
		}
		if len(f.Rows) == accessTogether || f.To.ByEvent && !r.At.UTC().Truncate(24*time.Hour).Equal(day) {
			break
		}
		f.Rows = append(f.Rows, key[len(under):])
	}
	if len(f.Rows) == 0 {
		return f, false
	}
	f.Since, f.Key = now, f.To.Prefix
	if f.To.Partitioned {
		f.Key += b.Account + "/" + b.Region + "/" + name + "/" + day.Format("2006/01/02/")
	}
	f.Key += day.Format("2006-01-02-15-04-05-") + strings.ToUpper(hex.EncodeToString(random))
	s.flights.Put(tx, name, f)
	return f, true
}

// putAccesses writes the file. A file is put once: who finds it there wrote it before a crash.
func (s *Service) putAccesses(ctx context.Context, name string, f *accessFlight, text string) error {
	in := &api.PutObjectInput{
		Bucket: &f.To.Target, Key: &f.Key, Body: strings.NewReader(text), ContentLength: new(int64(len(text))), ContentType: new("text/plain"), IfNoneMatch: new("*"),
	}
	if len(f.To.Full) > 0 {
		in.GrantFullControl = new(strings.Join(f.To.Full, ", "))
	}
	if len(f.To.Read) > 0 {
		in.GrantRead = new(strings.Join(f.To.Read, ", "))
	}
	_, err := s.peers.S3.PutObject(call.AsService(ctx, accessLogger, s.bucketARN(name), call.ScopeOf(ctx).Account), in)
	if awserr.Code(err) == "PreconditionFailed" {
		return nil
	}
	return err
}

// settleAccesses forgets what has been delivered, or given up; what failed is tried again.
func (s *Service) settleAccesses(ctx context.Context, name string, fault error) error {
	if ctx.Err() != nil { // the process is stopping
		return ctx.Err()
	}
	now := s.k.Clock.Now()
	return s.k.Update(ctx, func(tx *store.Tx) error {
		f, ok := s.flights.Get(tx, name)
		if !ok {
			return nil
		}
		if fault != nil && now.Before(f.Since.Add(accessGiveUp)) {
			f.Failed++
			s.flights.Put(tx, name, f)
			s.logs.AtKey(tx, name, now.Add(min(time.Minute<<min(f.Failed, 8), time.Hour)), loggedBucket{name})
			jobs.Settle(ctx, tx)
			return nil
		}
		if fault != nil {
			s.k.Log.Warn("access log given up", "bucket", name, "target", f.To.Target, "error", fault)
		}
		for _, key := range f.Rows {
			s.accesses.Delete(tx, store.Key(name, key))
		}
		s.flights.Delete(tx, name)
		if _, r, more := s.accesses.First(tx, store.Key(name, "")); more {
			at := now
			if !r.At.Before(f.Since) { // this file's own, where the bucket logs into itself: without a pause there would be no end to it
				at = r.At.Add(accessDelay)
			}
			s.logs.AtKey(tx, name, at, loggedBucket{name})
		}
		jobs.Settle(ctx, tx)
		return nil
	})
}
