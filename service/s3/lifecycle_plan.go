package s3

import (
	"slices"
	"strings"
	"time"

	"unyo/api/rt"
	api "unyo/api/s3"
)

// When rules want what done to a version. Nothing here reads rows.

// match is which objects a rule is about.
type match struct {
	prefix       string
	tags         []tag
	above, below *int64 // sizes, in bytes
}

// matchOf reads a rule's filter in any of its forms.
func matchOf(r *api.LifecycleRule) match {
	f := r.Filter
	switch {
	case f == nil:
		return match{prefix: rt.Val(r.Prefix)}
	case f.And != nil:
		return match{rt.Val(f.And.Prefix), tagsOf(f.And.Tags), f.And.ObjectSizeGreaterThan, f.And.ObjectSizeLessThan}
	case f.Tag != nil:
		return match{tags: tagsOf([]api.Tag{*f.Tag})}
	}
	return match{rt.Val(f.Prefix), nil, f.ObjectSizeGreaterThan, f.ObjectSizeLessThan}
}

func (m *match) sized() bool { return m.above != nil || m.below != nil }

// meets reports whether a version is one of those. A delete marker has neither tags nor a size.
func (m *match) meets(key string, o *object) bool {
	if !strings.HasPrefix(key, m.prefix) || o.Marker && (m.sized() || len(m.tags) > 0) {
		return false
	}
	if m.above != nil && o.Size <= *m.above || m.below != nil && o.Size >= *m.below {
		return false
	}
	return !slices.ContainsFunc(m.tags, func(t tag) bool { return !slices.Contains(o.Tags, t) })
}

// deed is what is done with a version. Where several are due, the least goes first: what deletes for good before what moves, and
// that before what only hides.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-conflicts.html
type deed int

const (
	erase deed = iota
	move
	hide
)

// plan is a deed and its day.
type plan struct {
	at    time.Time // a midnight
	deed  deed
	class string // to move to
	newer int    // do it only if so many newer noncurrent versions are there
	rule  string
}

// state is what a version is among those of its key.
type state int

const (
	current    state = iota
	noncurrent       // there is a newer one, perhaps a delete marker
	alone            // a delete marker, and nothing else is left
	buried           // a delete marker over older versions: nothing is done with it
)

// midnightAfter is the first midnight, in UTC, after days days from t on.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html#intro-lifecycle-rules-number-of-days
func midnightAfter(t time.Time, days int32) time.Time {
	days = min(days, 100_000) // nobody will see it, and more are more than a Duration holds
	at := t.UTC().Add(time.Duration(days) * day).Truncate(day).Add(day)
	if last := time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC); at.After(last) { // days are sorted as text
		return last
	}
	return at
}

// onDate is when a rule with a date is about an object: that day, or the midnight after it came, if it came later.
func onDate(date, created time.Time) time.Time {
	if date.After(created) {
		return date.UTC()
	}
	return midnightAfter(created, 0)
}

// plans are all deeds that the rules want of a version.
func plans(rules []api.LifecycleRule, b *bucket, key string, o *object, st state) (list []plan) {
	for i := range rules {
		r := &rules[i]
		m := matchOf(r)
		if *r.Status != "Enabled" || st == buried || !m.meets(key, o) {
			continue
		}
		switch st {
		case current:
			list = append(list, currentPlans(r, b, &m, o)...)
		case noncurrent:
			list = append(list, noncurrentPlans(r, b, &m, o)...)
		case alone:
			if e := r.Expiration; e != nil && rt.Val(e.ExpiredObjectDeleteMarker) {
				list = append(list, plan{at: midnightAfter(o.Modified, 0), deed: erase, rule: *r.ID})
			} else if e != nil && e.Days != nil {
				list = append(list, plan{at: midnightAfter(o.Modified, *e.Days), deed: erase, rule: *r.ID})
			} else if e != nil && e.Date != nil {
				list = append(list, plan{at: onDate(*e.Date, o.Modified), deed: erase, rule: *r.ID})
			}
		}
	}
	return list
}

func currentPlans(r *api.LifecycleRule, b *bucket, m *match, o *object) (list []plan) {
	if e := r.Expiration; e != nil && (e.Days != nil || e.Date != nil) {
		p := plan{deed: erase, rule: *r.ID}
		if b.Versioning != "" {
			p.deed = hide
		}
		if e.Days != nil {
			p.at = midnightAfter(o.Modified, *e.Days)
		} else {
			p.at = onDate(*e.Date, o.Modified)
		}
		list = append(list, p)
	}
	for _, t := range r.Transitions {
		if !b.mayMove(m, o, *t.StorageClass) {
			continue
		}
		p := plan{deed: move, class: *t.StorageClass, rule: *r.ID}
		if t.Days != nil {
			p.at = midnightAfter(o.Modified, *t.Days)
		} else {
			p.at = onDate(*t.Date, o.Modified)
		}
		list = append(list, p)
	}
	return list
}

func noncurrentPlans(r *api.LifecycleRule, b *bucket, m *match, o *object) (list []plan) {
	since := o.Since
	if since.IsZero() {
		since = o.Modified
	}
	if e := r.NoncurrentVersionExpiration; e != nil {
		list = append(list, plan{midnightAfter(since, *e.NoncurrentDays), erase, "", int(rt.Val(e.NewerNoncurrentVersions)), *r.ID})
	}
	for _, t := range r.NoncurrentVersionTransitions {
		if !o.Marker && b.mayMove(m, o, *t.StorageClass) {
			list = append(list, plan{midnightAfter(since, *t.NoncurrentDays), move, *t.StorageClass, int(rt.Val(t.NewerNoncurrentVersions)), *r.ID})
		}
	}
	return list
}

// abortions are when the rules take back an upload that is not completed.
func abortions(rules []api.LifecycleRule, key string, u *upload) (list []plan) {
	for i := range rules {
		r := &rules[i]
		m := matchOf(r)
		if a := r.AbortIncompleteMultipartUpload; a != nil && *r.Status == "Enabled" && m.meets(key, &object{}) {
			list = append(list, plan{at: midnightAfter(u.Initiated, *a.DaysAfterInitiation), deed: erase, rule: *r.ID})
		}
	}
	return list
}

// mayMove reports whether an object may move to a class, and is large enough for it.
func (b *bucket) mayMove(m *match, o *object, class string) bool {
	if !moves(o.Class, class) {
		return false
	}
	return o.Size >= smallestMove || m.sized() || b.Small == smallVaries && archived(class)
}

// first is the earliest of plans; false when there is none.
func first(list []plan) (plan, bool) {
	if len(list) == 0 {
		return plan{}, false
	}
	return slices.MinFunc(list, func(a, b plan) int { return a.at.Compare(b.at) }), true
}

// dueNow is the plan that is to be carried out at now: of those that are due the one that goes first, and of moves the one that goes
// furthest. newer counts newer noncurrent versions.
func dueNow(list []plan, now time.Time, newer int) (best plan, ok bool) {
	for _, p := range list {
		switch {
		case p.at.After(now) || newer < p.newer:
		case !ok || p.deed < best.deed || p.deed == best.deed && warmth(p.class) > warmth(best.class):
			best, ok = p, true
		}
	}
	return best, ok
}
