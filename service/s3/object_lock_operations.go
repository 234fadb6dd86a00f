package s3

import (
	"context"
	"net/http"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/kernel/store"
)

// lockRule is what a bucket with object lock keeps new versions by; Mode "" means by nothing, unless their requests say it.
type lockRule struct {
	Mode  string `json:"mode,omitempty"`
	Days  int32  `json:"days,omitempty"`
	Years int32  `json:"years,omitempty"`
}

// The longest default retention.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-configure.html
const (
	maxLockDays  = 36500
	maxLockYears = 100
)

// PutObjectLockConfiguration turns object lock on, for good, and sets the default retention.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLockConfiguration.html
func (s *Service) PutObjectLockConfiguration(ctx context.Context, in *api.PutObjectLockConfigurationInput) (*api.PutObjectLockConfigurationOutput, error) {
	if in.ObjectLockConfiguration == nil {
		return nil, s.absentBody(ctx, in.Bucket, in.ExpectedBucketOwner)
	}
	rule, err := lockRuleOf(in.ObjectLockConfiguration)
	if err != nil {
		return nil, err
	}
	if in.Token != nil {
		return nil, notImplemented("x-amz-bucket-object-lock-token")
	}
	return &api.PutObjectLockConfigurationOutput{}, s.configure(ctx, in.Bucket, in.ExpectedBucketOwner, "PutObjectLockConfiguration", func(b *bucket) error {
		if b.Versioning != enabled {
			return awserr.New(http.StatusConflict, "InvalidBucketState", "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration")
		}
		b.Lock = rule
		return nil
	})
}

func lockRuleOf(c *api.ObjectLockConfiguration) (*lockRule, error) {
	if rt.Val(c.ObjectLockEnabled) != "Enabled" {
		return nil, malformedXML()
	}
	if c.Rule == nil {
		return &lockRule{}, nil
	}
	d := c.Rule.DefaultRetention
	if d == nil {
		return nil, malformedXML()
	}
	if d.DefaultEventHold != nil {
		return nil, notImplemented("DefaultEventHold")
	}
	r := &lockRule{rt.Val(d.Mode), rt.Val(d.Days), rt.Val(d.Years)}
	switch {
	case r.Mode != governance && r.Mode != compliance, (d.Days == nil) == (d.Years == nil):
		return nil, malformedXML()
	case d.Days != nil && r.Days < 1, d.Years != nil && r.Years < 1:
		return nil, ruleArgument("Default retention period must be a positive integer value")
	case r.Days > maxLockDays, r.Years > maxLockYears:
		return nil, ruleArgument("Default retention period too large")
	}
	return r, nil
}

