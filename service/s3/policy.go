package s3

import (
	"context"
	"slices"
	"strings"
	"sync"

	"unyo/base/call"
	"unyo/engine/policy"
	"unyo/kernel/store"
)

// compiled remembers bucket policies by their text.
type compiled struct {
	mu   sync.Mutex
	docs map[string]*compiledPolicy // by bucket
}

type compiledPolicy struct {
	text   string
	doc    *policy.Document
	public bool
}

// bucketOf takes the bucket out of the ARN of a bucket or an object.
func bucketOf(arn string) string {
	name, _ := placeOf(arn)
	return name
}

// placeOf takes bucket and key out of an ARN.
func placeOf(arn string) (name, key string) {
	_, rest, _ := strings.Cut(arn, ":::")
	name, key, _ = strings.Cut(rest, "/")
	return name, key
}

// ResourcePolicy gives the gateway the policy of the bucket that an ARN is or lies in, with what access control lists allow the
// caller. Where public policies are restricted, one that is public counts for the owner's account and for AWS services only.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
func (s *Service) ResourcePolicy(ctx context.Context, arn string) (*policy.Document, error) {
	c := call.From(ctx)
	if creates(c) {
		return nil, nil
	}
	name, key := placeOf(arn)
	var b bucket
	var text string
	var lists []clause
	err := s.k.View(ctx, func(tx *store.Tx) error {
		var ok bool
		if b, ok = s.buckets.Get(tx, name); ok {
			text, _ = s.policyOf(tx, name)
			lists = s.listClauses(tx, c, &b, name, key)
		}
		return nil
	})
	if err != nil || text == "" && len(lists) == 0 {
		return nil, err
	}
	var p *compiledPolicy
	if text != "" {
		if p, err = s.compile(name, text); err != nil {
			return nil, err
		}
		if p.public && b.Public != nil && b.Public.RestrictPolicy && stranger(c, b.Account) {
			p, text = nil, ""
		}
	}
	if len(lists) > 0 {
		if text, err = withClauses(text, lists); err != nil {
			return nil, err
		}
		return policy.Parse(policy.Resource, s.bucketARN(name), text)
	}
	if p == nil {
		return nil, nil
	}
	return p.doc, nil
}

func stranger(c *call.Call, owner string) bool {
	return c != nil && c.Principal.Kind != call.AWSService && c.Principal.Account != owner
}

func (s *Service) compile(name, text string) (*compiledPolicy, error) {
	s.policies.mu.Lock()
	defer s.policies.mu.Unlock()
	if c := s.policies.docs[name]; c != nil && c.text == text {
		return c, nil
	}
	doc, err := policy.Parse(policy.Resource, s.bucketARN(name), text)
	if err != nil {
		return nil, err
	}
	if s.policies.docs == nil {
		s.policies.docs = map[string]*compiledPolicy{}
	}
	c := &compiledPolicy{text, doc, publicPolicy(text)}
	s.policies.docs[name] = c
	return c, nil
}

// creates reports that a call asks for a bucket that may be there already: then its owner and its policy have no say in
// whether the caller may create buckets, and the operation answers that the name is taken.
func creates(c *call.Call) bool {
	return c != nil && c.Service == "s3" && c.Operation == "CreateBucket"
}

// Owner tells the gateway whose the bucket of an ARN is, or the object that is there: the ARN does not say it.
func (s *Service) Owner(ctx context.Context, arn string) (account string, err error) {
	c := call.From(ctx)
	if creates(c) {
		return c.Account, nil
	}
	name, key := placeOf(arn)
	err = s.k.View(ctx, func(tx *store.Tx) error {
		b, _ := s.buckets.Get(tx, name)
		account = b.Account
		if b.Ownership != ownerEnforced && c != nil && c.Service == "s3" && slices.Contains(inObject, c.Operation) {
			if o, ok := s.newest(tx, &b, name, key); ok && !o.Marker && o.Owner != "" {
				account = o.Owner
			}
		}
		return nil
	})
	return account, err
}

// Place tells the gateway in which region the bucket of an ARN is.
func (s *Service) Place(ctx context.Context, arn string) (region string, err error) {
	name, _ := placeOf(arn)
	err = s.k.View(ctx, func(tx *store.Tx) error {
		b, _ := s.buckets.Get(tx, name)
		region = b.Region
		return nil
	})
	return region, err
}
