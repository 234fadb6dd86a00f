package s3

import (
	"context"
	"strings"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/base/call"
	"unyo/base/page"
	"unyo/kernel/store"
)

// ListBuckets lists the caller's buckets in order of name.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html
func (s *Service) ListBuckets(ctx context.Context, in *api.ListBucketsInput) (*api.ListBucketsOutput, error) {
	account := call.From(ctx).Account
	prefix, region := rt.Val(in.Prefix), rt.Val(in.BucketRegion)
	limit := maxBuckets
	if in.MaxBuckets != nil {
		if limit = int(*in.MaxBuckets); limit < 1 || limit > maxBuckets {
			return nil, invalidArgument("max-buckets", itoa(limit), "Argument max-buckets must be an integer between 1 and 10000.")
		}
	}
	query := strings.Join([]string{"buckets", account, prefix, region}, "\x00")
	after, err := page.After(query, rt.Val(in.ContinuationToken))
	if err != nil {
		return nil, invalidArgument("continuation-token", *in.ContinuationToken, "The continuation token provided is incorrect")
	}
	out := &api.ListBucketsOutput{Owner: &api.Owner{ID: new(s.canonical(account))}, Prefix: in.Prefix, Buckets: []api.Bucket{}}
	err = s.k.View(ctx, func(tx *store.Tx) error {
		mine := store.Key(account, "")
		behind := ""
		if after != "" {
			behind = mine + after
		}
		for k := range s.owned.Prefix(tx, mine+prefix, behind) {
			name := k[len(mine):]
			b, ok := s.buckets.Get(tx, name)
			if !ok || region != "" && region != b.Region {
				continue
			}
			if len(out.Buckets) == limit {
				out.ContinuationToken = new(page.Token(query, *out.Buckets[limit-1].Name))
				return nil
			}
			shape := api.Bucket{Name: new(name), CreationDate: new(b.Created), BucketArn: new(s.bucketARN(name))}
			if in.MaxBuckets != nil || in.Prefix != nil || in.BucketRegion != nil || in.ContinuationToken != nil {
				shape.BucketRegion = new(b.Region)
			}
			out.Buckets = append(out.Buckets, shape)
		}
		return nil
	})
	return out, err
}
