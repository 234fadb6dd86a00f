package s3

import (
	"context"
	"net/http"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/kernel/store"
)

// shown is a list as answers give it.
func (s *Service) shownACL(owner string, list []grant) (*api.Owner, []api.Grant) {
	if list == nil {
		list = []grant{{s.canonical(owner), "FULL_CONTROL"}}
	}
	out := make([]api.Grant, len(list))
	for i, g := range list {
		to := &api.Grantee{Type: new("CanonicalUser"), ID: new(g.To)}
		if !canonicalID.MatchString(g.To) && g.To != nobodyID {
			to = &api.Grantee{Type: new("Group"), URI: new(g.To)}
		}
		out[i] = api.Grant{Grantee: to, Permission: new(g.May)}
	}
	return &api.Owner{ID: new(s.canonical(owner))}, out
}

// GetBucketAcl reads a bucket's list; where lists are off, the owner's.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAcl.html
func (s *Service) GetBucketAcl(ctx context.Context, in *api.GetBucketAclInput) (*api.GetBucketAclOutput, error) {
	b, err := s.look(ctx, in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	out := &api.GetBucketAclOutput{}
	out.Owner, out.Grants = s.shownACL(b.Account, b.Grants)
	return out, nil
}

// GetObjectAcl reads a version's list; where lists are off, the bucket owner's.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAcl.html
func (s *Service) GetObjectAcl(ctx context.Context, in *api.GetObjectAclInput) (*api.GetObjectAclOutput, error) {
	out := &api.GetObjectAclOutput{}
	err := s.k.View(ctx, func(tx *store.Tx) error {
		b, err := s.open(tx, in.Bucket, in.ExpectedBucketOwner)
		if err != nil {
			return err
		}
		o, err := s.readable(tx, &b, *in.Bucket, rt.Val(in.Key), in.VersionId)
		if err != nil {
			return err
		}
		if b.Ownership == ownerEnforced {
			o.Owner, o.Grants = b.Account, nil
		}
		out.Owner, out.Grants = s.shownACL(o.Owner, o.Grants)
		return nil
	})
	if err != nil {
		return nil, s.absent(ctx, rt.Val(in.Bucket), err)
	}
	return out, nil
}

func missingACL() error {
	return awserr.New(http.StatusBadRequest, "MissingSecurityHeader", "Your request was missing a required header")
}

// PutBucketAcl replaces a bucket's list; buckets whose owner is enforced take none.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAcl.html
func (s *Service) PutBucketAcl(ctx context.Context, in *api.PutBucketAclInput) (*api.PutBucketAclOutput, error) {
	a := askedACL{in.ACL, in.GrantFullControl, in.GrantRead, in.GrantWrite, in.GrantReadACP, in.GrantWriteACP, in.AccessControlPolicy}
	return &api.PutBucketAclOutput{}, s.configure(ctx, in.Bucket, in.ExpectedBucketOwner, "PutBucketAcl", func(b *bucket) (err error) {
		if a.none() {
			return missingACL()
		}
		if b.Ownership == ownerEnforced {
			return aclNotSupported()
		}
		if b.Grants, err = s.grants(a, b.Account, b.Account); err != nil {
			return err
		}
		return b.admits(b.Grants)
	})
}

// PutObjectAcl replaces a version's list.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectAcl.html
func (s *Service) PutObjectAcl(ctx context.Context, in *api.PutObjectAclInput) (*api.PutObjectAclOutput, error) {
	a := askedACL{in.ACL, in.GrantFullControl, in.GrantRead, in.GrantWrite, in.GrantReadACP, in.GrantWriteACP, in.AccessControlPolicy}
	err := s.k.Update(ctx, func(tx *store.Tx) error {
		b, err := s.open(tx, in.Bucket, in.ExpectedBucketOwner)
		if err != nil {
			return err
		}
		o, err := s.readable(tx, &b, *in.Bucket, rt.Val(in.Key), in.VersionId)
		if err != nil {
			return err
		}
		if a.none() {
			return missingACL()
		}
		if b.Ownership == ownerEnforced {
			return aclNotSupported()
		}
		if o.Grants, err = s.grants(a, o.Owner, b.Account); err != nil {
			return err
		}
		if err := b.admits(o.Grants); err != nil {
			return err
		}
		s.rewrite(tx, &b, *in.Bucket, *in.Key, o)
		s.objectChanged(tx, &b, *in.Bucket, *in.Key, "ObjectAcl:Put", &o)
		return nil
	})
	if err != nil {
		return nil, s.absent(ctx, rt.Val(in.Bucket), mapError(err))
	}
	return &api.PutObjectAclOutput{}, nil
}
