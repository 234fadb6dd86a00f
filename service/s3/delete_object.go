package s3

import (
	"context"
	"time"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/kernel/store"
)

// deletion is one object to delete, as DeleteObject and DeleteObjects ask it.
type deletion struct {
	key      string
	version  *string
	match    *string
	modified *time.Time
	size     *int64
	bypass   bool // governance is set aside
}

// DeleteObject removes an object: for good where the bucket has no versioning or a version is named, under a delete
// marker otherwise. What is not there is deleted with success.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html
func (s *Service) DeleteObject(ctx context.Context, in *api.DeleteObjectInput) (*api.DeleteObjectOutput, error) {
	if err := refuse(in); err != nil {
		return nil, err
	}
	if err := checkKey(rt.Val(in.Key)); err != nil {
		return nil, err
	}
	d := deletion{*in.Key, in.VersionId, in.IfMatch, in.IfMatchLastModifiedTime, in.IfMatchSize, s.bypasses(ctx, in.BypassGovernanceRetention, rt.Val(in.Bucket), *in.Key)}
	random := s.k.Entropy.Bytes(ctx, 16)
	var gone deleted
	err := s.k.Update(ctx, func(tx *store.Tx) error {
		b, err := s.open(tx, in.Bucket, in.ExpectedBucketOwner)
		if err != nil {
			return err
		}
		gone, err = s.delete(tx, &b, *in.Bucket, d, random)
		return err
	})
	if err != nil {
		return nil, mapError(err)
	}
	out := &api.DeleteObjectOutput{VersionId: gone.version}
	if gone.marker {
		out.DeleteMarker = new(true)
	}
	return out, nil
}

// deleted is what came of a deletion.
type deleted struct {
	version *string // that was made (a marker) or deleted
	marker  bool    // that version is a delete marker
}

// delete carries out one deletion.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html
func (s *Service) delete(tx *store.Tx, b *bucket, name string, d deletion, random []byte) (deleted, error) {
	if d.version != nil {
		return s.deleteVersion(tx, b, name, d)
	}
	cur, has := s.newest(tx, b, name, d.key)
	if err := d.check(&cur, has); err != nil {
		return deleted{}, err
	}
	if b.Versioning == "" {
		if has {
			s.remove(tx, b, name, d.key, &cur)
			s.objectChanged(tx, b, name, d.key, "ObjectRemoved:Delete", &cur)
		}
		return deleted{}, nil
	}
	m := s.add(tx, b, name, d.key, object{Marker: true, Modified: s.now(), Owner: b.Account}, random)
	s.objectChanged(tx, b, name, d.key, "ObjectRemoved:DeleteMarkerCreated", &m)
	return deleted{new(m.shown()), true}, nil
}

func (s *Service) deleteVersion(tx *store.Tx, b *bucket, name string, d deletion) (deleted, error) {
	if *d.version == "" {
		return deleted{}, invalidArgument("versionId", "", "Version id cannot be the empty string")
	}
	o, ok, err := s.version(tx, name, d.key, *d.version)
	if err != nil {
		return deleted{}, err
	}
	if err := d.check(&o, ok); err != nil {
		return deleted{}, err
	}
	if ok && o.Lock.keeps(s.k.Clock.Now(), d.bypass) {
		return deleted{}, lockedAway()
	}
	if ok {
		s.remove(tx, b, name, d.key, &o)
		s.objectChanged(tx, b, name, d.key, "ObjectRemoved:Delete", &o)
	}
	return deleted{d.version, ok && o.Marker}, nil
}

// check judges the conditions of a deletion.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-deletes.html
func (d *deletion) check(o *object, has bool) error {
	if d.match == nil && d.modified == nil && d.size == nil {
		return nil
	}
	if !has || o.Marker {
		return noSuchKey(d.key)
	}
	switch {
	case d.match != nil && !etagIn(*d.match, o.ETag):
		return preconditionFailed("If-Match")
	case d.modified != nil && !o.Modified.Truncate(time.Second).Equal(d.modified.Truncate(time.Second)):
		return preconditionFailed("x-amz-if-match-last-modified-time")
	case d.size != nil && *d.size != o.Size:
		return preconditionFailed("x-amz-if-match-size")
	}
	return nil
}
