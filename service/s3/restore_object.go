package s3

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"time"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// restore is a copy of an archived version that can be read for a while. Whether it can be read follows from the clock; the job
// thaw only enters its beginning and its end in the journal and the meter.
type restore struct {
	Ready  time.Time `json:"ready"`
	Until  time.Time `json:"until"`
	Copied bool      `json:"copied,omitempty"` // counted among what is stored
}

func (r *restore) done(now time.Time) bool {
	return r != nil && !now.Before(r.Ready) && now.Before(r.Until)
}

func (r *restore) ongoing(now time.Time) bool { return r != nil && now.Before(r.Ready) }

// restoreHeader is x-amz-restore.
func (o *object) restoreHeader(now time.Time) *string {
	switch {
	case o.Restore.ongoing(now):
		return new(`ongoing-request="true"`)
	case o.Restore.done(now):
		return new(`ongoing-request="false", expiry-date="` + o.Restore.Until.UTC().Format(http.TimeFormat) + `"`)
	}
	return nil
}

// restoreStatus is the same in lists.
func (o *object) restoreStatus(now time.Time) *api.RestoreStatus {
	switch {
	case o.Restore.ongoing(now):
		return &api.RestoreStatus{IsRestoreInProgress: new(true)}
	case o.Restore.done(now):
		return &api.RestoreStatus{IsRestoreInProgress: new(false), RestoreExpiryDate: new(o.Restore.Until)}
	}
	return nil
}

// tiers are how long a restore takes: the longest that AWS names.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects-retrieval-options.html
var tiers = map[string]map[string]time.Duration{
	glacier:     {"Expedited": 5 * time.Minute, "Standard": 5 * time.Hour, "Bulk": 12 * time.Hour},
	deepArchive: {"Standard": 12 * time.Hour, "Bulk": 48 * time.Hour},
}

// thawing names a version that is being restored, or was.
type thawing struct {
	Bucket string
	Key    []byte
	Seq    uint64
}

// RestoreObject has an archived version made readable for some days; asked again, it moves their end, or takes a faster tier.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_RestoreObject.html
func (s *Service) RestoreObject(ctx context.Context, in *api.RestoreObjectInput) (*api.RestoreObjectOutput, error) {
	tier, days, err := checkRestore(in.RestoreRequest)
	if err != nil {
		return nil, err
	}
	if err := checkKey(rt.Val(in.Key)); err != nil {
		return nil, err
	}
	err = s.k.Update(ctx, func(tx *store.Tx) error {
		b, err := s.open(tx, in.Bucket, in.ExpectedBucketOwner)
		if err != nil {
			return err
		}
		o, err := s.readable(tx, &b, *in.Bucket, *in.Key, in.VersionId)
		if err != nil {
			return err
		}
		if !archived(o.Class) {
			e := api.NewInvalidObjectState("Restore is not allowed for the object's current storage class")
			e.StorageClass = new(o.Class)
			return e
		}
		takes, ok := tiers[o.Class][tier]
		if !ok {
			return invalidArgument("Tier", tier, "%s retrieval option is not supported by this storage class", tier)
		}
		now := s.now()
		r := restore{Ready: now.Add(takes)}
		switch old := o.Restore; {
		case old.ongoing(now) && !r.Ready.Before(old.Ready):
			return awserr.New(http.StatusConflict, "RestoreAlreadyInProgress", "Object restore is already in progress")
		case old.done(now):
			r = *old
			r.Until = midnightAfter(now, days)
		default:
			r.Until = midnightAfter(r.Ready, days)
		}
		o.Restore = &r
		s.rewrite(tx, &b, *in.Bucket, *in.Key, o)
		at := r.Ready
		if r.Copied {
			at = r.Until
		} else {
			s.objectChanged(tx, &b, *in.Bucket, *in.Key, "ObjectRestore:Post", &o)
		}
		s.thaw.AtKey(everywhere(tx), thawKey(*in.Bucket, *in.Key, o.Seq), at, thawing{*in.Bucket, []byte(*in.Key), o.Seq})
		return nil
	})
	if err != nil {
		return nil, s.absent(ctx, rt.Val(in.Bucket), mapError(err))
	}
	return &api.RestoreObjectOutput{}, nil
}

// thawKey names a version in the key of a job, which must be text.
func thawKey(name, key string, seq uint64) string {
	sum := sha256.Sum256([]byte(place(name, key, seq)))
	return hex.EncodeToString(sum[:])
}

// checkRestore judges a request for a restore; results of queries are not among what is restored here.
func checkRestore(r *api.RestoreRequest) (tier string, days int32, err error) {
	switch {
	case r == nil:
		return "", 0, malformedXML()
	case r.Type != nil || r.SelectParameters != nil:
		return "", 0, notImplemented("SelectParameters")
	case r.OutputLocation != nil:
		return "", 0, notImplemented("OutputLocation")
	case r.Days == nil:
		return "", 0, malformedXML()
	case *r.Days < 1:
		return "", 0, invalidArgument("Days", itoa(int(*r.Days)), "restoration days should be at least 1")
	}
	tier = rt.Val(r.Tier)
	if p := r.GlacierJobParameters; p != nil {
		if p.Tier == nil || tier != "" && tier != *p.Tier {
			return "", 0, malformedXML()
		}
		tier = *p.Tier
	}
	switch tier {
	case "":
		tier = "Standard"
	case "Expedited", "Standard", "Bulk":
	default:
		return "", 0, malformedXML()
	}
	return tier, *r.Days, nil
}

// runThaw is the job thaw: at a restore's beginning and at its end.
func (s *Service) runThaw(ctx context.Context, a thawing) error {
	return s.k.Update(ctx, func(tx *store.Tx) error {
		jobs.Settle(ctx, tx)
		key := string(a.Key)
		b, ok := s.buckets.Get(tx, a.Bucket)
		o, there := s.numbered(tx, a.Bucket, key, a.Seq)
		if !ok || !there || o.Restore == nil {
			return nil
		}
		now := s.k.Clock.Now()
		if !now.Before(o.Restore.Until) {
			s.storedCopy(tx, &b, a.Bucket, &o, -1)
			o.Restore = nil
			s.rewrite(tx, &b, a.Bucket, key, o)
			s.objectChanged(tx, &b, a.Bucket, key, "ObjectRestore:Delete", &o)
			return nil
		}
		if !o.Restore.Copied && o.Restore.done(now) {
			r := *o.Restore
			r.Copied = true
			o.Restore = &r
			s.rewrite(tx, &b, a.Bucket, key, o)
			s.storedCopy(tx, &b, a.Bucket, &o, 1)
			s.objectChanged(tx, &b, a.Bucket, key, "ObjectRestore:Completed", &o)
		}
		s.thaw.AtKey(everywhere(tx), thawKey(a.Bucket, key, a.Seq), o.Restore.Until, a)
		return nil
	})
}
