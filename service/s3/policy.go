package s3

import (
	"context"
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
	_, rest, _ := strings.Cut(arn, ":::")
	name, _, _ := strings.Cut(rest, "/")
	return name
}

// ResourcePolicy gives the gateway the policy of the bucket that an ARN is or lies in. Where public policies are restricted,
// one that is public counts for the owner's account and for AWS services only.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
func (s *Service) ResourcePolicy(ctx context.Context, arn string) (*policy.Document, error) {
	if creates(call.From(ctx)) {
		return nil, nil
	}
	name := bucketOf(arn)
	var b bucket
	var text string
	var has bool
	err := s.k.View(ctx, func(tx *store.Tx) error {
		if text, has = s.policy.Get(tx, name); has {
			b, _ = s.buckets.Get(tx, name)
		}
		return nil
	})
	if err != nil || !has {
		return nil, err
	}
	p, err := s.compile(name, text)
	if err != nil {
		return nil, err
	}
	if p.public && b.Public != nil && b.Public.RestrictPolicy && stranger(call.From(ctx), b.Account) {
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

// Owner tells the gateway whose the bucket of an ARN is: the ARN does not say it.
func (s *Service) Owner(ctx context.Context, arn string) (account string, err error) {
	if c := call.From(ctx); creates(c) {
		return c.Account, nil
	}
	err = s.k.View(ctx, func(tx *store.Tx) error {
		b, _ := s.buckets.Get(tx, bucketOf(arn))
		account = b.Account
		return nil
	})
	return account, err
}
