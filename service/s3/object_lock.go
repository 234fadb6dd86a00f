package s3

import (
	"context"
	"net/http"
	"time"

	"unyo/api/rt"
	"unyo/base/awserr"
)

// Object lock: versions that cannot be deleted before a date, or while they are held.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
const (
	governance = "GOVERNANCE" // can be bypassed with permission
	compliance = "COMPLIANCE" // cannot, by nobody
	holdOn     = "ON"
	holdOff    = "OFF"
)

// lock is what keeps a version.
type lock struct {
	Mode  string    `json:"mode,omitempty"` // "": no retention
	Until time.Time `json:"until,omitzero"`
	Hold  string    `json:"hold,omitempty"` // "": never said
}

// retained reports whether a retention is in force.
func (l *lock) retained(now time.Time) bool { return l != nil && l.Mode != "" && now.Before(l.Until) }

// keeps reports whether a version may not be deleted. bypass sets governance aside.
func (l *lock) keeps(now time.Time, bypass bool) bool {
	if l == nil {
		return false
	}
	return l.Hold == holdOn || l.retained(now) && !(bypass && l.Mode == governance)
}

func lockedAway() error {
	return awserr.New(http.StatusForbidden, "AccessDenied", "Access Denied because object protected by object lock.")
}

func noLocks() error { return invalidRequest("Bucket is missing Object Lock Configuration") }

// askedLock is what a request to store an object says of its lock.
type askedLock struct {
	mode  *string
	until *time.Time
	hold  *string
}

func (a askedLock) none() bool { return a.mode == nil && a.until == nil && a.hold == nil }

// lockFor judges what is asked and gives a new object its lock, the bucket's default where nothing is asked.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-configure.html
func (b *bucket) lockFor(a askedLock, now time.Time) (*lock, error) {
	if err := a.check(now); err != nil {
		return nil, err
	}
	if b.Lock == nil {
		if a.none() {
			return nil, nil
		}
		return nil, noLocks()
	}
	l := lock{Hold: rt.Val(a.hold)}
	switch {
	case a.mode != nil:
		l.Mode, l.Until = *a.mode, a.until.UTC()
	case b.Lock.Mode != "":
		l.Mode, l.Until = b.Lock.Mode, now.AddDate(int(b.Lock.Years), 0, int(b.Lock.Days))
	case a.hold == nil:
		return nil, nil
	}
	return &l, nil
}

func (a askedLock) check(now time.Time) error {
	if (a.mode == nil) != (a.until == nil) {
		return invalidArgument("x-amz-object-lock-mode", rt.Val(a.mode), "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied")
	}
	if a.mode != nil && *a.mode != governance && *a.mode != compliance {
		return invalidArgument("x-amz-object-lock-mode", *a.mode, "Unknown wormMode directive")
	}
	if a.until != nil && !a.until.After(now) {
		return pastRetention("x-amz-object-lock-retain-until-date", *a.until)
	}
	if a.hold != nil && *a.hold != holdOn && *a.hold != holdOff {
		return invalidArgument("x-amz-object-lock-legal-hold", *a.hold, "Legal Hold must be either of 'ON' or 'OFF'")
	}
	return nil
}

func pastRetention(name string, until time.Time) error {
	return invalidArgument(name, until.UTC().Format(time.RFC3339), "The retain until date must be in the future!")
}

// summed demands a sum of the body where a lock is asked for.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html (Content-MD5)
func (a askedLock) summed(w *intent) error {
	if a.none() || w.md5 != "" || w.stated {
		return nil
	}
	return invalidRequest("Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters")
}

// bypasses reports whether a request wants governance set aside and its caller may do that.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html#object-lock-managing-bypass
func (s *Service) bypasses(ctx context.Context, wanted *bool, name, key string) bool {
	return rt.Val(wanted) && rt.Permit(ctx, need("BypassGovernanceRetention", s.objectARN(name, key))[0]) == nil
}

// lockHeaders are a version's lock as the answers to GetObject and HeadObject tell it, to callers who may know it.
func (s *Service) lockHeaders(ctx context.Context, name, key string, o *object) (mode *string, until *time.Time, hold *string) {
	if o.Lock == nil {
		return nil, nil, nil
	}
	arn := s.objectARN(name, key)
	if o.Lock.Mode != "" && rt.Permit(ctx, need("GetObjectRetention", arn)[0]) == nil {
		mode, until = &o.Lock.Mode, &o.Lock.Until
	}
	if o.Lock.Hold != "" && rt.Permit(ctx, need("GetObjectLegalHold", arn)[0]) == nil {
		hold = &o.Lock.Hold
	}
	return mode, until, hold
}
