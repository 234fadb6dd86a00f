package s3

import (
	"context"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/kernel/store"
)

// ownersACL is the only access control list there is here: everything to the owner.
func (s *Service) ownersACL(account string) (*api.Owner, []api.Grant) {
	id := s.canonical(account)
	return &api.Owner{ID: new(id)}, []api.Grant{{Grantee: &api.Grantee{Type: new("CanonicalUser"), ID: new(id)}, Permission: new("FULL_CONTROL")}}
}

// GetBucketAcl reads a bucket's list.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketAcl.html
func (s *Service) GetBucketAcl(ctx context.Context, in *api.GetBucketAclInput) (*api.GetBucketAclOutput, error) {
	b, err := s.look(ctx, in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	out := &api.GetBucketAclOutput{}
	out.Owner, out.Grants = s.ownersACL(b.Account)
	return out, nil
}

// GetObjectAcl reads an object's list.
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
		account := o.Owner
		if b.Ownership == ownerEnforced {
			account = b.Account
		}
		out.Owner, out.Grants = s.ownersACL(account)
		return nil
	})
	return out, err
}

// PutBucketAcl accepts what the list is anyway; buckets whose owner is enforced take no list at all.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAcl.html
func (s *Service) PutBucketAcl(ctx context.Context, in *api.PutBucketAclInput) (*api.PutBucketAclOutput, error) {
	b, err := s.look(ctx, in.Bucket, in.ExpectedBucketOwner)
	if err != nil {
		return nil, err
	}
	if b.Ownership == ownerEnforced {
		return nil, aclNotSupported()
	}
	if err := s.onlyOwner(b.Account, in.AccessControlPolicy); err != nil {
		return nil, err
	}
	return &api.PutBucketAclOutput{}, refuseACL(rt.Val(in.ACL), in.GrantFullControl, in.GrantRead, in.GrantReadACP, in.GrantWrite, in.GrantWriteACP)
}

// PutObjectAcl likewise.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectAcl.html
func (s *Service) PutObjectAcl(ctx context.Context, in *api.PutObjectAclInput) (*api.PutObjectAclOutput, error) {
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
		return nil, err
	}
	if b.Ownership == ownerEnforced {
		return nil, aclNotSupported()
	}
	if err := s.onlyOwner(o.Owner, in.AccessControlPolicy); err != nil {
		return nil, err
	}
	return &api.PutObjectAclOutput{}, refuseACL(rt.Val(in.ACL), in.GrantFullControl, in.GrantRead, in.GrantReadACP, in.GrantWrite, in.GrantWriteACP)
}

// onlyOwner refuses a list that grants to anybody else, or less than everything to the owner.
func (s *Service) onlyOwner(account string, p *api.AccessControlPolicy) error {
	if p == nil {
		return nil
	}
	id := s.canonical(account)
	if p.Owner == nil || rt.Val(p.Owner.ID) != id {
		return accessDenied()
	}
	if len(p.Grants) != 1 || p.Grants[0].Grantee == nil || rt.Val(p.Grants[0].Grantee.ID) != id || rt.Val(p.Grants[0].Permission) != "FULL_CONTROL" {
		return notImplemented("AccessControlPolicy")
	}
	return nil
}
