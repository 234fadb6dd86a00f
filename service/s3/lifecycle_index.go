package s3

import (
	"encoding/binary"
	"net/http"
	"time"

	"unyo/base/call"
	"unyo/kernel/store"
)

// The index of what rules will do. Every version and upload that a rule will be about has a row in table due, under its bucket and
// the day, and names that day itself; so a day's work is found without looking at anything else. For each bucket and day with
// work there is one row in table days, and one job.

const dayLayout = time.DateOnly // sorts as time does, up to the year 9999

// everywhere is the transaction in the scope of S3's jobs, which belong to no account.
func everywhere(tx *store.Tx) *store.Tx {
	return tx.In(call.Scope{Partition: tx.Scope().Partition})
}

// versionRef and uploadRef name in the index what a row is about.
func versionRef(seq uint64) string { return "v" + string(binary.BigEndian.AppendUint64(nil, seq)) }

func uploadRef(id string) string { return "u" + id }

// unplan takes a version out of the index. The caller writes its row, or has deleted it.
func (s *Service) unplan(tx *store.Tx, name, key string, o *object) {
	if o.Due != "" {
		s.due.Delete(tx, store.Key(name, o.Due, key, versionRef(o.Seq)))
		o.Due = ""
	}
}

// plan puts a version into the index under the day of what is first to be done with it. The caller writes its row.
func (s *Service) plan(tx *store.Tx, b *bucket, name, key string, o *object, st state) {
	s.unplan(tx, name, key, o)
	if p, ok := first(plans(s.rulesOf(tx, b, name), b, key, o, st)); ok {
		if o.Due = s.work(tx, name, p.at); o.Due != "" {
			s.due.Put(tx, store.Key(name, o.Due, key, versionRef(o.Seq)), none{})
		}
	}
}

// planUpload does so with an upload under way.
func (s *Service) planUpload(tx *store.Tx, b *bucket, name, key, id string, u *upload) {
	s.unplanUpload(tx, name, key, id, u)
	if p, ok := first(abortions(s.rulesOf(tx, b, name), key, u)); ok {
		if u.Due = s.work(tx, name, p.at); u.Due != "" {
			s.due.Put(tx, store.Key(name, u.Due, key, uploadRef(id)), none{})
		}
	}
}

// abortion is when an upload will be taken back, and by which rule; nil where no rule is about it.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html (x-amz-abort-date)
func (s *Service) abortion(tx *store.Tx, b *bucket, name, key string, u *upload) (at *time.Time, rule *string) {
	p, ok := first(abortions(s.rulesOf(tx, b, name), key, u))
	if !ok {
		return nil, nil
	}
	return &p.at, &p.rule
}

func (s *Service) unplanUpload(tx *store.Tx, name, key, id string, u *upload) {
	if u.Due != "" {
		s.due.Delete(tx, store.Key(name, u.Due, key, uploadRef(id)))
		u.Due = ""
	}
}

// work returns the day under which work that is to be done at an instant lies, and sees to it that it will be done. Rules run at
// midnight: what is late is done on the next.
func (s *Service) work(tx *store.Tx, name string, at time.Time) string {
	if now := s.k.Clock.Now(); !at.After(now) {
		at = midnightAfter(now, 0)
	}
	if at.Year() > 9999 {
		return ""
	}
	on := at.Format(dayLayout)
	if _, ok := s.days.Get(tx, store.Key(name, on)); !ok {
		s.days.Put(tx, store.Key(name, on), none{})
		s.tend.AtKey(everywhere(tx), name+"/"+on, at, tending{name, on})
	}
	return on
}

// stateOf finds out what a version is among those of its key.
func (s *Service) stateOf(tx *store.Tx, name, key string, o *object) state {
	if cur, ok := s.objects.Get(tx, store.Key(name, key)); ok {
		if cur.Seq == o.Seq {
			return current
		}
		return noncurrent
	}
	n := 0
	for _, v := range s.versions.Prefix(tx, store.Key(name, key, ""), "") {
		if n == 0 && v.Seq != o.Seq {
			return noncurrent
		}
		if n++; n > 1 {
			return buried
		}
	}
	return alone
}

// replace writes a version's row where it lies, planned anew.
func (s *Service) replace(tx *store.Tx, b *bucket, name, key string, o object) {
	st := s.stateOf(tx, name, key, &o)
	s.plan(tx, b, name, key, &o, st)
	if st == current {
		s.objects.Put(tx, store.Key(name, key), o)
		return
	}
	s.versions.Put(tx, place(name, key, o.Seq), o)
}

// replanTop plans a delete marker anew that is the newest version, after what lies under it has changed.
func (s *Service) replanTop(tx *store.Tx, b *bucket, name, key string) {
	if _, top, ok := s.versions.First(tx, store.Key(name, key, "")); ok && top.Marker && (b.Rules != 0 || top.Due != "") {
		s.replace(tx, b, name, key, top)
	}
}

// replanOutgrown plans anew the versions that rules have kept for being among the newest noncurrent ones, after there is one more.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_NoncurrentVersionExpiration.html
func (s *Service) replanOutgrown(tx *store.Tx, b *bucket, name, key string) {
	keep := map[int]bool{}
	for _, r := range s.rulesOf(tx, b, name) {
		if e := r.NoncurrentVersionExpiration; e != nil && e.NewerNoncurrentVersions != nil {
			keep[int(*e.NewerNoncurrentVersions)] = true
		}
		for _, t := range r.NoncurrentVersionTransitions {
			if t.NewerNoncurrentVersions != nil {
				keep[int(*t.NewerNoncurrentVersions)] = true
			}
		}
	}
	if len(keep) == 0 {
		return
	}
	var outgrown []object
	newer := s.newerBegin(tx, name, key)
	for _, v := range s.versions.Prefix(tx, store.Key(name, key, ""), "") {
		if newer >= 0 && keep[newer] && v.Due == "" {
			outgrown = append(outgrown, v)
		}
		if newer++; newer > maxNewer {
			break
		}
	}
	for _, v := range outgrown {
		s.replace(tx, b, name, key, v)
	}
}

// newerBegin is where counting of noncurrent versions begins in table versions: at -1 where its first row is the current version.
func (s *Service) newerBegin(tx *store.Tx, name, key string) int {
	if _, ok := s.objects.Get(tx, store.Key(name, key)); ok {
		return 0
	}
	return -1
}

// newerThan counts the noncurrent versions that are newer than o.
func (s *Service) newerThan(tx *store.Tx, name, key string, o *object) int {
	n := s.newerBegin(tx, name, key)
	for _, v := range s.versions.Prefix(tx, store.Key(name, key, ""), "") {
		if v.Seq == o.Seq || n > maxNewer {
			break
		}
		n++
	}
	return n
}

// expires is the x-amz-expiration header: when the current version will be deleted or hidden, and by which rule.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html (x-amz-expiration)
func (s *Service) expires(tx *store.Tx, b *bucket, name, key string, o *object) string {
	var ends []plan
	for _, p := range plans(s.rulesOf(tx, b, name), b, key, o, current) {
		if p.deed != move {
			ends = append(ends, p)
		}
	}
	p, ok := first(ends)
	if !ok {
		return ""
	}
	return `expiry-date="` + p.at.UTC().Format(http.TimeFormat) + `", rule-id="` + p.rule + `"`
}
