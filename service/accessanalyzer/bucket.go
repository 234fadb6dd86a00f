package accessanalyzer

import (
	"context"
	"slices"
	"strings"

	api "unyo/api/accessanalyzer"
	"unyo/api/rt"
	s3api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/engine/policy"
	"unyo/engine/policy/reach"
)

// s3Config is what of a bucket lets others in, of one that is there or one that is to be.
type s3Config struct {
	policy                string // "" for none
	grants                []aclGrant
	owner                 string // canonical id
	ignoreACLs, restricts bool
}

// aclGrant is one grant of an access control list: to a group by its URI, or to a canonical user.
type aclGrant struct{ uri, id, permission string }

// bucket reads what S3 knows of a bucket.
func (s *Service) bucket(as context.Context, name string) (*s3Config, error) {
	c := &s3Config{}
	out, err := s.peers.S3.GetBucketPolicy(as, &s3api.GetBucketPolicyInput{Bucket: &name})
	if err == nil {
		c.policy = rt.Val(out.Policy)
	} else if awserr.Code(err) != "NoSuchBucketPolicy" {
		return nil, err
	}
	acl, err := s.peers.S3.GetBucketAcl(as, &s3api.GetBucketAclInput{Bucket: &name})
	if err != nil {
		return nil, err
	}
	if acl.Owner != nil {
		c.owner = rt.Val(acl.Owner.ID)
	}
	for _, g := range acl.Grants {
		if g.Grantee != nil {
			c.grants = append(c.grants, aclGrant{rt.Val(g.Grantee.URI), rt.Val(g.Grantee.ID), rt.Val(g.Permission)})
		}
	}
	block, err := s.peers.S3.GetPublicAccessBlock(as, &s3api.GetPublicAccessBlockInput{Bucket: &name})
	switch {
	case err == nil && block.PublicAccessBlockConfiguration != nil:
		c.ignoreACLs, c.restricts = rt.Val(block.PublicAccessBlockConfiguration.IgnorePublicAcls), rt.Val(block.PublicAccessBlockConfiguration.RestrictPublicBuckets)
	case err != nil && awserr.Code(err) != "NoSuchPublicAccessBlockConfiguration":
		return nil, err
	}
	return c, nil
}

// findings tells who outside the zone may what.
func (c *s3Config) findings(z reach.Zone) ([]finding, error) {
	var list []finding
	if c.policy != "" {
		d, err := policy.Parse(policy.Resource, "bucket policy", c.policy)
		if err != nil {
			return nil, invalid("The bucket policy is malformed: %v", err)
		}
		// "RestrictPublicBuckets: access to a bucket with a public policy is restricted to AWS service principals and authorized users within
		// the bucket owner's account", https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
		if !c.restricts || len(reach.Public(d, "s3")) == 0 {
			list = external(d, "s3", reach.Zone{Accounts: z.Accounts, Organization: z.Organization, Canonical: []string{c.owner}})
		}
	}
	for _, g := range c.grants {
		group := g.uri != "" && (strings.HasSuffix(g.uri, "/AllUsers") || strings.HasSuffix(g.uri, "/AuthenticatedUsers"))
		switch {
		case group && !c.ignoreACLs:
			list = merge(list, finding{Principal: map[string]string{"AWS": "*"}, Public: true, Actions: aclActions[g.permission], Sources: []string{api.FindingSourceTypeBucketAcl}})
		case g.uri == "" && g.id != c.owner:
			list = merge(list, finding{Principal: map[string]string{"CanonicalUser": g.id}, Actions: aclActions[g.permission], Sources: []string{api.FindingSourceTypeBucketAcl}})
		}
	}
	for i := range list {
		list[i].Type = api.FindingTypeExternalAccess
	}
	return list, nil
}

// aclActions are the actions that permissions on a bucket stand for.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#acl-access-policy-permission-mapping
var aclActions = map[string][]string{
	"READ":         {"s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"},
	"WRITE":        {"s3:PutObject"},
	"READ_ACP":     {"s3:GetBucketAcl"},
	"WRITE_ACP":    {"s3:PutBucketAcl"},
	"FULL_CONTROL": {"s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads", "s3:PutObject", "s3:GetBucketAcl", "s3:PutBucketAcl"},
}

// external makes findings of what a policy lets others do.
func external(d *policy.Document, service string, z reach.Zone) (list []finding) {
	for _, g := range reach.External(d, service, z) {
		list = append(list, finding{Type: api.FindingTypeExternalAccess, Principal: map[string]string{g.Principal.Kind: principalName(g.Principal)}, Actions: g.Actions,
			Condition: g.Conditions, Public: g.Public, Sources: []string{api.FindingSourceTypePolicy}})
	}
	return list
}

// principalName gives accounts as their number, as findings show them.
func principalName(p policy.PrincipalEntry) string {
	if rest, ok := strings.CutSuffix(p.Value, ":root"); ok && p.Kind == "AWS" {
		return rest[strings.LastIndexByte(rest, ':')+1:]
	}
	return p.Value
}

// merge adds a finding to those of the same principal and conditions.
func merge(list []finding, f finding) []finding {
	f.Type = api.FindingTypeExternalAccess
	for i := range list {
		if list[i].mark() == f.mark() {
			for _, a := range f.Actions {
				if !slices.Contains(list[i].Actions, a) {
					list[i].Actions = append(slices.Clone(list[i].Actions), a)
				}
			}
			for _, source := range f.Sources {
				if !slices.Contains(list[i].Sources, source) {
					list[i].Sources = append(list[i].Sources, source)
				}
			}
			list[i].Public = list[i].Public || f.Public
			return list
		}
	}
	f.Actions = slices.Clone(f.Actions)
	return append(list, f)
}
