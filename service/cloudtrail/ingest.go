package cloudtrail

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"unyo/base/call"
	"unyo/engine/blob"
	"unyo/kernel/jobs"
	"unyo/kernel/journal"
	"unyo/kernel/store"
)

type storeArg struct{ ID string } // of the event data store

// segment is a file of events of an event data store, a Parquet file in a blob: those that stand in the journal behind entry From, up to entry To.
type segment struct {
	From, To       uint64
	Epoch          int
	Import         string `json:",omitempty"` // that brought it: it follows from no entries
	Rows           int64
	Oldest, Newest time.Time
	Ref            blob.Ref
}

// segmentKey sorts the segments of an event data store in the order of the journal.
func segmentKey(id string, to uint64) string { return store.Key(id, fmt.Sprintf("%016x", to)) }

// Segments as they are written, and as they may grow: while little happens, a segment takes the place of those before it that are no larger
// than it, so that there are few. They are made anew from the journal, not copied; which must still have them.
const (
	segmentRows = 50_000
	segmentText = 96 << 20 // bytes of the journal's
	remade      = journal.Retention * 2 / 3
)

func (s *Service) toLake() outlet {
	return outlet{of: nil, events: segmentRows, text: segmentText, within: patience}
}

// intake is what an ingestion does: the next stage of the feed, the segment that is to hold it, and those that it replaces.
type intake struct {
	store dataStore
	stage *stage
	is    segment
	drop  []segment
}

// runIngest takes what has happened since it last ran into a segment. The segment is in a blob that nobody knows before its row is put,
// and follows from the journal: a run that is cut off leaves nothing, and the next makes the same.
func (s *Service) runIngest(ctx context.Context, a storeArg) error {
	in, err := s.planIngest(ctx, a.ID)
	if err != nil {
		return err
	}
	if in != nil && in.stage.flight != nil {
		if err := s.writeSegment(ctx, in); err != nil {
			return err
		}
	}
	more := false
	err = s.k.Update(ctx, func(tx *store.Tx) error {
		more = false
		d, ok := s.stores.Get(tx, a.ID)
		if ok && in != nil {
			in.stage.apply(&d.Feed)
			d.Feed.Flight = nil
			s.stores.Put(tx, a.ID, d)
			s.keepSegment(tx, &d, in)
			if more = len(d.Feed.Spans) > 0; more {
				s.ingest.AtKey(tx, a.ID, s.k.Clock.Now(), a)
			}
		}
		jobs.Settle(ctx, tx)
		return nil
	})
	if err == nil && in != nil {
		for _, old := range in.drop {
			s.blobs.Free(old.Ref)
		}
	}
	return err
}

// keepSegment puts the row of a segment in the place of those that it replaces.
func (s *Service) keepSegment(tx *store.Tx, d *dataStore, in *intake) {
	if in.stage.flight == nil {
		return
	}
	for _, old := range in.drop {
		s.segments.Delete(tx, segmentKey(d.ID, old.To))
	}
	if in.is.Rows > 0 {
		s.segments.Put(tx, segmentKey(d.ID, in.is.To), in.is)
		s.setExpiry(tx, d)
	}
}

// planIngest finds out what is next; nil when there is nothing.
func (s *Service) planIngest(ctx context.Context, id string) (in *intake, err error) {
	account := call.From(ctx).Account
	err = s.k.View(ctx, func(tx *store.Tx) error {
		in = nil
		d, ok := s.stores.Get(tx, id)
		if !ok || len(d.Feed.Spans) == 0 {
			return nil
		}
		epoch := d.Epoch
		if as := d.Feed.Spans[0].As; as != nil {
			d.Org, epoch = as.Org, as.Epoch
		}
		x := s.stretch(tx, d.trail(), d.Feed.Spans[0], account, s.toLake())
		if x == nil {
			return nil
		}
		in = &intake{store: d, stage: x}
		if x.flight != nil {
			in.is = segment{From: x.flight.From, To: x.flight.To, Epoch: epoch}
			s.merge(tx, in, id)
		}
		return nil
	})
	return in, err
}

