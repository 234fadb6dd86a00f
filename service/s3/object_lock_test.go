package s3

import (
	"context"
	"strings"
	"testing"
	"time"

	"unyo/api/rt"
	api "unyo/api/s3"
)

// locked makes a bucket with object lock.
func (r *rig) locked(name string, rule *api.DefaultRetention) {
	r.t.Helper()
	_, err := r.CreateBucket(r.ctx(), &api.CreateBucketInput{Bucket: &name, ObjectLockEnabledForBucket: new(true)})
	ok(r.t, err)
	if rule != nil {
		ok(r.t, r.lockRule(name, rule))
	}
}

func (r *rig) lockRule(name string, rule *api.DefaultRetention) error {
	c := &api.ObjectLockConfiguration{ObjectLockEnabled: p("Enabled")}
	if rule != nil {
		c.Rule = &api.ObjectLockRule{DefaultRetention: rule}
	}
	_, err := r.PutObjectLockConfiguration(r.ctx(), &api.PutObjectLockConfigurationInput{Bucket: &name, ObjectLockConfiguration: c})
	return err
}

// may not bypass governance
func (r *rig) meek() context.Context {
	return rt.WithPermit(r.ctx(), func(_ context.Context, n rt.Need) error {
		if n.Action == "s3:BypassGovernanceRetention" {
			return accessDenied()
		}
		return nil
	})
}

func (r *rig) retain(ctx context.Context, key, mode string, until time.Time, bypass bool) error {
	in := &api.PutObjectRetentionInput{Bucket: p("bkt"), Key: &key, Retention: &api.ObjectLockRetention{}, BypassGovernanceRetention: &bypass}
	if mode != "" {
		in.Retention = &api.ObjectLockRetention{Mode: &mode, RetainUntilDate: &until}
	}
	_, err := r.PutObjectRetention(ctx, in)
	return err
}

// What is locked is there until its date, or until the hold is taken off.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
func TestObjectLock(t *testing.T) {
	r := started(t)
	r.locked("bkt", &api.DefaultRetention{Mode: p(compliance), Days: new(int32(10))})
	kept := *r.put("bkt", "kept", "x").VersionId
	delete := func(ctx context.Context, key, version string, bypass bool) error {
		_, err := r.DeleteObject(ctx, &api.DeleteObjectInput{Bucket: p("bkt"), Key: &key, VersionId: &version, BypassGovernanceRetention: &bypass})
		return err
	}
	code(t, delete(r.ctx(), "kept", kept, true), "AccessDenied")
	many, err := r.DeleteObjects(r.ctx(), &api.DeleteObjectsInput{Bucket: p("bkt"), Delete: &api.Delete{Objects: []api.ObjectIdentifier{{Key: p("kept"), VersionId: &kept}}}})
	ok(t, err)
	if len(many.Errors) != 1 || *many.Errors[0].Code != "AccessDenied" {
		t.Errorf("%+v", many)
	}
	code(t, r.retain(r.ctx(), "kept", compliance, begin.Add(5*day), true), "AccessDenied")
	code(t, r.retain(r.ctx(), "kept", governance, begin.Add(50*day), true), "AccessDenied")
	code(t, r.retain(r.ctx(), "kept", "", begin, true), "AccessDenied")
	ok(t, r.retain(r.ctx(), "kept", compliance, begin.Add(20*day), false))
	_, err = r.DeleteObject(r.ctx(), &api.DeleteObjectInput{Bucket: p("bkt"), Key: p("kept")}) // a marker only
	ok(t, err)
	head, err := r.HeadObject(r.ctx(), &api.HeadObjectInput{Bucket: p("bkt"), Key: p("kept"), VersionId: &kept})
	ok(t, err)
	if *head.ObjectLockMode != compliance || !head.ObjectLockRetainUntilDate.Equal(begin.Add(20*day)) || head.ObjectLockLegalHoldStatus != nil {
		t.Errorf("%+v", head)
	}

	until := begin.Add(3 * day)
	out, err := r.PutObject(r.ctx(), &api.PutObjectInput{Bucket: p("bkt"), Key: p("soft"), Body: strings.NewReader("x"), ChecksumAlgorithm: p("CRC32"), ObjectLockMode: p(governance), ObjectLockRetainUntilDate: &until})
	ok(t, err)
	code(t, delete(r.ctx(), "soft", *out.VersionId, false), "AccessDenied")
	code(t, delete(r.meek(), "soft", *out.VersionId, true), "AccessDenied")
	code(t, r.retain(r.meek(), "soft", governance, begin.Add(2*day), true), "AccessDenied")
	ok(t, r.retain(r.meek(), "soft", governance, begin.Add(4*day), false))
	code(t, r.retain(r.ctx(), "soft", compliance, begin.Add(5*day), false), "AccessDenied") // out of governance by bypass only
	ok(t, r.retain(r.ctx(), "soft", "", begin, true))
	_, err = r.GetObjectRetention(r.ctx(), &api.GetObjectRetentionInput{Bucket: p("bkt"), Key: p("soft")})
	code(t, err, "NoSuchObjectLockConfiguration")
	ok(t, delete(r.ctx(), "soft", *out.VersionId, false))

	held := *r.put("bkt", "held", "x").VersionId
	_, err = r.PutObjectLegalHold(r.ctx(), &api.PutObjectLegalHoldInput{Bucket: p("bkt"), Key: p("held"), LegalHold: &api.ObjectLockLegalHold{Status: p(holdOn)}})
	ok(t, err)
	r.to(30)
	ok(t, delete(r.ctx(), "kept", kept, false))
	code(t, delete(r.ctx(), "held", held, true), "AccessDenied")
	_, err = r.PutObjectLegalHold(r.ctx(), &api.PutObjectLegalHoldInput{Bucket: p("bkt"), Key: p("held"), LegalHold: &api.ObjectLockLegalHold{Status: p(holdOff)}})
	ok(t, err)
	hold, err := r.GetObjectLegalHold(r.ctx(), &api.GetObjectLegalHoldInput{Bucket: p("bkt"), Key: p("held")})
	ok(t, err)
	if *hold.LegalHold.Status != holdOff {
		t.Error(*hold.LegalHold.Status)
	}
	ok(t, delete(r.ctx(), "held", held, false))
}