// GetObjectLockConfiguration reads it.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLockConfiguration.html
func (s *Service) GetObjectLockConfiguration(ctx context.Context, in *api.GetObjectLockConfigurationInput) (*api.GetObjectLockConfigurationOutput, error) {
	b, err := s.look(ctx, in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	if b.Lock == nil {
		return nil, awserr.New(http.StatusNotFound, "ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket").With("BucketName", *in.Bucket)
	}
	c := &api.ObjectLockConfiguration{ObjectLockEnabled: new("Enabled")}
	if b.Lock.Mode != "" {
		d := &api.DefaultRetention{Mode: new(b.Lock.Mode)}
		if b.Lock.Days > 0 {
			d.Days = new(b.Lock.Days)
		} else {
			d.Years = new(b.Lock.Years)
		}
		c.Rule = &api.ObjectLockRule{DefaultRetention: d}
	}
	return &api.GetObjectLockConfigurationOutput{ObjectLockConfiguration: c}, nil
}

// lockable names a version in a request about its lock.
type lockable struct{ bucket, key, version, owner *string }

// lockOf reads a version's lock.
func (s *Service) lockOf(ctx context.Context, at lockable) (l lock, err error) {
	err = s.k.View(ctx, func(tx *store.Tx) error {
		b, err := s.open(tx, at.bucket, at.owner)
		if err != nil {
			return err
		}
		o, err := s.readable(tx, &b, *at.bucket, rt.Val(at.key), at.version)
		switch {
		case err != nil:
			return err
		case b.Lock == nil:
			return noLocks()
		case o.Lock != nil:
			l = *o.Lock
		}
		return nil
	})
	if err != nil {
		return l, s.absent(ctx, rt.Val(at.bucket), err)
	}
	return l, nil
}

// relock changes a version's lock.
func (s *Service) relock(ctx context.Context, at lockable, event string, change func(l *lock) error) error {
	err := s.k.Update(ctx, func(tx *store.Tx) error {
		b, err := s.open(tx, at.bucket, at.owner)
		if err != nil {
			return err
		}
		if b.Lock == nil {
			return noLocks()
		}
		o, err := s.readable(tx, &b, *at.bucket, rt.Val(at.key), at.version)
		if err != nil {
			return err
		}
		var l lock
		if o.Lock != nil {
			l = *o.Lock
		}
		if err := change(&l); err != nil {
			return err
		}
		if o.Lock = &l; l == (lock{}) {
			o.Lock = nil
		}
		s.rewrite(tx, &b, *at.bucket, *at.key, o)
		s.objectChanged(tx, &b, *at.bucket, *at.key, event, &o)
		return nil
	})
	if err != nil {
		return s.absent(ctx, rt.Val(at.bucket), mapError(err))
	}
	return nil
}

func noLock() error {
	return awserr.New(http.StatusNotFound, "NoSuchObjectLockConfiguration", "The specified object does not have a ObjectLock configuration")
}

// PutObjectRetention keeps a version until a date. Governance can be shortened, taken away or made compliance by who may bypass it,
// compliance only be extended.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectRetention.html
func (s *Service) PutObjectRetention(ctx context.Context, in *api.PutObjectRetentionInput) (*api.PutObjectRetentionOutput, error) {
	r := in.Retention
	if r == nil {
		return nil, s.absentBody(ctx, in.Bucket, in.ExpectedBucketOwner)
	}
	if r.EventHold != nil || r.EventHoldDuration != nil {
		return nil, notImplemented("EventHold")
	}
	mode := rt.Val(r.Mode)
	now := s.k.Clock.Now()
	switch {
	case (r.Mode == nil) != (r.RetainUntilDate == nil), r.Mode != nil && mode != governance && mode != compliance:
		return nil, malformedXML()
	case r.RetainUntilDate != nil && !r.RetainUntilDate.After(now):
		return nil, pastRetention("RetainUntilDate", *r.RetainUntilDate)
	}
	bypass := s.bypasses(ctx, in.BypassGovernanceRetention, rt.Val(in.Bucket), rt.Val(in.Key))
	err := s.relock(ctx, lockable{in.Bucket, in.Key, in.VersionId, in.ExpectedBucketOwner}, "ObjectRetention:Put", func(l *lock) error {
		longer := mode == l.Mode && r.RetainUntilDate != nil && !r.RetainUntilDate.Before(l.Until)
		if l.retained(now) && !longer && (l.Mode == compliance || !bypass) {
			return lockedAway()
		}
		l.Mode, l.Until = mode, rt.Val(r.RetainUntilDate).UTC()
		return nil
	})
	return &api.PutObjectRetentionOutput{}, err
}

// GetObjectRetention reads until when.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectRetention.html
func (s *Service) GetObjectRetention(ctx context.Context, in *api.GetObjectRetentionInput) (*api.GetObjectRetentionOutput, error) {
	l, err := s.lockOf(ctx, lockable{in.Bucket, in.Key, in.VersionId, in.ExpectedBucketOwner})
	if err != nil {
		return nil, err
	}
	if l.Mode == "" {
		return nil, noLock()
	}
	return &api.GetObjectRetentionOutput{Retention: &api.ObjectLockRetention{Mode: new(l.Mode), RetainUntilDate: new(l.Until)}}, nil
}

// PutObjectLegalHold keeps a version for as long as the hold is on.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLegalHold.html
func (s *Service) PutObjectLegalHold(ctx context.Context, in *api.PutObjectLegalHoldInput) (*api.PutObjectLegalHoldOutput, error) {
	if _, err := s.look(ctx, in.Bucket, in.ExpectedBucketOwner); err != nil {
		return nil, err
	}
	if in.LegalHold == nil || rt.Val(in.LegalHold.Status) != holdOn && rt.Val(in.LegalHold.Status) != holdOff {
		return nil, malformedXML()
	}
	err := s.relock(ctx, lockable{in.Bucket, in.Key, in.VersionId, in.ExpectedBucketOwner}, "ObjectLegalHold:Put", func(l *lock) error {
		l.Hold = *in.LegalHold.Status
		return nil
	})
	return &api.PutObjectLegalHoldOutput{}, err
}

// GetObjectLegalHold reads whether it is.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLegalHold.html
func (s *Service) GetObjectLegalHold(ctx context.Context, in *api.GetObjectLegalHoldInput) (*api.GetObjectLegalHoldOutput, error) {
	l, err := s.lockOf(ctx, lockable{in.Bucket, in.Key, in.VersionId, in.ExpectedBucketOwner})
	if err != nil {
		return nil, err
	}
	if l.Hold == "" {
		return nil, noLock()
	}
	return &api.GetObjectLegalHoldOutput{LegalHold: &api.ObjectLockLegalHold{Status: new(l.Hold)}}, nil
}
