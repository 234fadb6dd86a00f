package s3

import (
	"context"
	"errors"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/kernel/store"
)

// deletionsTogether keeps a transaction of deletions below the store's limits.
const deletionsTogether = 100

// DeleteObjects removes up to a thousand objects, each for itself: what fails is listed beside what succeeded.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
func (s *Service) DeleteObjects(ctx context.Context, in *api.DeleteObjectsInput) (*api.DeleteObjectsOutput, error) {
	if err := refuse(in); err != nil {
		return nil, err
	}
	if in.Delete == nil || len(in.Delete.Objects) == 0 || len(in.Delete.Objects) > maxList {
		return nil, malformedXML()
	}
	for _, o := range in.Delete.Objects {
		if o.Key == nil || *o.Key == "" {
			return nil, malformedXML()
		}
	}
	if _, err := s.look(ctx, in.Bucket, in.ExpectedBucketOwner); err != nil {
		return nil, err
	}
	out := &api.DeleteObjectsOutput{}
	objects, err := s.deletable(ctx, in, out)
	if err != nil {
		return nil, err
	}
	bypass := map[string]bool{}
	for _, o := range objects {
		if rt.Val(in.BypassGovernanceRetention) && o.VersionId != nil {
			bypass[*o.Key] = s.bypasses(ctx, in.BypassGovernanceRetention, *in.Bucket, *o.Key)
		}
	}
	for len(objects) > 0 {
		n := min(len(objects), deletionsTogether)
		if err := s.deleteSome(ctx, in, objects[:n], bypass, out); err != nil {
			return nil, mapError(err)
		}
		objects = objects[n:]
	}
	return out, nil
}

// deletable returns the objects that the caller may delete; out says of the others that they may not.
func (s *Service) deletable(ctx context.Context, in *api.DeleteObjectsInput, out *api.DeleteObjectsOutput) ([]api.ObjectIdentifier, error) {
	var may []api.ObjectIdentifier
	for _, o := range in.Delete.Objects {
		action := versioned("DeleteObject", rt.Val(o.VersionId))
		err := rt.Permit(ctx, need(action, s.objectARN(*in.Bucket, *o.Key))[0])
		var e awserr.Error
		switch {
		case err == nil:
			may = append(may, o)
		case errors.As(err, &e):
			out.Errors = append(out.Errors, failure(&o, e))
		default:
			return nil, err
		}
	}
	return may, nil
}

func failure(o *api.ObjectIdentifier, e awserr.Error) api.Error {
	return api.Error{Key: o.Key, VersionId: o.VersionId, Code: new(e.ErrorCode()), Message: new(e.ErrorMessage())}
}

// deleteSome deletes objects in one transaction and adds to out what came of each.
func (s *Service) deleteSome(ctx context.Context, in *api.DeleteObjectsInput, objects []api.ObjectIdentifier, bypass map[string]bool, out *api.DeleteObjectsOutput) error {
	random := s.k.Entropy.Bytes(ctx, 16*len(objects))
	var gone []api.DeletedObject
	var failed []api.Error
	err := s.k.Update(ctx, func(tx *store.Tx) error {
		gone, failed = nil, nil
		b, err := s.open(tx, in.Bucket, in.ExpectedBucketOwner)
		if err != nil {
			return err
		}
		for i := range objects {
			o := &objects[i]
			d := deletion{*o.Key, o.VersionId, o.ETag, o.LastModifiedTime, o.Size, bypass[*o.Key]}
			if d.version != nil && *d.version == "" {
				d.version = nil
			}
			err := checkKey(d.key)
			var what deleted
			if err == nil {
				what, err = s.delete(tx, &b, *in.Bucket, d, random[16*i:16*i+16])
			}
			var e awserr.Error
			switch {
			case err == nil:
				gone = append(gone, deletedShape(o, d.version, what))
			case errors.As(err, &e):
				failed = append(failed, failure(o, e))
			default:
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if !rt.Val(in.Delete.Quiet) {
		out.Deleted = append(out.Deleted, gone...)
	}
	out.Errors = append(out.Errors, failed...)
	return nil
}

func deletedShape(o *api.ObjectIdentifier, version *string, what deleted) api.DeletedObject {
	shape := api.DeletedObject{Key: o.Key, VersionId: version}
	if what.marker {
		shape.DeleteMarker, shape.DeleteMarkerVersionId = new(true), what.version
	}
	return shape
}