// merge has the new segment take the place of the small ones before it. How many events it will hold of its own is not known yet: as many as
// entries at most.
func (s *Service) merge(tx *store.Tx, in *intake, id string) {
	young := s.k.Clock.Now().Add(-remade)
	rows := int64(in.is.To - in.is.From)
	for _, last := range s.segments.Back(tx, store.Key(id, ""), store.Key(id, "~")) {
		if last.Import != "" || last.To != in.is.From || last.Epoch != in.is.Epoch || last.Rows > 2*rows || last.Rows+rows > segmentRows || last.Oldest.Before(young) {
			return
		}
		in.drop = append(in.drop, last)
		in.is.From = last.From
		rows += last.Rows
	}
}

// writeSegment stages the file of a segment.
func (s *Service) writeSegment(ctx context.Context, in *intake) error {
	account := call.From(ctx).Account
	var text bytes.Buffer
	w, err := in.store.layout().writer(&text)
	if err != nil {
		return err
	}
	t := in.store.trail()
	err = s.k.View(ctx, func(tx *store.Tx) error {
		for e, whose := range s.heard(tx, t, account, in.is.From) {
			if e.Seq > in.is.To {
				break
			}
			if !s.takes(t, e.Call, account) {
				continue
			}
			for _, one := range whose {
				row, at := s.rowOf(&e, one)
				in.is.takes(at)
				if err := w.Write(row); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil || in.is.Rows == 0 {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	in.is.Ref, err = s.blobs.Stage(ctx, &text)
	return err
}

// setExpiry sets the job that drops segments, for the first instant at which one has outlived its time.
func (s *Service) setExpiry(tx *store.Tx, d *dataStore) {
	if !d.Deleted.IsZero() {
		return
	}
	s.expire.CancelKey(tx, d.ID)
	var first time.Time
	for _, x := range s.segments.Prefix(tx, store.Key(d.ID, ""), "") {
		if first.IsZero() || x.Newest.Before(first) {
			first = x.Newest
		}
		if x.Import == "" { // those of imports lie before the others, which lie nearly in order of time
			break
		}
	}
	if !first.IsZero() {
		s.expire.AtKey(tx, d.ID, first.AddDate(0, 0, int(d.Days)).Add(time.Second), storeArg{d.ID})
	}
}

// runExpire drops the segments that have outlived their time, or, a week after its deletion, all of an event data store.
func (s *Service) runExpire(ctx context.Context, a storeArg) error {
	return s.release(ctx, func(tx *store.Tx) []blob.Ref {
		d, ok := s.stores.Get(tx, a.ID)
		if !ok {
			return nil
		}
		gone, now := !d.Deleted.IsZero(), s.k.Clock.Now()
		if gone && now.Before(d.Deleted.Add(deletionWait)) {
			return nil
		}
		freed, more := s.dropSegments(tx, &d, now)
		switch {
		case more:
			s.expire.AtKey(tx, a.ID, now, a)
		case gone:
			s.forgetStore(tx, &d)
		default:
			s.setExpiry(tx, &d)
		}
		return freed
	})
}

// dropped is how many segments one transaction drops at most.
const dropped = 500

// dropSegments deletes the rows of the segments that have outlived their time, of an event data store that is deleted all; more says that some are left.
func (s *Service) dropSegments(tx *store.Tx, d *dataStore, now time.Time) (freed []blob.Ref, more bool) {
	for key, x := range s.segments.Prefix(tx, store.Key(d.ID, ""), "") {
		switch {
		case !d.Deleted.IsZero() || x.Newest.Before(d.kept(now)):
		case x.Import != "": // those of imports lie before the others, in no order of time
			continue
		default:
			return freed, false
		}
		if len(freed) == dropped {
			return freed, true
		}
		s.segments.Delete(tx, key)
		freed = append(freed, x.Ref)
	}
	return freed, false
}

// forgetStore deletes the row of an event data store that holds nothing any more.
func (s *Service) forgetStore(tx *store.Tx, d *dataStore) {
	s.stores.Delete(tx, d.ID)
	s.policies.Delete(tx, d.ID)
	s.ingest.CancelKey(tx, d.ID)
	id := s.storeARN(tx.Scope().Account, d)
	s.k.Resources.Delete(tx, id)
	s.k.Tags.Clear(tx, id)
	tx.After(s.look)
}
