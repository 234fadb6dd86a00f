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

// begin gives a new bucket its ownership and its list.
func (b *bucket) begin(s *Service, in *api.CreateBucketInput) (err error) {
	if b.Ownership = rt.Val(in.ObjectOwnership); b.Ownership == "" {
		b.Ownership = ownerEnforced
	}
	if b.Ownership != ownerEnforced && b.Ownership != ownerPreferred && b.Ownership != ownerWriter {
		return invalidArgument("x-amz-object-ownership", b.Ownership, "Invalid x-amz-object-ownership header: %s", b.Ownership)
	}
	list, err := s.grants(askedACL{in.ACL, in.GrantFullControl, in.GrantRead, in.GrantWrite, in.GrantReadACP, in.GrantWriteACP, nil}, b.Account, b.Account)
	switch {
	case err != nil:
		return err
	case list != nil && b.Ownership == ownerEnforced:
		return aclUnderOwner()
	case public(list): // new buckets block it: https://docs.aws.amazon.com/AmazonS3/latest/userguide/configuring-block-public-access-bucket.html
		return awserr.New(http.StatusBadRequest, "InvalidBucketAclWithBlockPublicAccessError", "Bucket cannot have public ACLs set with BlockPublicAccess enabled")
	}
	b.Grants = list
	return nil
}

func aclUnderOwner() error {
	return awserr.New(http.StatusBadRequest, "InvalidBucketAclWithObjectOwnership", "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting")
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
		if b.Ownership = o; o == ownerEnforced && b.Grants != nil {
			return aclUnderOwner()
		}
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
