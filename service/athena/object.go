package athena

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"

	api "unyo/api/athena"
	"unyo/api/rt"
	s3api "unyo/api/s3"
	"unyo/base/awserr"
)

// partBytes is how much of a long object is kept before it is sent.
const partBytes = 16 << 20

// object is an object that is being written: at once if it is short, in parts if not. It appears whole or not at all.
type object struct {
	ctx         context.Context
	s           *Service
	owner       *string // expected of the bucket
	acl         *string
	bucket, key string
	buffer      bytes.Buffer
	upload      *string
	parts       []s3api.CompletedPart
	size        int64
}

func (s *Service) create(ctx context.Context, location string, owner *string) *object {
	bucket, key, _ := strings.Cut(strings.TrimPrefix(location, "s3://"), "/")
	return &object{ctx: ctx, s: s, owner: owner, bucket: bucket, key: key}
}

// createResult begins an object of a result, as those who asked want results kept.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_AclConfiguration.html
func (s *Service) createResult(ctx context.Context, location string, kept *api.ResultConfiguration) *object {
	o := s.create(ctx, location, kept.ExpectedBucketOwner)
	if kept.AclConfiguration != nil && rt.Val(kept.AclConfiguration.S3AclOption) == api.S3AclOptionBucketOwnerFullControl {
		o.acl = new("bucket-owner-full-control")
	}
	return o
}

func (o *object) Write(p []byte) (int, error) {
	o.size += int64(len(p))
	o.buffer.Write(p)
	if o.buffer.Len() < partBytes {
		return len(p), nil
	}
	return len(p), o.part()
}

// part sends what is kept as the next part.
func (o *object) part() error {
	if o.upload == nil {
		got, err := o.s.peers.S3.CreateMultipartUpload(o.ctx, &s3api.CreateMultipartUploadInput{Bucket: &o.bucket, Key: &o.key, ExpectedBucketOwner: o.owner, ACL: o.acl})
		if err != nil {
			return o.denied(err)
		}
		o.upload = got.UploadId
	}
	number := int32(len(o.parts) + 1)
	got, err := o.s.peers.S3.UploadPart(o.ctx, &s3api.UploadPartInput{
		Bucket: &o.bucket, Key: &o.key, UploadId: o.upload, PartNumber: &number, ExpectedBucketOwner: o.owner,
		Body: bytes.NewReader(o.buffer.Bytes()), ContentLength: new(int64(o.buffer.Len())),
	})
	if err != nil {
		return o.denied(err)
	}
	o.parts = append(o.parts, s3api.CompletedPart{ETag: got.ETag, PartNumber: &number})
	o.buffer.Reset()
	return nil
}

// Close sends the rest. Nothing is there before.
func (o *object) Close() error {
	if o.upload == nil {
		_, err := o.s.peers.S3.PutObject(o.ctx, &s3api.PutObjectInput{
			Bucket: &o.bucket, Key: &o.key, ExpectedBucketOwner: o.owner, ACL: o.acl, ContentType: new("application/octet-stream"),
			Body: bytes.NewReader(o.buffer.Bytes()), ContentLength: new(int64(o.buffer.Len())),
		})
		return o.denied(err)
	}
	if o.buffer.Len() > 0 {
		if err := o.part(); err != nil {
			return err
		}
	}
	_, err := o.s.peers.S3.CompleteMultipartUpload(o.ctx, &s3api.CompleteMultipartUploadInput{
		Bucket: &o.bucket, Key: &o.key, UploadId: o.upload, ExpectedBucketOwner: o.owner, MultipartUpload: &s3api.CompletedMultipartUpload{Parts: o.parts},
	})
	return o.denied(err)
}

// Abort forgets what was sent; after Close it does nothing that matters.
func (o *object) Abort() error {
	if o.upload == nil {
		return nil
	}
	_, err := o.s.peers.S3.AbortMultipartUpload(context.WithoutCancel(o.ctx), &s3api.AbortMultipartUploadInput{Bucket: &o.bucket, Key: &o.key, UploadId: o.upload})
	return err
}

// denied words S3's refusal to write.
// https://docs.aws.amazon.com/athena/latest/ug/troubleshooting-athena.html
func (o *object) denied(err error) error {
	if awserr.Code(err) == "AccessDenied" {
		return invalid("Access denied when writing output to url: s3://%s/%s . Please ensure you are allowed to access the S3 bucket. If you are encrypting query results with KMS key, please ensure you are allowed to access your KMS key", o.bucket, o.key)
	}
	return err
}

// read opens an object from a place on; to is its last byte, or -1 for all that follows.
func (s *Service) read(ctx context.Context, bucket, key string, etag *string, from, to int64) (io.ReadCloser, error) {
	in := &s3api.GetObjectInput{Bucket: &bucket, Key: &key, IfMatch: etag}
	switch {
	case to >= 0:
		in.Range = new(fmt.Sprintf("bytes=%d-%d", from, to))
	case from > 0:
		in.Range = new(fmt.Sprintf("bytes=%d-", from))
	}
	got, err := s.peers.S3.GetObject(ctx, in)
	if err != nil {
		return nil, unreadable(bucket, key, err)
	}
	if c, ok := got.Body.(io.ReadCloser); ok {
		return c, nil
	}
	return io.NopCloser(got.Body), nil
}

// unreadable words S3's refusal to read.
// https://docs.aws.amazon.com/athena/latest/ug/error-reference.html
func unreadable(bucket, key string, err error) error {
	path := "s3://" + bucket + "/" + key
	switch awserr.Code(err) {
	case "AccessDenied":
		return invalid("PERMISSION_DENIED: Permission denied on S3 path: %s", path)
	case "NoSuchKey", "PreconditionFailed":
		return invalid("HIVE_CANNOT_OPEN_SPLIT: Error opening Hive split %s: it was deleted or replaced while the query ran", path)
	case "InvalidObjectState":
		return invalid("HIVE_CANNOT_OPEN_SPLIT: The operation is not valid for the object's storage class: %s", path)
	}
	return err
}

// list calls yield for each object under a prefix, in the order of their keys.
func (s *Service) list(ctx context.Context, bucket, prefix string, yield func(*s3api.Object) error) error {
	in := &s3api.ListObjectsV2Input{Bucket: &bucket, Prefix: &prefix}
	for {
		got, err := s.peers.S3.ListObjectsV2(ctx, in)
		if err != nil {
			return unreadable(bucket, prefix, err)
		}
		for i := range got.Contents {
			if err := yield(&got.Contents[i]); err != nil {
				return err
			}
		}
		if !rt.Val(got.IsTruncated) {
			return nil
		}
		in.ContinuationToken = got.NextContinuationToken
	}
}
