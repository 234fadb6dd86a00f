package cloudtrail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	api "unyo/api/cloudtrail"
	"unyo/api/rt"
	s3api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// What one run of an import takes at most.
const (
	importFiles = 1000
	importText  = 64 << 20 // bytes of files, unpacked
)

// importRetry is for what is no answer of S3's, a full disk for example.
var importRetry = jobs.Policy{Attempts: 24 * 12, Wait: func(int) time.Duration { return rhythm }}

// batch is what one run of an import brings: the files it has looked at, and a segment of what is in them.
type batch struct {
	was      lakeImport
	is       lakeImport
	segment  segment
	failures []importFailure
	healed   []importFailure
	last     bool
}

// runImport takes the next files into a segment. It only reads before the transaction that puts the segment's row and moves on behind the files:
// a run that is cut off leaves nothing, and each event is there once. Files that came after the import was made are not its own.
func (s *Service) runImport(ctx context.Context, a importArg) error {
	var m lakeImport
	var d dataStore
	running := false
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		if m, running = s.imports.Get(tx, a.ID); running {
			running = m.running()
			if d, err = s.importable(tx, m.Store); err != nil && awserr.Code(err) != "" {
				m.State, err = api.ImportStatusFailed, nil
			}
		}
		return err
	})
	if err != nil || !running {
		return err
	}
	b := &batch{was: m, is: m, last: m.State == api.ImportStatusFailed}
	if !b.last {
		b.is.State = api.ImportStatusInProgress
		if err := s.fillBatch(ctx, &d, b); err != nil {
			return err
		}
	}
	kept, err := s.keepBatch(ctx, b)
	if err == nil && !kept && b.segment.Rows > 0 {
		s.blobs.Free(b.segment.Ref)
	}
	return err
}

// fillBatch finds the next files, and reads them.
func (s *Service) fillBatch(ctx context.Context, d *dataStore, b *batch) error {
	keys, err := s.importKeys(ctx, b)
	if err != nil {
		if awserr.Code(err) == "" || ctx.Err() != nil {
			return err
		}
		b.failures = append(b.failures, s.failed(b.is.Prefix, err))
		b.is.State, b.last = api.ImportStatusFailed, true
		return nil
	}
	var text bytes.Buffer
	w, err := eventLayout.writer(&text)
	if err != nil {
		return err
	}
	size := 0
	for i, key := range keys {
		events, n, err := s.importFile(ctx, d, &b.is, key)
		switch {
		case err != nil && ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			b.failures = append(b.failures, s.failed(key, err))
		default:
			if b.is.Again {
				b.healed = append(b.healed, importFailure{Key: key})
			}
			b.is.Files++
			b.is.Events += int64(len(events))
			for _, e := range events {
				b.segment.takes(e.at)
				if err := w.Write(e.row); err != nil {
					return err
				}
			}
		}
		if b.turn(key); !b.is.Again {
			b.is.After = key
		}
		if size += n; size > importText || b.segment.Rows > segmentRows { // the rest is the next run's
			if i < len(keys)-1 {
				b.last = false
			}
			break
		}
	}
	if b.segment.Rows == 0 {
		return nil
	}
	if err := w.Close(); err != nil {
		return err
	}
	b.is.Batch++
	b.segment.Import = b.is.ID
	b.segment.Ref, err = s.blobs.Stage(ctx, &text)
	return err
}

// takes counts an event of that instant.
func (x *segment) takes(at time.Time) {
	if x.Rows == 0 || at.Before(x.Oldest) {
		x.Oldest = at
	}
	if at.After(x.Newest) {
		x.Newest = at
	}
	x.Rows++
}

// turn counts the folders: a file of another is the end of the one before.
func (b *batch) turn(key string) {
	folder := key[:strings.LastIndexByte(key, '/')+1]
	if b.is.Again || folder == b.is.Folder && b.is.Found > 0 {
		return
	}
	b.is.Done, b.is.Found, b.is.Folder = b.is.Found, b.is.Found+1, folder
}

