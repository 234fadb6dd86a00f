package s3

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/base/partition"
	"unyo/kernel/journal"
	"unyo/kernel/resource"
	"unyo/kernel/store"
)

func itoa(n int) string { return strconv.Itoa(n) }

// maxBuckets is the default quota of general purpose buckets of an account.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/BucketRestrictions.html
const maxBuckets = 10000

// CreateBucket makes a bucket in the region its request is signed for.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
func (s *Service) CreateBucket(ctx context.Context, in *api.CreateBucketInput) (*api.CreateBucketOutput, error) {
	c := call.From(ctx)
	name := rt.Val(in.Bucket)
	if err := checkBucketName(name); err != nil {
		return nil, err
	}
	if err := refuseBucketFeatures(in); err != nil {
		return nil, err
	}
	b := bucket{Account: c.Account, Created: s.now(), Public: blockAll()}
	if rt.Val(in.ObjectLockEnabledForBucket) {
		b.Versioning, b.Lock = enabled, &lockRule{}
	}
	if err := b.begin(s, in); err != nil {
		return nil, err
	}
	if err := b.locate(c, in.CreateBucketConfiguration); err != nil {
		return nil, err
	}
	var given []api.Tag
	if in.CreateBucketConfiguration != nil {
		given = in.CreateBucketConfiguration.Tags
	}
	err := s.k.Update(ctx, func(tx *store.Tx) error {
		if old, ok := s.buckets.Get(tx, name); ok {
			return s.occupied(&old, &b, name)
		}
		s.buckets.Put(tx, name, b)
		s.owned.Put(tx, store.Key(b.Account, name), none{})
		s.k.Resources.Put(tx, resource.Resource{ARN: s.bucketARN(name), Type: "AWS::S3::Bucket", Name: name, Service: "s3", Account: b.Account, Region: b.Region, Created: b.Created})
		if err := s.replaceTags(b.owner(tx), s.bucketARN(name), given); err != nil {
			return err
		}
		s.changed(tx, &b, name, "CreateBucket", nil, &b)
		return nil
	})
	if err != nil {
		return nil, mapError(err)
	}
	return &api.CreateBucketOutput{Location: new("/" + name), BucketArn: new(s.bucketARN(name))}, nil
}

// occupied words that a bucket is there. In us-east-1 its owner may create it again, which changes nothing.
func (s *Service) occupied(old, fresh *bucket, name string) error {
	if old.Account != fresh.Account {
		return awserr.New(http.StatusConflict, "BucketAlreadyExists", "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.").With("BucketName", name)
	}
	if fresh.Region == "us-east-1" && old.Region == "us-east-1" {
		return nil
	}
	return awserr.New(http.StatusConflict, "BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it.").With("BucketName", name)
}

// locate finds the bucket's region: that of the endpoint, which the constraint must repeat, except in us-east-1,
// which alone takes none and passes on others.
func (b *bucket) locate(c *call.Call, config *api.CreateBucketConfiguration) error {
	given := ""
	if config != nil {
		given = rt.Val(config.LocationConstraint)
		if config.Location != nil || config.Bucket != nil {
			return notImplemented("CreateBucketConfiguration.Location") // directory buckets
		}
	}
	b.Region, b.Location = given, given
	if given == "EU" {
		b.Region = "eu-west-1"
	}
	home := partition.Home(c.Partition)
	switch {
	case given == "" && c.Region == home:
		b.Region = home
	case given == "":
		return illegalLocation("The unspecified location constraint is incompatible for the region specific endpoint this request was sent to.")
	case given == "us-east-1" || !partition.Has(c.Partition, b.Region):
		return awserr.New(http.StatusBadRequest, "InvalidLocationConstraint", "The specified location-constraint is not valid").With("LocationConstraint", given)
	case c.Region != home && c.Region != b.Region:
		return illegalLocation("The %s location constraint is incompatible for the region specific endpoint this request was sent to.", given)
	}
	return nil
}

func illegalLocation(format string, args ...any) error {
	return awserr.New(http.StatusBadRequest, "IllegalLocationConstraintException", format, args...)
}

// changed enters a bucket's change in the journal.
func (s *Service) changed(tx *store.Tx, b *bucket, name, event string, before, after *bucket) {
	s.k.Journal.Change(tx, journal.Change{
		ARN: s.bucketARN(name), Type: "AWS::S3::Bucket", Account: b.Account, Region: b.Region, Event: event,
		Before: jsonOf(before), After: jsonOf(after),
	})
}

func jsonOf[T any](v *T) json.RawMessage {
	if v == nil {
		return nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return b
}
