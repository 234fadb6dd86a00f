package s3

import (
	"context"
	"encoding/binary"

	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

const (
	tendTogether    = 40 // versions dealt with in one transaction
	arrangeTogether = 100
)

// tending names a bucket's work of a day.
type tending struct{ Bucket, Day string }

// runTend is the job tend: it does a day's work in a bucket, so much in one transaction, and sets itself again for the rest. What
// it does leaves the store in no other way than freeing bytes, so nothing can be done twice or by half.
func (s *Service) runTend(ctx context.Context, a tending) error {
	random := s.k.Entropy.Bytes(ctx, 16*tendTogether)
	return s.k.Update(ctx, func(tx *store.Tx) error {
		jobs.Settle(ctx, tx)
		b, ok := s.buckets.Get(tx, a.Bucket)
		if !ok {
			return nil // its rows went with it
		}
		under := store.Key(a.Bucket, a.Day, "")
		var work []string
		for k := range s.due.Prefix(tx, under, "") {
			if len(work) == tendTogether {
				break
			}
			work = append(work, k)
		}
		for i, k := range work {
			s.due.Delete(tx, k)
			at, _ := store.Split(k, 4)
			if key, ref := at[2], at[3]; ref[0] == 'u' {
				s.tendUpload(tx, &b, a, key, ref[1:])
			} else {
				s.tendVersion(tx, &b, a, key, binary.BigEndian.Uint64([]byte(ref[1:])), random[16*i:16*i+16])
			}
		}
		if len(work) == tendTogether {
			s.tend.AtKey(everywhere(tx), a.Bucket+"/"+a.Day, s.k.Clock.Now(), a)
		} else {
			s.days.Delete(tx, store.Key(a.Bucket, a.Day))
		}
		return nil
	})
}

// tendUpload takes back an upload that has not been completed in time.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html
func (s *Service) tendUpload(tx *store.Tx, b *bucket, a tending, key, id string) {
	u, ok := s.uploads.Get(tx, store.Key(a.Bucket, key, id))
	if !ok || u.Due != a.Day {
		return
	}
	u.Draft.Modified = u.Initiated
	s.dropUpload(tx, a.Bucket, key, id, nil)
	s.objectChanged(tx, b, a.Bucket, key, "LifecycleExpiration:AbortMultipartUpload", &u.Draft)
}

// tendVersion does with a version what is due.
func (s *Service) tendVersion(tx *store.Tx, b *bucket, a tending, key string, seq uint64, random []byte) {
	o, ok := s.numbered(tx, a.Bucket, key, seq)
	if !ok || o.Due != a.Day {
		return
	}
	o.Due = "" // its row in the index is gone
	now := s.k.Clock.Now()
	st := s.stateOf(tx, a.Bucket, key, &o)
	newer := 0
	if st == noncurrent {
		newer = s.newerThan(tx, a.Bucket, key, &o)
	}
	p, ok := dueNow(plans(s.rulesOf(tx, b, a.Bucket), b, key, &o, st), now, newer)
	switch {
	case !ok:
		s.wait(tx, b, a.Bucket, key, o, st, newer)
	case p.deed == move:
		s.moveTo(tx, b, a.Bucket, key, o, p.class)
	case p.deed == hide:
		s.put(tx, a.Bucket, key, o, st)
		m := s.add(tx, b, a.Bucket, key, object{Marker: true, Modified: s.now(), Owner: b.Account}, random)
		s.objectChanged(tx, b, a.Bucket, key, "LifecycleExpiration:DeleteMarkerCreated", &m)
	case o.Lock.keeps(now, false): // asked again when the retention is over, or the hold is taken off
		if o.Lock.Hold != holdOn {
			if o.Due = s.work(tx, a.Bucket, midnightAfter(o.Lock.Until, 0)); o.Due != "" {
				s.due.Put(tx, store.Key(a.Bucket, o.Due, key, versionRef(o.Seq)), none{})
			}
		}
		s.put(tx, a.Bucket, key, o, st)
	default:
		s.remove(tx, b, a.Bucket, key, &o)
		s.objectChanged(tx, b, a.Bucket, key, "LifecycleExpiration:Delete", &o)
	}
}

// wait plans a version for later, if something will be due that time alone brings about.
func (s *Service) wait(tx *store.Tx, b *bucket, name, key string, o object, st state, newer int) {
	var later []plan
	for _, p := range plans(s.rulesOf(tx, b, name), b, key, &o, st) {
		if newer >= p.newer {
			later = append(later, p)
		}
	}
	if p, ok := first(later); ok {
		if o.Due = s.work(tx, name, p.at); o.Due != "" {
			s.due.Put(tx, store.Key(name, o.Due, key, versionRef(o.Seq)), none{})
		}
	}
	s.put(tx, name, key, o, st)
}

// put writes a version's row as it is.
func (s *Service) put(tx *store.Tx, name, key string, o object, st state) {
	if st == current {
		s.objects.Put(tx, store.Key(name, key), o)
		return
	}
	s.versions.Put(tx, place(name, key, o.Seq), o)
}

// moveTo gives a version another class; a restored copy of it is given up.
func (s *Service) moveTo(tx *store.Tx, b *bucket, name, key string, o object, class string) {
	s.leave(tx, b, name, &o)
	o.Class, o.Entered, o.Restore = class, s.now(), nil
	s.stored(tx, b, name, &o, 1)
	s.replace(tx, b, name, key, o)
	s.objectChanged(tx, b, name, key, "LifecycleTransition", &o)
}

// numbered finds a version by its number.
func (s *Service) numbered(tx *store.Tx, name, key string, seq uint64) (object, bool) {
	if o, ok := s.objects.Get(tx, store.Key(name, key)); ok && o.Seq == seq {
		return o, true
	}
	return s.versions.Get(tx, place(name, key, seq))
}

// arranging is how far the contents of a bucket are planned by rules that have just been set.
type arranging struct {
	Bucket string
	Rules  uint64 // the bucket's, as long as this goes on
	Stage  int    // objects, versions, uploads
	After  []byte // row done last
}

// runArrange is the job arrange: it plans a stretch of the bucket's rows anew and sets itself again for the next.
func (s *Service) runArrange(ctx context.Context, a arranging) error {
	return s.k.Update(ctx, func(tx *store.Tx) error {
		jobs.Settle(ctx, tx)
		b, ok := s.buckets.Get(tx, a.Bucket)
		if !ok || b.Rules != a.Rules {
			return nil
		}
		next := a
		n := s.arrangeSome(tx, &b, &next)
		if n < arrangeTogether {
			next.Stage, next.After = a.Stage+1, nil
		}
		if next.Stage <= 2 {
			s.arrange.AtKey(everywhere(tx), a.Bucket, s.k.Clock.Now(), next)
		}
		return nil
	})
}

// arrangeSome plans rows of one table and reports how many it has seen.
func (s *Service) arrangeSome(tx *store.Tx, b *bucket, a *arranging) (n int) {
	under := store.Key(a.Bucket, "")
	if a.Stage == 2 {
		type row struct {
			at string
			u  upload
		}
		var rows []row
		for k, u := range s.uploads.Prefix(tx, under, string(a.After)) {
			if rows = append(rows, row{k, u}); len(rows) == arrangeTogether {
				break
			}
		}
		for _, r := range rows {
			at, _ := store.Split(r.at, 3)
			a.After = []byte(r.at)
			was := r.u.Due
			if s.planUpload(tx, b, a.Bucket, at[1], at[2], &r.u); r.u.Due != was {
				s.uploads.Put(tx, r.at, r.u)
			}
		}
		return len(rows)
	}
	table, parts := s.objects, 2
	if a.Stage == 1 {
		table, parts = s.versions, 3
	}
	type row struct {
		at string
		o  object
	}
	var rows []row
	for k, o := range table.Prefix(tx, under, string(a.After)) {
		if rows = append(rows, row{k, o}); len(rows) == arrangeTogether {
			break
		}
	}
	for _, r := range rows {
		at, _ := store.Split(r.at, parts)
		a.After = []byte(r.at)
		was := r.o.Due
		if s.plan(tx, b, a.Bucket, at[1], &r.o, s.stateOf(tx, a.Bucket, at[1], &r.o)); r.o.Due != was {
			table.Put(tx, r.at, r.o)
		}
	}
	return len(rows)
}
