package s3

import (
	"context"
	"net/http"
	"strings"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/kernel/store"
)

// logging is where the accesses to a bucket are logged.
type logging struct {
	Target, Prefix string
	Partitioned    bool     `json:",omitempty"` // keys are divided by account, region, bucket and day
	ByEvent        bool     `json:",omitempty"` // the day is that of the requests, not of the delivery
	Full, Read     []string `json:",omitempty"` // whom the files are granted to, as headers name them
}

// PutBucketLogging has the requests that are made of a bucket logged in another one of its owner and region, or no longer.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLogging.html
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
func (s *Service) PutBucketLogging(ctx context.Context, in *api.PutBucketLoggingInput) (*api.PutBucketLoggingOutput, error) {
	if in.BucketLoggingStatus == nil {
		return nil, s.absentBody(ctx, in.Bucket, in.ExpectedBucketOwner)
	}
	var l *logging
	if e := in.BucketLoggingStatus.LoggingEnabled; e != nil {
		var err error
		if l, err = loggingOf(e); err != nil {
			return nil, err
		}
	}
	return &api.PutBucketLoggingOutput{}, mapError(s.k.Update(ctx, func(tx *store.Tx) error {
		b, err := s.open(tx, in.Bucket, in.ExpectedBucketOwner)
		if err != nil {
			return err
		}
		if l == nil {
			s.loggings.Delete(tx, *in.Bucket)
		} else {
			if err := s.checkTarget(tx, &b, l); err != nil {
				return err
			}
			s.loggings.Put(tx, *in.Bucket, *l)
		}
		s.changed(tx, &b, *in.Bucket, "PutBucketLogging", &b, &b)
		return nil
	}))
}

// loggingOf reads a configuration.
func loggingOf(e *api.LoggingEnabled) (*logging, error) {
	if e.TargetBucket == nil || e.TargetPrefix == nil {
		return nil, malformedXML()
	}
	if len(*e.TargetPrefix) > maxKey { // in the words for any prefix of keys: no key could begin with it
		return nil, invalidRequest("The maximum size of a prefix is %d.", maxKey)
	}
	l := &logging{Target: *e.TargetBucket, Prefix: *e.TargetPrefix}
	if f := e.TargetObjectKeyFormat; f != nil {
		if (f.SimplePrefix == nil) == (f.PartitionedPrefix == nil) {
			return nil, malformedXML()
		}
		if f.PartitionedPrefix != nil {
			l.Partitioned = true
			switch rt.Val(f.PartitionedPrefix.PartitionDateSource) {
			case "EventTime":
				l.ByEvent = true
			case "DeliveryTime", "":
			default:
				return nil, malformedXML()
			}
		}
	}
	for _, g := range e.TargetGrants {
		to, err := granteeHeader(g.Grantee)
		if err != nil {
			return nil, err
		}
		switch rt.Val(g.Permission) {
		case "FULL_CONTROL":
			l.Full = append(l.Full, to)
		case "READ":
			l.Read = append(l.Read, to)
		case "WRITE": // nothing can be written into an object
			return nil, notImplemented("TargetGrants with WRITE")
		default:
			return nil, malformedXML()
		}
	}
	return l, nil
}

// granteeHeader names a grantee as the x-amz-grant headers do.
func granteeHeader(g *api.Grantee) (string, error) {
	switch {
	case g == nil:
		return "", malformedXML()
	case g.ID != nil && canonicalID.MatchString(*g.ID):
		return `id="` + *g.ID + `"`, nil
	case g.URI != nil && (*g.URI == allUsers || *g.URI == authenticated || *g.URI == logDelivery):
		return `uri="` + *g.URI + `"`, nil
	case g.EmailAddress != nil:
		return "", notImplemented("TargetGrants by e-mail address")
	}
	return "", invalidArgument("ID", rt.Val(g.ID), "Invalid id")
}

// checkTarget holds the bucket that logs shall go to to AWS's rules.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html (destination bucket)
func (s *Service) checkTarget(tx *store.Tx, b *bucket, l *logging) error {
	target, ok := s.buckets.Get(tx, l.Target)
	invalid := func(code, message string) error {
		return awserr.New(http.StatusBadRequest, code, "%s", message).With("TargetBucket", l.Target)
	}
	switch {
	case !ok:
		return invalid("InvalidTargetBucketForLogging", "The target bucket for logging does not exist")
	case target.Account != b.Account:
		return invalid("InvalidTargetBucketForLogging", "The owner for the bucket to be logged and the target bucket must be the same.")
	case target.Region != b.Region:
		return awserr.New(http.StatusForbidden, "CrossLocationLoggingProhibited", "Cross S3 location logging not allowed. Buckets in one geographic location cannot log information to a bucket in another geographic location.")
	case target.Lock != nil && target.Lock.Mode != "":
		return invalid("InvalidTargetBucketForLogging", "The target bucket for logging must not have a default retention period.")
	case len(l.Full)+len(l.Read) > 0 && target.Ownership == ownerEnforced:
		return invalid("InvalidArgument", "Bucket logging target grants cannot be used where the target bucket's object ownership is BucketOwnerEnforced.")
	}
	return nil
}

// GetBucketLogging tells where access is logged.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLogging.html
func (s *Service) GetBucketLogging(ctx context.Context, in *api.GetBucketLoggingInput) (*api.GetBucketLoggingOutput, error) {
	out := &api.GetBucketLoggingOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		if _, err := s.open(tx, in.Bucket, in.ExpectedBucketOwner); err != nil {
			return err
		}
		if l, ok := s.loggings.Get(tx, *in.Bucket); ok {
			out.LoggingEnabled = l.shown()
		}
		return nil
	})
}

func (l *logging) shown() *api.LoggingEnabled {
	e := &api.LoggingEnabled{TargetBucket: &l.Target, TargetPrefix: &l.Prefix}
	if l.Partitioned {
		source := "DeliveryTime"
		if l.ByEvent {
			source = "EventTime"
		}
		e.TargetObjectKeyFormat = &api.TargetObjectKeyFormat{PartitionedPrefix: &api.PartitionedPrefix{PartitionDateSource: &source}}
	}
	add := func(list []string, may string) {
		for _, to := range list {
			kind, value, _ := strings.Cut(to, "=")
			value = strings.Trim(value, `"`)
			g := &api.Grantee{Type: new("CanonicalUser"), ID: &value}
			if kind == "uri" {
				g = &api.Grantee{Type: new("Group"), URI: &value}
			}
			e.TargetGrants = append(e.TargetGrants, api.TargetGrant{Grantee: g, Permission: new(may)})
		}
	}
	add(l.Full, "FULL_CONTROL")
	add(l.Read, "READ")
	return e
}
