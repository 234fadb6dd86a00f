package s3

import (
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/engine/blob"
	"unyo/kernel/store"
)

// CopyObject stores again what another object, or an older version, holds.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
func (s *Service) CopyObject(ctx context.Context, in *api.CopyObjectInput) (*api.CopyObjectOutput, error) {
	if err := signed(ctx, "copy objects"); err != nil {
		return nil, err
	}
	src, err := checkCopy(in)
	if err != nil {
		return nil, err
	}
	release := s.blobs.Pin()
	defer release()
	from, err := s.findSource(ctx, src, in.ExpectedSourceBucketOwner, conditions{
		in.CopySourceIfMatch, in.CopySourceIfNoneMatch, in.CopySourceIfModifiedSince, in.CopySourceIfUnmodifiedSince, true,
	})
	if err != nil {
		return nil, err
	}
	if from.Size > maxPut {
		return nil, invalidRequest("The specified copy source is larger than the maximum allowable size for a copy source: %d", int64(maxPut))
	}
	o, err := copied(in, &from.object)
	if err != nil {
		return nil, err
	}
	algorithm, err := checkAlgorithm("x-amz-checksum-algorithm", in.ChecksumAlgorithm)
	if err != nil {
		return nil, err
	}
	if algorithm == "" {
		algorithm = from.Sum.Algorithm
	}
	random := s.k.Entropy.Bytes(ctx, 16)
	if o.Blob, o.ETag, o.Sum, err = s.restage(ctx, from, algorithm); err != nil {
		return nil, err
	}
	o.Size = o.Blob.Size
	var b bucket
	var put object
	var ends string
	err = s.k.Update(ctx, func(tx *store.Tx) (err error) {
		if b, err = s.open(tx, in.Bucket, in.ExpectedBucketOwner); err != nil {
			return err
		}
		o.Modified, o.Owner = s.now(), b.ownerOf(tx.Call(), in.ACL)
		if o.Grants, err = s.objectACL(&b, askedACL{canned: in.ACL, full: in.GrantFullControl, read: in.GrantRead, readACP: in.GrantReadACP, writeACP: in.GrantWriteACP}, o.Owner); err != nil {
			return err
		}
		if o.Lock, err = b.lockFor(askedLock{in.ObjectLockMode, in.ObjectLockRetainUntilDate, in.ObjectLockLegalHoldStatus}, o.Modified); err != nil {
			return err
		}
		cur, has := s.newest(tx, &b, *in.Bucket, *in.Key)
		if err := checkWrite(in.IfMatch, in.IfNoneMatch, *in.Key, &cur, has); err != nil {
			return err
		}
		put = s.add(tx, &b, *in.Bucket, *in.Key, *o, random)
		o.ID = put.ID
		ends = s.expires(tx, &b, *in.Bucket, *in.Key, &put)
		s.objectChanged(tx, &b, *in.Bucket, *in.Key, "ObjectCreated:Copy", &put)
		return nil
	})
	if err != nil {
		return nil, s.giveBack(err, o.Blob)
	}
	result := &api.CopyObjectResult{ETag: new(quote(o.ETag)), LastModified: new(o.Modified)}
	setSum(result, o.Sum, 0)
	return &api.CopyObjectOutput{
		CopyObjectResult: result, CopySourceVersionId: from.versionHeader(&from.object), VersionId: b.written(o), ServerSideEncryption: new("AES256"), Expiration: or(nil, ends),
	}, nil
}

