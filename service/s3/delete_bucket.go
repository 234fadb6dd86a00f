package s3

import (
	"context"
	"net/http"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/kernel/store"
)

// DeleteBucket removes an empty bucket and all that was configured for it. Uploads that were not completed do not hold it.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html
func (s *Service) DeleteBucket(ctx context.Context, in *api.DeleteBucketInput) (*api.DeleteBucketOutput, error) {
	name := rt.Val(in.Bucket)
	err := s.k.Update(ctx, func(tx *store.Tx) error {
		b, err := s.open(tx, in.Bucket, in.ExpectedBucketOwner)
		if err != nil {
			return err
		}
		under := store.Key(name, "")
		_, _, object := s.objects.First(tx, under)
		_, _, version := s.versions.First(tx, under)
		if object || version {
			return notEmpty(name, version)
		}
		if !s.dropUploads(tx, name) {
			return awserr.New(http.StatusConflict, "OperationAborted", "A conflicting conditional operation is currently in progress against this resource. Please try again.")
		}
		s.buckets.Delete(tx, name)
		s.owned.Delete(tx, store.Key(b.Account, name))
		s.dropPolicy(tx, name)
		s.sharing.Delete(tx, name)
		s.loggings.Delete(tx, name)
		s.flights.Delete(tx, name)
		s.accesses.Erase(tx, under, successor(under))
		s.eraseRules(tx, name)
		lo := store.Key(name, "")
		s.days.Erase(tx, lo, successor(lo))
		s.k.Tags.Clear(b.owner(tx), s.bucketARN(name))
		s.k.Resources.Delete(tx, s.bucketARN(name))
		s.changed(tx, &b, name, "DeleteBucket", &b, nil)
		return nil
	})
	if err != nil {
		return nil, mapError(err)
	}
	return &api.DeleteBucketOutput{}, nil
}

func notEmpty(name string, versioned bool) error {
	message := "The bucket you tried to delete is not empty"
	if versioned {
		message = "The bucket you tried to delete is not empty. You must delete all versions in the bucket."
	}
	return awserr.New(http.StatusConflict, "BucketNotEmpty", "%s", message).With("BucketName", name)
}
