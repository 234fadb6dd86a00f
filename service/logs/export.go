package logs

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"time"

	api "unyo/api/logs"
	s3api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/engine/logstore"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// An export is written stream by stream, in parts of some size, each at its name once.
const (
	maxExportPart     = 32 << 20 // bytes before packing
	maxExportAttempts = 10
)

type exportArg struct{ Task string }

// passage is a part of an export: the events of a stream from one place to another.
type passage struct {
	Stream   string // its name; "": the export has not begun
	Part     int
	From, To *logstore.Position `json:",omitempty"` // From nil: from the beginning; To nil: as far as a part goes
	Last     bool               `json:",omitempty"` // of its stream
}

// runExport writes down which part is next, writes that part, and puts itself again: one object a job.
func (s *Service) runExport(ctx context.Context, a exportArg) error {
	var t exportTask
	var g group
	var id uint64
	var mask *masker
	var ok bool
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		if t, ok = s.exports.Get(tx, a.Task); !ok || !t.active() {
			ok = false
			return nil
		}
		if g, ok = s.groups.Get(tx, t.Group); !ok || g.ID != t.GroupID {
			g.ID = ""
		} else if mask, err = s.maskerOf(tx, &g); err != nil {
			return err
		}
		ok = true
		if t.Flight == nil {
			t.Flight = s.nextPassage(tx, &t)
		}
		if t.Flight != nil {
			st, _ := s.streams.Get(tx, store.Key(t.GroupID, t.Flight.Stream))
			id = st.ID // 0: deleted meanwhile
		}
		return nil
	})
	switch {
	case err != nil || !ok:
		return err
	case g.ID == "":
		return s.endExport(ctx, &t, api.ExportTaskStatusCodeFailed, "The log group has been deleted.")
	case t.Flight == nil:
		return s.endExport(ctx, &t, api.ExportTaskStatusCodeCompleted, "Completed successfully")
	}
	file, err := s.exportPart(ctx, &t, &g, id, mask)
	if err != nil {
		return err
	}
	if len(file) > 0 {
		if ok, err := s.takeExport(ctx, &t); err != nil || !ok {
			return err
		}
		key := t.key(t.ID, strings.ReplaceAll(t.Flight.Stream, "/", "-"), fmt.Sprintf("%06d.gz", t.Flight.Part))
		if err := s.writeFile(ctx, &t, key, file, false); err != nil {
			return s.delayExport(ctx, &t, err)
		}
	}
	return s.settleExport(ctx, &t)
}

// nextPassage is the part behind the last one; nil when there is none.
func (s *Service) nextPassage(tx *store.Tx, t *exportTask) *passage {
	if t.At.Stream != "" && !t.At.Last {
		return &passage{Stream: t.At.Stream, Part: t.At.Part + 1, From: t.At.To}
	}
	base := store.Key(t.GroupID, "")
	after := ""
	if t.At.Stream != "" {
		after = base + t.At.Stream
	}
	for key := range s.streams.Prefix(tx, base+t.Streams, after) {
		return &passage{Stream: key[len(base):]}
	}
	return nil
}

// exportPart packs the events of the flight, and finds where it ends if that has not been written down yet: what comes in later must not
// move the end of a part that may have been written already.
func (s *Service) exportPart(ctx context.Context, t *exportTask, g *group, id uint64, mask *masker) ([]byte, error) {
	f := logstore.Filter{Streams: []uint64{id}, From: max(t.From, g.floor(s.nowMs())), To: t.To, Start: t.Flight.From, End: t.Flight.To}
	open := t.Flight.To == nil
	t.Flight.Last = t.Flight.Last || open
	if id == 0 || f.From >= f.To {
		return nil, nil
	}
	var text []byte
	err := s.store.Scan(ctx, folder(call.ScopeOf(ctx), g.ID), f, func(e *logstore.Event) bool {
		if open && len(text) >= maxExportPart {
			t.Flight.Last = false
			return false
		}
		if open {
			t.Flight.To = new(e.Position().Next())
		}
		text = time.UnixMilli(e.Timestamp).UTC().AppendFormat(text, "2006-01-02T15:04:05.000Z")
		text = append(append(append(text, ' '), mask.event(e).Message...), '\n')
		return true
	})
	if err != nil || len(text) == 0 {
		return nil, err
	}
	return pack(text)
}

