package s3

import (
	"context"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/kernel/store"
)

// PutObjectTagging gives a version exactly these tags.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html
func (s *Service) PutObjectTagging(ctx context.Context, in *api.PutObjectTaggingInput) (*api.PutObjectTaggingOutput, error) {
	if in.Tagging == nil {
		return nil, s.absentBody(ctx, in.Bucket, in.ExpectedBucketOwner)
	}
	list := tagsOf(in.Tagging.TagSet)
	if err := checkTags(list, maxObjectTags); err != nil {
		return nil, err
	}
	version, err := s.retag(ctx, in.Bucket, in.Key, in.VersionId, in.ExpectedBucketOwner, list, "ObjectTagging:Put")
	return &api.PutObjectTaggingOutput{VersionId: version}, err
}

// DeleteObjectTagging takes all tags off a version.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjectTagging.html
func (s *Service) DeleteObjectTagging(ctx context.Context, in *api.DeleteObjectTaggingInput) (*api.DeleteObjectTaggingOutput, error) {
	version, err := s.retag(ctx, in.Bucket, in.Key, in.VersionId, in.ExpectedBucketOwner, nil, "ObjectTagging:Delete")
	return &api.DeleteObjectTaggingOutput{VersionId: version}, err
}

// GetObjectTagging reads a version's tags.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectTagging.html
func (s *Service) GetObjectTagging(ctx context.Context, in *api.GetObjectTaggingInput) (*api.GetObjectTaggingOutput, error) {
	var b bucket
	var o object
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		if b, err = s.open(tx, in.Bucket, in.ExpectedBucketOwner); err != nil {
			return err
		}
		o, err = s.readable(tx, &b, *in.Bucket, rt.Val(in.Key), in.VersionId)
		return err
	})
	if err != nil {
		return nil, s.absent(ctx, rt.Val(in.Bucket), err)
	}
	return &api.GetObjectTaggingOutput{TagSet: tagShapes(o.Tags), VersionId: b.versionHeader(&o)}, nil
}

func (s *Service) retag(ctx context.Context, bucket, key, version, owner *string, list []tag, event string) (shown *string, err error) {
	err = s.k.Update(ctx, func(tx *store.Tx) error {
		b, err := s.open(tx, bucket, owner)
		if err != nil {
			return err
		}
		o, err := s.readable(tx, &b, *bucket, rt.Val(key), version)
		if err != nil {
			return err
		}
		o.Tags = list
		s.rewrite(tx, &b, *bucket, *key, o)
		s.objectChanged(tx, &b, *bucket, *key, event, &o)
		shown = b.versionHeader(&o)
		return nil
	})
	if err != nil {
		return nil, s.absent(ctx, rt.Val(bucket), mapError(err))
	}
	return shown, nil
}

// rewrite puts a version's row back where it lies.
func (s *Service) rewrite(tx *store.Tx, b *bucket, name, key string, o object) {
	if b.Rules != 0 || o.Due != "" {
		s.replace(tx, b, name, key, o)
		return
	}
	at := store.Key(name, key)
	if cur, ok := s.objects.Get(tx, at); ok && cur.Seq == o.Seq {
		s.objects.Put(tx, at, o)
		return
	}
	s.versions.Put(tx, place(name, key, o.Seq), o)
}
