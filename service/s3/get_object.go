package s3

import (
	"context"
	"net/http"
	"time"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/engine/blob"
	"unyo/kernel/store"
)

// reading is what a GetObject or HeadObject asks.
type reading struct {
	bucket, key, version, owner *string
	conditions
	bytes *string
	part  *int32
}

// found is what they answer from.
type found struct {
	bucket
	object
	window
	parts []part   // multipart: all
	ends  string   // x-amz-expiration
	sum   checksum // of what is sent
}

// GetObject reads an object, or a stretch of it.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
func (s *Service) GetObject(ctx context.Context, in *api.GetObjectInput) (*api.GetObjectOutput, error) {
	if err := refuse(in); err != nil {
		return nil, err
	}
	if err := refuseOverrides(ctx, in.ResponseCacheControl, in.ResponseContentDisposition, in.ResponseContentEncoding, in.ResponseContentLanguage, in.ResponseContentType, httpTime(in.ResponseExpires)); err != nil {
		return nil, err
	}
	release := s.blobs.Pin() // before the row is read, so that its blob stays while it is
	f, err := s.find(ctx, &reading{
		in.Bucket, in.Key, in.VersionId, in.ExpectedBucketOwner,
		conditions{match: in.IfMatch, noneMatch: in.IfNoneMatch, modified: in.IfModifiedSince, unmodified: in.IfUnmodifiedSince},
		in.Range, in.PartNumber,
	})
	if err == nil {
		err = f.retrievable(s.k.Clock.Now())
	}
	if err != nil {
		release()
		return nil, err
	}
	out := &api.GetObjectOutput{
		AcceptRanges: new("bytes"), ContentLength: new(f.window.size), ContentRange: f.contentRange(f.Size),
		ETag: new(quote(f.ETag)), LastModified: new(f.Modified), Metadata: f.Meta, VersionId: f.versionHeader(&f.object),
		ServerSideEncryption: new("AES256"), StorageClass: f.classHeader(), TagCount: f.tagCount(),
		CacheControl: or(in.ResponseCacheControl, f.Headers.Cache), ContentDisposition: or(in.ResponseContentDisposition, f.Headers.Disposition),
		ContentEncoding: or(in.ResponseContentEncoding, f.Headers.Encoding), ContentLanguage: or(in.ResponseContentLanguage, f.Headers.Language),
		ContentType: or(in.ResponseContentType, f.Headers.Type), Expires: or(httpTime(in.ResponseExpires), f.Headers.Expires),
		WebsiteRedirectLocation: or(nil, f.Headers.Redirect), Expiration: or(nil, f.ends), Restore: f.restoreHeader(s.k.Clock.Now()),
	}
	out.ObjectLockMode, out.ObjectLockRetainUntilDate, out.ObjectLockLegalHoldStatus = s.lockHeaders(ctx, *in.Bucket, *in.Key, &f.object)
	if in.PartNumber != nil && f.Upload != "" {
		out.PartsCount = new(f.Parts)
	}
	if rt.Val(in.ChecksumMode) == "ENABLED" {
		setSum(out, f.sum, f.Parts)
	}
	body, err := s.body(f, release)
	if err != nil {
		return nil, err
	}
	out.Body = body
	return out, nil
}

// refuseOverrides lets only signed requests change the headers of the answer.
func refuseOverrides(ctx context.Context, overrides ...*string) error {
	if c := call.From(ctx); c != nil && c.Principal.Kind == call.Anonymous && granted(overrides...) {
		return invalidRequest("Request specific response headers cannot be used for anonymous GET requests.")
	}
	return nil
}

// body opens what f sends. release is called when its blobs need not be kept any longer.
func (s *Service) body(f *found, release func()) (blob.Reader, error) {
	if f.Upload != "" {
		return s.spread(f.parts, f.from, f.window.size, release), nil
	}
	defer release() // a small blob is in memory now, and a large one stays while its file is open
	return s.blobs.Read(f.Blob, f.from, f.window.size)
}

// HeadObject tells what GetObject would, without the body.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
func (s *Service) HeadObject(ctx context.Context, in *api.HeadObjectInput) (*api.HeadObjectOutput, error) {
	if err := refuse(in); err != nil {
		return nil, err
	}
	if err := refuseOverrides(ctx, in.ResponseCacheControl, in.ResponseContentDisposition, in.ResponseContentEncoding, in.ResponseContentLanguage, in.ResponseContentType, httpTime(in.ResponseExpires)); err != nil {
		return nil, err
	}
	f, err := s.find(ctx, &reading{
		in.Bucket, in.Key, in.VersionId, in.ExpectedBucketOwner,
		conditions{match: in.IfMatch, noneMatch: in.IfNoneMatch, modified: in.IfModifiedSince, unmodified: in.IfUnmodifiedSince},
		in.Range, in.PartNumber,
	})
	if err != nil {
		return nil, err
	}
	out := &api.HeadObjectOutput{
		AcceptRanges: new("bytes"), ContentLength: new(f.window.size), ContentRange: f.contentRange(f.Size),
		ETag: new(quote(f.ETag)), LastModified: new(f.Modified), Metadata: f.Meta, VersionId: f.versionHeader(&f.object),
		ServerSideEncryption: new("AES256"), StorageClass: f.classHeader(), TagCount: f.tagCount(),
		CacheControl: or(in.ResponseCacheControl, f.Headers.Cache), ContentDisposition: or(in.ResponseContentDisposition, f.Headers.Disposition),
		ContentEncoding: or(in.ResponseContentEncoding, f.Headers.Encoding), ContentLanguage: or(in.ResponseContentLanguage, f.Headers.Language),
		ContentType: or(in.ResponseContentType, f.Headers.Type), Expires: or(httpTime(in.ResponseExpires), f.Headers.Expires),
		WebsiteRedirectLocation: or(nil, f.Headers.Redirect), Expiration: or(nil, f.ends), Restore: f.restoreHeader(s.k.Clock.Now()),
	}
	out.ObjectLockMode, out.ObjectLockRetainUntilDate, out.ObjectLockLegalHoldStatus = s.lockHeaders(ctx, *in.Bucket, *in.Key, &f.object)
	if in.PartNumber != nil && f.Upload != "" {
		out.PartsCount = new(f.Parts)
	}
	if rt.Val(in.ChecksumMode) == "ENABLED" {
		setSum(out, f.sum, f.Parts)
	}
	return out, nil
}

