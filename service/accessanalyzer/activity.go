package accessanalyzer

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	api "unyo/api/accessanalyzer"
	cloudtrailapi "unyo/api/cloudtrail"
	"unyo/api/rt"
	s3api "unyo/api/s3"
	"unyo/base/call"
	"unyo/engine/policy/lint"
)

// activity lists the actions that a principal has done by what a trail has delivered to its bucket, in order of their names.
func (s *Service) activity(as context.Context, g *generation) ([]string, error) {
	seen := map[string]bool{}
	for _, t := range g.Trails {
		got, err := s.peers.CloudTrail.GetTrail(as, &cloudtrailapi.GetTrailInput{Name: t.CloudTrailArn})
		if err != nil {
			return nil, err
		}
		for _, prefix := range prefixes(call.ScopeOf(as).Account, rt.Val(got.Trail.S3KeyPrefix), &t) {
			if err := s.files(as, rt.Val(got.Trail.S3BucketName), prefix, g, seen); err != nil {
				return nil, err
			}
		}
	}
	var actions []string
	for a := range seen {
		actions = append(actions, a)
	}
	slices.Sort(actions)
	return actions, nil
}

// prefixes are where a trail's files of the regions lie.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/get-and-view-cloudtrail-log-files.html
func prefixes(account, prefix string, t *api.Trail) (list []string) {
	folder := "AWSLogs/" + account + "/CloudTrail/"
	if prefix != "" {
		folder = prefix + "/" + folder
	}
	if rt.Val(t.AllRegions) || len(t.Regions) == 0 {
		return []string{folder}
	}
	for _, region := range t.Regions {
		list = append(list, folder+region+"/")
	}
	return list
}

// files reads the files of the days between the generation's ends.
func (s *Service) files(as context.Context, bucket, prefix string, g *generation, seen map[string]bool) error {
	for token := (*string)(nil); ; {
		out, err := s.peers.S3.ListObjectsV2(as, &s3api.ListObjectsV2Input{Bucket: &bucket, Prefix: &prefix, ContinuationToken: token})
		if err != nil {
			return err
		}
		for _, o := range out.Contents {
			if day, ok := dayOf(rt.Val(o.Key)); ok && !day.After(g.End) && day.After(g.Start.Add(-24*time.Hour)) {
				if err := s.file(as, bucket, *o.Key, g, seen); err != nil {
					return err
				}
			}
		}
		if token = out.NextContinuationToken; token == nil {
			return nil
		}
	}
}

// dayOf is the day in a file's key: …/REGION/2026/03/01/NAME.json.gz.
func dayOf(key string) (time.Time, bool) {
	parts := strings.Split(key, "/")
	if n := len(parts); n > 4 && strings.HasSuffix(key, ".json.gz") {
		day, err := time.Parse("2006/01/02", strings.Join(parts[n-4:n-1], "/"))
		return day, err == nil
	}
	return time.Time{}, false
}

// record is what of CloudTrail's records counts here.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
type record struct {
	EventTime              time.Time
	EventSource, EventName string
	ErrorCode              string
	UserIdentity           struct {
		ARN            string
		SessionContext struct{ SessionIssuer struct{ ARN string } }
	}
}

func (s *Service) file(as context.Context, bucket, key string, g *generation, seen map[string]bool) error {
	out, err := s.peers.S3.GetObject(as, &s3api.GetObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		return err
	}
	if c, ok := out.Body.(io.Closer); ok {
		defer c.Close()
	}
	z, err := gzip.NewReader(out.Body)
	if err != nil {
		return errors.New(key + " is not compressed as trails' files are")
	}
	var file struct{ Records []record }
	if err := json.NewDecoder(z).Decode(&file); err != nil {
		return errors.New(key + " is not a trail's file")
	}
	for _, r := range file.Records {
		issuer := r.UserIdentity.SessionContext.SessionIssuer.ARN
		if r.ErrorCode != "" || r.UserIdentity.ARN != g.Principal && issuer != g.Principal || r.EventTime.Before(g.Start) || r.EventTime.After(g.End) {
			continue
		}
		if a := actionOf(r.EventSource, r.EventName); lint.Known(a) {
			seen[a] = true
		}
	}
	return nil
}

// renamed are event sources and events whose permission is called otherwise.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
var renamed = map[string]string{
	"monitoring": "cloudwatch", "s3:ListBuckets": "s3:ListAllMyBuckets", "s3:ListObjects": "s3:ListBucket", "s3:ListObjectsV2": "s3:ListBucket", "s3:HeadBucket": "s3:ListBucket",
	"s3:HeadObject": "s3:GetObject", "s3:DeleteObjects": "s3:DeleteObject", "s3:CopyObject": "s3:PutObject", "s3:CreateMultipartUpload": "s3:PutObject", "s3:UploadPart": "s3:PutObject",
	"s3:CompleteMultipartUpload": "s3:PutObject", "s3:DeleteBucketLifecycle": "s3:PutLifecycleConfiguration", "s3:PutBucketLifecycle": "s3:PutLifecycleConfiguration", "s3:GetBucketLifecycle": "s3:GetLifecycleConfiguration",
	"s3:DeleteBucketPublicAccessBlock": "s3:PutBucketPublicAccessBlock", "s3:GetObjectLockLegalHold": "s3:GetObjectLegalHold", "s3:PutObjectLockLegalHold": "s3:PutObjectLegalHold",
	"s3:GetObjectLockRetention": "s3:GetObjectRetention", "s3:PutObjectLockRetention": "s3:PutObjectRetention",
}

// actionOf is the permission behind an event.
func actionOf(source, event string) string {
	service, _, _ := strings.Cut(source, ".")
	if other, ok := renamed[service]; ok {
		service = other
	}
	action := service + ":" + event
	if other, ok := renamed[action]; ok {
		return other
	}
	return action
}
