package s3

import (
	"context"
	"net/http"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/kernel/store"
)

// Object ownership.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
const (
	ownerEnforced  = "BucketOwnerEnforced" // ACLs are off; the default since April 2023
	ownerPreferred = "BucketOwnerPreferred"
	ownerWriter    = "ObjectWriter"
)

func checkOwnership(o string, in *api.CreateBucketInput) error {
	switch o {
	case ownerEnforced:
		if err := knownACL(in.ACL); err != nil {
			return err
		}
		if acl := rt.Val(in.ACL); acl != "" && acl != "private" || granted(in.GrantFullControl, in.GrantRead, in.GrantReadACP, in.GrantWrite, in.GrantWriteACP) {
			return awserr.New(http.StatusBadRequest, "InvalidBucketAclWithObjectOwnership", "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting")
		}
		return nil
	case ownerPreferred, ownerWriter:
		return refuseACL(rt.Val(in.ACL), in.GrantFullControl, in.GrantRead, in.GrantReadACP, in.GrantWrite, in.GrantWriteACP)
	}
	return invalidArgument("x-amz-object-ownership", o, "Invalid x-amz-object-ownership header: %s", o)
}

func granted(grants ...*string) bool {
	for _, g := range grants {
		if g != nil {
			return true
		}
	}
	return false
}

// knownACL refuses what is no canned ACL of a bucket.
func knownACL(canned *string) error {
	switch acl := rt.Val(canned); acl {
	case "", "private", "public-read", "public-read-write", "authenticated-read", "aws-exec-read", "log-delivery-write":
		return nil
	default:
		return invalidArgument("x-amz-acl", acl, "")
	}
}

// refuseACL lets through what grants nothing to anybody but the owner; other grants are not there yet.
func refuseACL(canned string, grants ...*string) error {
	if granted(grants...) {
		return notImplemented("x-amz-grant-*")
	}
	switch canned {
	case "", "private", "bucket-owner-full-control", "bucket-owner-read":
		return nil
	case "public-read", "public-read-write", "authenticated-read", "aws-exec-read", "log-delivery-write":
		return notImplemented("x-amz-acl")
	}
	return invalidArgument("x-amz-acl", canned, "")
}

// checkObjectACL judges the ACL that an object is to be stored with.
func (b *bucket) checkObjectACL(canned *string, grants ...*string) error {
	if b.Ownership != ownerEnforced {
		return refuseACL(rt.Val(canned), grants...)
	}
	if acl := rt.Val(canned); granted(grants...) || acl != "" && acl != "bucket-owner-full-control" {
		return aclNotSupported()
	}
	return nil
}

func aclNotSupported() error {
	return awserr.New(http.StatusBadRequest, "AccessControlListNotSupported", "The bucket does not allow ACLs")
}

// PutBucketOwnershipControls decides who owns objects and whether ACLs count.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketOwnershipControls.html
func (s *Service) PutBucketOwnershipControls(ctx context.Context, in *api.PutBucketOwnershipControlsInput) (*api.PutBucketOwnershipControlsOutput, error) {
	if in.OwnershipControls == nil || len(in.OwnershipControls.Rules) != 1 {
		return nil, malformedXML()
	}
	o := rt.Val(in.OwnershipControls.Rules[0].ObjectOwnership)
	if o != ownerEnforced && o != ownerPreferred && o != ownerWriter {
		return nil, malformedXML()
	}
	return &api.PutBucketOwnershipControlsOutput{}, s.configure(ctx, in.Bucket, in.ExpectedBucketOwner, "PutBucketOwnershipControls", func(b *bucket) error {
		b.Ownership = o
		return nil
	})
}

// GetBucketOwnershipControls reads that.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketOwnershipControls.html
func (s *Service) GetBucketOwnershipControls(ctx context.Context, in *api.GetBucketOwnershipControlsInput) (*api.GetBucketOwnershipControlsOutput, error) {
	b, err := s.look(ctx, in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	if b.Ownership == "" {
		return nil, awserr.New(http.StatusNotFound, "OwnershipControlsNotFoundError", "The bucket ownership controls were not found").With("BucketName", *in.Bucket)
	}
	return &api.GetBucketOwnershipControlsOutput{OwnershipControls: &api.OwnershipControls{Rules: []api.OwnershipControlsRule{{ObjectOwnership: new(b.Ownership)}}}}, nil
}

// DeleteBucketOwnershipControls makes the bucket one of before there were any: the writer owns the object.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketOwnershipControls.html
func (s *Service) DeleteBucketOwnershipControls(ctx context.Context, in *api.DeleteBucketOwnershipControlsInput) (*api.DeleteBucketOwnershipControlsOutput, error) {
	return &api.DeleteBucketOwnershipControlsOutput{}, s.configure(ctx, in.Bucket, in.ExpectedBucketOwner, "DeleteBucketOwnershipControls", func(b *bucket) error {
		b.Ownership = ""
		return nil
	})
}

// configure changes a bucket's row.
func (s *Service) configure(ctx context.Context, name, expectedOwner *string, event string, change func(b *bucket) error) error {
	return mapError(s.k.Update(ctx, func(tx *store.Tx) error {
		before, err := s.open(tx, name, expectedOwner)
		if err != nil {
			return err
		}
		after := before
		if err := change(&after); err != nil {
			return err
		}
		s.buckets.Put(tx, *name, after)
		s.changed(tx, &after, *name, event, &before, &after)
		return nil
	}))
}

// look reads a bucket's row.
func (s *Service) look(ctx context.Context, name, expectedOwner *string) (b bucket, err error) {
	err = s.k.View(ctx, func(tx *store.Tx) (err error) {
		b, err = s.open(tx, name, expectedOwner)
		return err
	})
	return b, err
}