// checkCopy judges what can be judged from the request alone.
func checkCopy(in *api.CopyObjectInput) (source, error) {
	src, err := parseSource(rt.Val(in.CopySource))
	if err != nil {
		return src, err
	}
	if err := checkKey(rt.Val(in.Key)); err != nil {
		return src, err
	}
	if err := refuse(in); err != nil {
		return src, err
	}
	if err := writeConditions(in.IfMatch, in.IfNoneMatch); err != nil {
		return src, err
	}
	for _, d := range []struct{ header, what, value string }{
		{"x-amz-metadata-directive", "metadata", rt.Val(in.MetadataDirective)}, {"x-amz-tagging-directive", "tagging", rt.Val(in.TaggingDirective)},
	} {
		if d.value != "" && d.value != "COPY" && d.value != "REPLACE" {
			return src, invalidArgument(d.header, d.value, "Unknown %s directive.", d.what)
		}
	}
	same := src.bucket == rt.Val(in.Bucket) && src.key == *in.Key && src.version == nil
	if same && rt.Val(in.MetadataDirective) != "REPLACE" && in.StorageClass == nil && in.WebsiteRedirectLocation == nil && in.ServerSideEncryption == nil && in.ChecksumAlgorithm == nil {
		return src, invalidRequest("This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.")
	}
	if _, err := checkAlgorithm("x-amz-checksum-algorithm", in.ChecksumAlgorithm); err != nil {
		return src, err
	}
	return src, checkMeta(in.Metadata)
}

// findSource reads the version that is copied. Its bucket may lie in another region.
func (s *Service) findSource(ctx context.Context, src source, owner *string, c conditions) (*found, error) {
	f := &found{}
	err := s.k.View(ctx, func(tx *store.Tx) (err error) {
		var ok bool
		if f.bucket, ok = s.buckets.Get(tx, src.bucket); !ok {
			return noSuchBucket(src.bucket)
		}
		if owner != nil && *owner != f.Account {
			return accessDenied()
		}
		if f.object, err = s.readable(tx, &f.bucket, src.bucket, src.key, src.version); err != nil {
			if src.version != nil && f.object.Marker {
				return invalidRequest("The source of a copy request may not specifically refer to a delete marker by version id.")
			}
			return err
		}
		if f.Upload != "" {
			f.parts = s.partsOf(tx, f.Upload)
		}
		return nil
	})
	if err != nil {
		return nil, s.absent(ctx, src.bucket, err)
	}
	if err := f.retrievableSource(s.k.Clock.Now()); err != nil {
		return nil, err
	}
	f.window = window{0, f.Size, false}
	return f, c.check(&f.object)
}

// copied is the new object without its content: described by the source, or by the request where it says REPLACE.
func copied(in *api.CopyObjectInput, from *object) (*object, error) {
	o := &object{Headers: from.Headers, Meta: from.Meta, Tags: from.Tags}
	o.Headers.Redirect = rt.Val(in.WebsiteRedirectLocation) // is never copied
	if rt.Val(in.MetadataDirective) == "REPLACE" {
		o.Meta = lowered(in.Metadata)
		o.Headers = headers{
			Type: rt.Val(in.ContentType), Encoding: withoutChunked(rt.Val(in.ContentEncoding)), Disposition: rt.Val(in.ContentDisposition),
			Language: rt.Val(in.ContentLanguage), Cache: rt.Val(in.CacheControl), Expires: rt.Val(in.Expires), Redirect: rt.Val(in.WebsiteRedirectLocation),
		}
	}
	kept := o.Tags
	if err := o.describe(in.StorageClass, in.Tagging); err != nil {
		return nil, err
	}
	if rt.Val(in.TaggingDirective) != "REPLACE" {
		o.Tags = kept
	}
	return o, nil
}

// restage writes the window of f anew, with its ETag and checksum.
func (s *Service) restage(ctx context.Context, f *found, algorithm string) (ref blob.Ref, etag string, sum checksum, err error) {
	if algorithm == "" {
		algorithm = defaultSum
	}
	body, err := s.body(f, func() {}) // the caller holds the pin
	if err != nil {
		return ref, "", sum, err
	}
	defer body.Close()
	w := &intent{sum: checksum{Algorithm: algorithm}, hashes: []hash.Hash{md5.New()}}
	if algorithm != defaultSum {
		w.beside = algorithm
		w.hashes = append(w.hashes, newHash(algorithm))
	}
	if ref, err = s.stage(ctx, body, w); err != nil {
		return ref, "", sum, err
	}
	etag = fmt.Sprintf("%x", w.hashes[0].Sum(nil))
	sum = checksum{Algorithm: algorithm, Type: fullObject}
	sum.Value, err = s.sumOf(w, ref)
	return ref, etag, sum, err
}

// crc64Text is the engine's sum of a blob as S3 writes it.
func crc64Text(sum uint64) string {
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, sum))
}