// A rule that deletes waits for the lock.
func TestLifecycleWaitsForLocks(t *testing.T) {
	r := started(t)
	r.locked("bkt", &api.DefaultRetention{Mode: p(compliance), Days: new(int32(10))})
	ok(t, r.obey("bkt", api.LifecycleRule{Filter: prefixed(""), NoncurrentVersionExpiration: &api.NoncurrentVersionExpiration{NoncurrentDays: new(int32(1))}}))
	r.put("bkt", "k", "1")
	r.put("bkt", "k", "2")
	held := *r.put("bkt", "k", "3").VersionId
	_, err := r.PutObjectLegalHold(r.ctx(), &api.PutObjectLegalHoldInput{Bucket: p("bkt"), Key: p("k"), LegalHold: &api.ObjectLockLegalHold{Status: p(holdOn)}})
	ok(t, err)
	r.put("bkt", "k", "4")
	r.to(9)
	r.expect("bkt", "k:STANDARD k:STANDARD k:STANDARD k:STANDARD*")
	r.to(11)
	r.expect("bkt", "k:STANDARD k:STANDARD*")
	_, err = r.PutObjectLegalHold(r.ctx(), &api.PutObjectLegalHoldInput{Bucket: p("bkt"), Key: p("k"), VersionId: &held, LegalHold: &api.ObjectLockLegalHold{Status: p(holdOff)}})
	ok(t, err)
	r.to(12)
	r.expect("bkt", "k:STANDARD*")
}

func TestObjectLockRefused(t *testing.T) {
	r := newRig(t)
	r.bucket("plain")
	code(t, r.lockRule("plain", nil), "InvalidBucketState")
	_, err := r.GetObjectLockConfiguration(r.ctx(), &api.GetObjectLockConfigurationInput{Bucket: p("plain")})
	code(t, err, "ObjectLockConfigurationNotFoundError")
	r.put("plain", "k", "x")
	_, err = r.GetObjectRetention(r.ctx(), &api.GetObjectRetentionInput{Bucket: p("plain"), Key: p("k")})
	code(t, err, "InvalidRequest")
	r.versioning("plain", enabled)
	ok(t, r.lockRule("plain", nil)) // since November 2023
	r.locked("bkt", nil)
	_, err = r.PutBucketVersioning(r.ctx(), &api.PutBucketVersioningInput{Bucket: p("bkt"), VersioningConfiguration: &api.VersioningConfiguration{Status: p(suspended)}})
	code(t, err, "InvalidBucketState")
	for want, d := range map[string]*api.DefaultRetention{
		"MalformedXML":      {Mode: p("STRICT"), Days: new(int32(1))},
		"MalformedXML ":     {Mode: p(compliance), Days: new(int32(1)), Years: new(int32(1))},
		"MalformedXML  ":    {Mode: p(compliance)},
		"InvalidArgument":   {Mode: p(compliance), Days: new(int32(0))},
		"InvalidArgument ":  {Mode: p(compliance), Days: new(int32(36501))},
		"InvalidArgument  ": {Mode: p(governance), Years: new(int32(101))},
	} {
		code(t, r.lockRule("bkt", d), strings.TrimSpace(want))
	}
	r.put("bkt", "k", "x")
	code(t, r.retain(r.ctx(), "k", compliance, begin, false), "InvalidArgument")
	code(t, r.retain(r.ctx(), "k", "STRICT", begin.Add(day), false), "MalformedXML")
	code(t, r.retain(r.ctx(), "none", compliance, begin.Add(day), false), "NoSuchKey")
	_, err = r.PutObjectLegalHold(r.ctx(), &api.PutObjectLegalHoldInput{Bucket: p("bkt"), Key: p("k"), LegalHold: &api.ObjectLockLegalHold{Status: p("MAYBE")}})
	code(t, err, "MalformedXML")
	soon := begin.Add(day)
	for want, in := range map[string]*api.PutObjectInput{
		"InvalidArgument":   {ObjectLockRetainUntilDate: &soon},
		"InvalidArgument ":  {ObjectLockMode: p("STRICT"), ObjectLockRetainUntilDate: &soon},
		"InvalidArgument  ": {ObjectLockMode: p(governance), ObjectLockRetainUntilDate: &begin},
		"InvalidRequest":    {ObjectLockMode: p(governance), ObjectLockRetainUntilDate: &soon}, // without a sum
	} {
		in.Bucket, in.Key, in.Body = p("bkt"), p("k"), strings.NewReader("x")
		_, err := r.PutObject(r.ctx(), in)
		code(t, err, strings.TrimSpace(want))
	}
}