// find reads the version that is asked for, judges the conditions and finds the stretch.
func (s *Service) find(ctx context.Context, r *reading) (*found, error) {
	if r.part != nil && r.bytes != nil {
		return nil, invalidRequest("Cannot specify both Range header and partNumber query parameter")
	}
	if err := checkKey(rt.Val(r.key)); err != nil {
		return nil, err
	}
	if r.part != nil && (*r.part < 1 || *r.part > maxParts) {
		return nil, invalidArgument("partNumber", itoa(int(*r.part)), "Part number must be an integer between 1 and 10000, inclusive")
	}
	f := &found{}
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		if f.bucket, err = s.open(tx, r.bucket, r.owner); err != nil {
			return err
		}
		if f.object, err = s.readable(tx, &f.bucket, *r.bucket, *r.key, r.version); err != nil {
			return err
		}
		if f.Upload != "" {
			f.parts = s.partsOf(tx, f.Upload)
		}
		if f.Rules != 0 && s.stateOf(tx, *r.bucket, *r.key, &f.object) == current {
			f.ends = s.expires(tx, &f.bucket, *r.bucket, *r.key, &f.object)
		}
		return nil
	})
	if err != nil {
		return nil, s.absent(ctx, *r.bucket, err)
	}
	if err := r.check(&f.object); err != nil {
		return nil, err
	}
	if r.part != nil {
		return f, f.usePart(*r.part)
	}
	f.window, err = parseRange(rt.Val(r.bytes), f.Size)
	if !f.partial {
		f.sum = f.Sum
	}
	return f, err
}

// absent is err, or, where it says that a key is not there, what is told to callers who may not list the bucket.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html (Permissions)
func (s *Service) absent(ctx context.Context, name string, err error) error {
	if awserr.Code(err) != "NoSuchKey" {
		return err
	}
	if denied := rt.Permit(ctx, need("ListBucket", s.bucketARN(name))[0]); denied != nil {
		return denied
	}
	return err
}

// readable finds a version that has a content. version nil means the newest.
func (s *Service) readable(tx *store.Tx, b *bucket, name, key string, version *string) (object, error) {
	if version == nil {
		o, ok := s.newest(tx, b, name, key)
		if !ok {
			return o, noSuchKey(key)
		}
		if o.Marker {
			e := noSuchKey(key).(*awserr.Generic)
			e.Header = http.Header{"X-Amz-Delete-Marker": {"true"}, "X-Amz-Version-Id": {o.shown()}}
			return o, e
		}
		return o, nil
	}
	if *version == "" {
		return object{}, invalidArgument("versionId", "", "Version id cannot be the empty string")
	}
	o, ok, err := s.version(tx, name, key, *version)
	if err != nil {
		return o, err
	}
	if !ok {
		return o, noSuchVersion(key, *version)
	}
	if o.Marker {
		e := methodNotAllowed("DeleteMarker")
		e.Header = http.Header{"X-Amz-Delete-Marker": {"true"}, "X-Amz-Version-Id": {o.shown()}, "Allow": {"DELETE"}, "Last-Modified": {o.Modified.UTC().Format(http.TimeFormat)}}
		return o, e
	}
	return o, nil
}

// usePart makes f's window that of one part. An object that was not uploaded in parts is one part.
func (f *found) usePart(n int32) error {
	if f.Upload == "" && n == 1 {
		f.window, f.sum = window{0, f.Size, f.Size > 0}, f.Sum
		return nil
	}
	at := int64(0)
	for i := range f.parts {
		p := &f.parts[i]
		if i+1 == int(n) {
			f.window = window{at, p.Size, p.Size > 0}
			if f.Sum.Type == composite { // a full object's sum says nothing of its parts
				f.sum = checksum{f.Sum.Algorithm, "", p.Sum}
			}
			return nil
		}
		at += p.Size
	}
	return awserr.New(http.StatusRequestedRangeNotSatisfiable, "InvalidPartNumber", "The requested partnumber is not satisfiable").
		With("PartNumberRequested", itoa(int(n))).With("ActualPartCount", itoa(max(len(f.parts), 1)))
}

// classHeader is x-amz-storage-class, which STANDARD objects do not send.
func (o *object) classHeader() *string {
	if o.Class == standard {
		return nil
	}
	return new(o.Class)
}

func (o *object) tagCount() *int32 {
	if len(o.Tags) == 0 {
		return nil
	}
	return new(int32(len(o.Tags)))
}

// or is what the request overrides, or else what is kept; nil when there is neither.
func or(override *string, kept string) *string {
	if override != nil {
		return override
	}
	if kept == "" {
		return nil
	}
	return new(kept)
}

func httpTime(t *time.Time) *string {
	if t == nil {
		return nil
	}
	return new(t.UTC().Format(http.TimeFormat))
}