func (s *Service) failed(key string, err error) importFailure {
	f := importFailure{Key: key, Type: awserr.Code(err), Message: err.Error(), State: api.ImportFailureStatusFailed, At: s.k.Clock.Now()}
	if known := (awserr.Error)(nil); errors.As(err, &known) {
		f.Message = known.ErrorMessage()
	}
	if f.Type == "" {
		f.Type = "InvalidFile"
	}
	return f
}

// importKeys are the files that are next: those that have failed, if they are to be tried again, otherwise those behind the last.
func (s *Service) importKeys(ctx context.Context, b *batch) (keys []string, err error) {
	m := &b.is
	if m.Again {
		err := s.k.View(ctx, func(tx *store.Tx) error {
			keys = nil
			for _, f := range s.failures.Prefix(tx, store.Key(m.ID, ""), "") {
				if f.State == api.ImportFailureStatusRetry && len(keys) < importFiles {
					keys = append(keys, f.Key)
				}
			}
			return nil
		})
		if m.Again = len(keys) > 0; m.Again || err != nil {
			return keys, err
		}
	}
	after := m.After
	for {
		page, err := s.peers.S3.ListObjectsV2(s.asImport(ctx, m), &s3api.ListObjectsV2Input{Bucket: &m.Bucket, Prefix: &m.Prefix, StartAfter: optional(after)})
		if err != nil {
			return nil, err
		}
		for _, o := range page.Contents {
			if after = *o.Key; !m.wants(after) || o.LastModified.After(m.Created) {
				continue
			}
			if keys = append(keys, after); len(keys) == importFiles {
				return keys, nil
			}
		}
		if !rt.Val(page.IsTruncated) {
			b.last = true
			return keys, nil
		}
	}
}

// keepBatch puts what a run has brought, and sets the next.
func (s *Service) keepBatch(ctx context.Context, b *batch) (kept bool, err error) {
	err = s.k.Update(ctx, func(tx *store.Tx) error {
		jobs.Settle(ctx, tx)
		now, m := s.k.Clock.Now(), b.is
		there, ok := s.imports.Get(tx, m.ID)
		if kept = ok && there.running(); !kept { // stopped meanwhile: the files are taken when it goes on
			return nil
		}
		for _, f := range b.failures {
			s.failures.Put(tx, store.Key(m.ID, f.Key), f)
			if !m.Again && f.Key != m.Prefix {
				m.Bad++
			}
		}
		for _, h := range b.healed {
			f, _ := s.failures.Get(tx, store.Key(m.ID, h.Key))
			f.State, f.At = api.ImportFailureStatusSucceeded, now
			s.failures.Put(tx, store.Key(m.ID, h.Key), f)
			m.Bad--
		}
		if b.segment.Rows > 0 {
			s.segments.Put(tx, store.Key(m.Store, fmt.Sprintf("!%s %08d", m.ID, m.Batch)), b.segment)
			if d, ok := s.stores.Get(tx, m.Store); ok {
				s.setExpiry(tx, &d)
			}
		}
		if m.Updated = now; b.last {
			m.Done = m.Found
			if m.State == api.ImportStatusInProgress {
				m.State = api.ImportStatusCompleted
			}
			if m.Bad > 0 {
				m.State = api.ImportStatusFailed
			}
		} else {
			s.bring.AtKey(tx, m.ID, now, importArg{m.ID})
		}
		s.imports.Put(tx, m.ID, m)
		return nil
	})
	return kept, err
}

// giveUpImport tells those who wait for an import that it has failed.
func (s *Service) giveUpImport(tx *store.Tx, a importArg, why string) {
	m, ok := s.imports.Get(tx, a.ID)
	if !ok || !m.running() {
		return
	}
	m.State, m.Updated = api.ImportStatusFailed, s.k.Clock.Now()
	s.imports.Put(tx, a.ID, m)
	s.failures.Put(tx, store.Key(m.ID, m.Prefix), importFailure{Key: m.Prefix, Type: "InternalFailure", Message: why, State: api.ImportFailureStatusFailed, At: m.Updated})
}
