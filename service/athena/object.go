package athena

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

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

// blockBytes is how much is read at once where a file is read here and there.
const blockBytes = 1 << 20

// blocks reads an object here and there, a block at a time. It keeps the last few.
type blocks struct {
	ctx         context.Context
	s           *Service
	bucket, key string
	etag        *string
	size        int64
	end         *lastBlock // that others who read the same object keep too

	mu   sync.Mutex
	kept []block // the latest last
}

// lastBlock is the last block of an object, in which a file of columns tells what it has: each that reads a part of the file looks there first.
type lastBlock struct {
	mu    sync.Mutex
	data  []byte
	parts int // that have not been read
}

// leave is called when a part has been read; after the last nobody needs the block.
func (l *lastBlock) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.parts--; l.parts <= 0 {
		l.data = nil
	}
}

type block struct {
	number int64
	data   []byte
}

const keptBlocks = 4

// ReadAt reads a long stretch as such, and a short one from its block.
func (b *blocks) ReadAt(p []byte, off int64) (n int, err error) {
	if off < 0 || off >= b.size {
		return 0, io.EOF
	}
	if rest := b.size - off; int64(len(p)) > rest {
		n, err = b.ReadAt(p[:rest], off)
		return n, errors.Join(err, io.EOF)
	}
	if len(p) >= blockBytes/4 { // who reads so much goes on behind it, and not back
		return b.fetch(p, off)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for n < len(p) {
		data, err := b.block((off + int64(n)) / blockBytes)
		if err != nil {
			return n, err
		}
		n += copy(p[n:], data[(off+int64(n))%blockBytes:])
	}
	return n, nil
}

func (b *blocks) block(number int64) ([]byte, error) {
	if number == (b.size-1)/blockBytes {
		b.end.mu.Lock()
		defer b.end.mu.Unlock()
		if b.end.data != nil {
			return b.end.data, nil
		}
		data, err := b.whole(number)
		b.end.data = data
		return data, err
	}
	for i, k := range b.kept {
		if k.number == number {
			b.kept = append(append(b.kept[:i:i], b.kept[i+1:]...), k)
			return k.data, nil
		}
	}
	data, err := b.whole(number)
	if err != nil {
		return nil, err
	}
	if len(b.kept) == keptBlocks {
		b.kept = b.kept[1:]
	}
	b.kept = append(b.kept, block{number, data})
	return data, nil
}

// whole fetches a block.
func (b *blocks) whole(number int64) ([]byte, error) {
	data := make([]byte, min(blockBytes, b.size-number*blockBytes))
	if _, err := b.fetch(data, number*blockBytes); err != nil {
		return nil, err
	}
	return data, nil
}

func (b *blocks) fetch(p []byte, off int64) (int, error) {
	body, err := b.s.read(b.ctx, b.bucket, b.key, b.etag, off, off+int64(len(p))-1)
	if err != nil {
		return 0, err
	}
	defer body.Close()
	return io.ReadFull(body, p)
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
