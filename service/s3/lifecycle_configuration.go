package s3

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/http"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/kernel/store"
)

// Which objects below 128 KiB a transition leaves alone where its rule has no filter by size.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
const (
	smallStay   = "all_storage_classes_128K"
	smallVaries = "varies_by_storage_class"
)

// rulesInRow keeps a row below its limit.
const rulesInRow = 8

// PutBucketLifecycleConfiguration replaces a bucket's rules. What is in the bucket is held to them from the next midnight on.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html
func (s *Service) PutBucketLifecycleConfiguration(ctx context.Context, in *api.PutBucketLifecycleConfigurationInput) (*api.PutBucketLifecycleConfigurationOutput, error) {
	small := rt.Val(in.TransitionDefaultMinimumObjectSize)
	if small == "" {
		small = smallStay
	}
	if small != smallStay && small != smallVaries {
		return nil, invalidRequest("Value for x-amz-transition-default-minimum-object-size header is invalid.")
	}
	if in.LifecycleConfiguration == nil {
		return nil, s.absentBody(ctx, in.Bucket, in.ExpectedBucketOwner)
	}
	rules := in.LifecycleConfiguration.Rules
	if err := checkRules(rules); err != nil {
		return nil, err
	}
	for i := range rules {
		if rt.Val(rules[i].ID) == "" {
			rules[i].ID = new(hex.EncodeToString(s.k.Entropy.Bytes(ctx, 24)))
		}
	}
	err := s.setRules(ctx, in.Bucket, in.ExpectedBucketOwner, "PutBucketLifecycleConfiguration", rules, small)
	return &api.PutBucketLifecycleConfigurationOutput{TransitionDefaultMinimumObjectSize: new(small)}, err
}

// DeleteBucketLifecycle takes them away.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketLifecycle.html
func (s *Service) DeleteBucketLifecycle(ctx context.Context, in *api.DeleteBucketLifecycleInput) (*api.DeleteBucketLifecycleOutput, error) {
	return &api.DeleteBucketLifecycleOutput{}, s.setRules(ctx, in.Bucket, in.ExpectedBucketOwner, "DeleteBucketLifecycle", nil, "")
}

// setRules writes a bucket's rules and has what is in it arranged by them.
func (s *Service) setRules(ctx context.Context, name, owner *string, event string, rules []api.LifecycleRule, small string) error {
	return mapError(s.k.Update(ctx, func(tx *store.Tx) error {
		before, err := s.open(tx, name, owner)
		if err != nil {
			return err
		}
		after := before
		after.Rules, after.Small = 0, small
		if len(rules) > 0 {
			after.Rules = tx.Call().Serial
		}
		s.eraseRules(tx, *name)
		for i := 0; i < len(rules); i += rulesInRow {
			s.rules.Put(tx, store.Key(*name, fmt.Sprintf("%04d", i/rulesInRow)), rules[i:min(i+rulesInRow, len(rules))])
		}
		s.buckets.Put(tx, *name, after)
		if before.Rules != 0 || after.Rules != 0 {
			s.arrange.AtKey(everywhere(tx), *name, s.k.Clock.Now(), arranging{Bucket: *name, Rules: after.Rules})
		}
		s.changed(tx, &after, *name, event, &before, &after)
		return nil
	}))
}

func (s *Service) eraseRules(tx *store.Tx, name string) {
	lo := store.Key(name, "")
	s.rules.Erase(tx, lo, successor(lo))
}

// ruleset is the rules of a bucket, remembered while its row names them.
type ruleset struct {
	serial uint64
	list   []api.LifecycleRule
}

// rulesOf reads a bucket's rules.
func (s *Service) rulesOf(tx *store.Tx, b *bucket, name string) []api.LifecycleRule {
	if b.Rules == 0 {
		return nil
	}
	if known, ok := s.ruled.Load(name); ok && known.(*ruleset).serial == b.Rules {
		return known.(*ruleset).list
	}
	set := &ruleset{serial: b.Rules}
	for _, some := range s.rules.Prefix(tx, store.Key(name, ""), "") {
		set.list = append(set.list, some...)
	}
	s.ruled.Store(name, set)
	return set.list
}

// GetBucketLifecycleConfiguration reads them.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html
func (s *Service) GetBucketLifecycleConfiguration(ctx context.Context, in *api.GetBucketLifecycleConfigurationInput) (*api.GetBucketLifecycleConfigurationOutput, error) {
	out := &api.GetBucketLifecycleConfigurationOutput{}
	err := s.k.View(ctx, func(tx *store.Tx) error {
		b, err := s.open(tx, in.Bucket, in.ExpectedBucketOwner)
		if err != nil {
			return err
		}
		if out.Rules = s.rulesOf(tx, &b, *in.Bucket); len(out.Rules) == 0 {
			return awserr.New(http.StatusNotFound, "NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist").With("BucketName", *in.Bucket)
		}
		out.TransitionDefaultMinimumObjectSize = new(b.Small)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