// takeExport writes down what will be written; false when the task has been cancelled.
func (s *Service) takeExport(ctx context.Context, t *exportTask) (ok bool, err error) {
	err = s.k.Update(ctx, func(tx *store.Tx) error {
		now, there := s.exports.Get(tx, t.ID)
		if ok = there && now.active(); ok {
			now.Status, now.Flight = api.ExportTaskStatusCodeRunning, t.Flight
			s.exports.Put(tx, t.ID, now)
		}
		return nil
	})
	return ok, err
}

// settleExport moves on behind the flight.
func (s *Service) settleExport(ctx context.Context, t *exportTask) error {
	return s.k.Update(ctx, func(tx *store.Tx) error {
		if now, ok := s.exports.Get(tx, t.ID); ok && now.active() {
			now.Status, now.At, now.Flight, now.Attempts = api.ExportTaskStatusCodeRunning, *t.Flight, nil, 0
			s.exports.Put(tx, t.ID, now)
			s.export.Soon(tx, exportArg{t.ID})
		}
		jobs.Settle(ctx, tx)
		return nil
	})
}

// delayExport tries once more later, but not what S3 will never take.
func (s *Service) delayExport(ctx context.Context, t *exportTask, fault error) error {
	if ctx.Err() != nil { // the process is stopping
		return ctx.Err()
	}
	if code := awserr.Code(fault); code == "AccessDenied" || isNoBucket(fault) || t.Attempts+1 == maxExportAttempts {
		return s.endExport(ctx, t, api.ExportTaskStatusCodeFailed, "The export could not be written to the bucket: "+fault.Error())
	}
	return s.k.Update(ctx, func(tx *store.Tx) error {
		if now, ok := s.exports.Get(tx, t.ID); ok && now.active() {
			now.Attempts++
			s.exports.Put(tx, t.ID, now)
			s.export.At(tx, s.k.Clock.Now().Add(backoff(now.Attempts)), exportArg{t.ID})
		}
		jobs.Settle(ctx, tx)
		return nil
	})
}

func (s *Service) endExport(ctx context.Context, t *exportTask, status, message string) error {
	return s.k.Update(ctx, func(tx *store.Tx) error {
		s.exportEnded(tx, t.ID, status, message)
		jobs.Settle(ctx, tx)
		return nil
	})
}

func (s *Service) exportEnded(tx *store.Tx, id, status, message string) {
	if now, ok := s.exports.Get(tx, id); ok && now.active() {
		now.Status, now.Message, now.Completed, now.Flight = status, message, s.nowMs(), nil
		s.exports.Put(tx, id, now)
	}
}

// giveUpExport ends a task whose job is not run again.
func (s *Service) giveUpExport(tx *store.Tx, a exportArg, _ string) {
	s.exportEnded(tx, a.Task, api.ExportTaskStatusCodeFailed, "The export has failed with an internal error.")
}

// writeFile puts an object. A part is put once: whoever finds it there wrote it before a crash.
func (s *Service) writeFile(ctx context.Context, t *exportTask, key string, content []byte, over bool) error {
	in := &s3api.PutObjectInput{
		Bucket: &t.Bucket, Key: &key, Body: bytes.NewReader(content), ContentLength: new(int64(len(content))), ACL: new(s3api.ObjectCannedACLBucketOwnerFullControl),
	}
	if !over {
		in.IfNoneMatch = new("*")
	}
	_, err := s.peers.S3.PutObject(s.asExporter(ctx, t), in)
	if !over && awserr.Code(err) == "PreconditionFailed" {
		return nil
	}
	return err
}

func isNoBucket(err error) bool { return awserr.Code(err) == "NoSuchBucket" }
