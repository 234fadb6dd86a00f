package s3

import (
	"context"
	"net/http"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/kernel/store"
)

// UploadPart stores one part; a part of the same number is replaced.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html
func (s *Service) UploadPart(ctx context.Context, in *api.UploadPartInput) (*api.UploadPartOutput, error) {
	if err := refuse(in); err != nil {
		return nil, err
	}
	n, err := partNumber(in.PartNumber)
	if err != nil {
		return nil, err
	}
	at := target{in.Bucket, in.Key, in.UploadId, in.ExpectedBucketOwner}
	u, err := s.uploading(ctx, at)
	if err != nil {
		return nil, err
	}
	w, err := intend(in, in.ContentMD5, in.ChecksumAlgorithm, u.Draft.Sum.Algorithm)
	if err != nil {
		return nil, err
	}
	if err := u.admits(w.sum.Algorithm); err != nil {
		return nil, err
	}
	ref, err := s.stage(ctx, in.Body, w)
	if err != nil {
		return nil, err
	}
	p := part{Number: n, Size: ref.Size, Modified: s.now(), Blob: ref}
	etag, sum, err := s.verify(w, in.Body, ref)
	if err != nil {
		return nil, s.giveBack(err, ref)
	}
	p.ETag, p.Sum = etag, sum.Value
	if err := u.admits(sum.Algorithm); err != nil {
		return nil, s.giveBack(err, ref)
	}
	if !w.stated && !u.Default && u.Draft.Sum.Type == composite {
		return nil, s.giveBack(u.admits("null"), ref)
	}
	if sum.Algorithm != u.Draft.Sum.Algorithm {
		p.Sum = crc64Text(ref.Sum) // what was stated is verified; kept is what the object will need
	}
	if err := s.putPart(ctx, at, p); err != nil {
		return nil, s.giveBack(err, ref)
	}
	out := &api.UploadPartOutput{ETag: new(quote(etag)), ServerSideEncryption: new("AES256")}
	setSum(out, sum, 0)
	return out, nil
}

// admits reports whether a part may be summed with an algorithm: with the upload's, or with any where it has none.
func (u *upload) admits(algorithm string) error {
	if u.Default || algorithm == u.Draft.Sum.Algorithm {
		return nil
	}
	return invalidRequest("Checksum Type mismatch occurred, expected checksum Type: %s, actual checksum Type: %s", lower(u.Draft.Sum.Algorithm), lower(algorithm))
}

// UploadPartCopy stores a stretch of another object as a part.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html
func (s *Service) UploadPartCopy(ctx context.Context, in *api.UploadPartCopyInput) (*api.UploadPartCopyOutput, error) {
	if err := signed(ctx, "copy objects"); err != nil {
		return nil, err
	}
	if err := refuse(in); err != nil {
		return nil, err
	}
	n, err := partNumber(in.PartNumber)
	if err != nil {
		return nil, err
	}
	if _, err := s.look(ctx, in.Bucket, in.ExpectedBucketOwner); err != nil {
		return nil, err
	}
	src, err := parseSource(rt.Val(in.CopySource))
	if err != nil {
		return nil, err
	}
	at := target{in.Bucket, in.Key, in.UploadId, in.ExpectedBucketOwner}
	u, err := s.uploading(ctx, at)
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
	if from.window, err = copyRange(in.CopySourceRange, from.Size); err != nil {
		return nil, err
	}
	if from.window.size > maxPut {
		return nil, invalidRequest("The specified copy source is larger than the maximum allowable size for a copy source: %d", int64(maxPut))
	}
	ref, etag, sum, err := s.restage(ctx, from, u.Draft.Sum.Algorithm)
	if err != nil {
		return nil, err
	}
	p := part{Number: n, Size: ref.Size, Modified: s.now(), Blob: ref, ETag: etag, Sum: sum.Value}
	if err := s.putPart(ctx, at, p); err != nil {
		return nil, s.giveBack(err, ref)
	}
	result := &api.CopyPartResult{ETag: new(quote(etag)), LastModified: new(p.Modified)}
	if !u.Default {
		setSum(result, sum, 0)
	}
	return &api.UploadPartCopyOutput{CopyPartResult: result, CopySourceVersionId: from.versionHeader(&from.object), ServerSideEncryption: new("AES256")}, nil
}

// copyRange reads x-amz-copy-source-range, which must name both ends, inside the source.
func copyRange(header *string, size int64) (window, error) {
	if header == nil {
		return window{0, size, false}, nil
	}
	bad := invalidArgument("x-amz-copy-source-range", *header, "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy")
	w, err := parseRange(*header, size)
	if err != nil || !w.partial {
		if err != nil {
			return w, invalidArgument("x-amz-copy-source-range", *header, "Range specified is not valid for source object of size: %d", size)
		}
		return w, bad
	}
	last := w.from + w.size - 1
	if *header != "bytes="+itoa(int(w.from))+"-"+itoa(int(last)) {
		if last == size-1 && (*header)[len(*header)-1] != '-' && (*header)[len("bytes=")] != '-' {
			return w, invalidArgument("x-amz-copy-source-range", *header, "Range specified is not valid for source object of size: %d", size)
		}
		return w, bad
	}
	return w, nil
}

func partNumber(n *int32) (int32, error) {
	if v := rt.Val(n); v >= 1 && v <= maxParts {
		return v, nil
	}
	return 0, invalidArgument("partNumber", itoa(int(rt.Val(n))), "Part number must be an integer between 1 and 10000, inclusive")
}

// target names an upload in a request.
type target struct{ bucket, key, id, owner *string }

// row is the upload's key.
func (t target) row() string { return store.Key(rt.Val(t.bucket), rt.Val(t.key), rt.Val(t.id)) }

// uploading reads an upload under way.
func (s *Service) uploading(ctx context.Context, t target) (u upload, err error) {
	err = s.k.View(ctx, func(tx *store.Tx) (err error) {
		_, u, err = s.openUpload(tx, t)
		return err
	})
	return u, err
}

func (s *Service) openUpload(tx *store.Tx, t target) (b bucket, u upload, err error) {
	if b, err = s.open(tx, t.bucket, t.owner); err != nil {
		return b, u, err
	}
	u, ok := s.uploads.Get(tx, t.row())
	if !ok {
		return b, u, noSuchUpload(rt.Val(t.id))
	}
	return b, u, nil
}

// putPart writes a part's row, if the upload is still under way.
func (s *Service) putPart(ctx context.Context, t target, p part) error {
	return s.k.Update(ctx, func(tx *store.Tx) error {
		if _, _, err := s.openUpload(tx, t); err != nil {
			return err
		}
		at := partKey(*t.id, p.Number)
		if old, ok := s.parts.Get(tx, at); ok {
			tx.After(func() { s.blobs.Free(old.Blob) })
		}
		s.parts.Put(tx, at, p)
		return nil
	})
}

func invalidPart(id string, n int32, etag string) error {
	return awserr.New(http.StatusBadRequest, "InvalidPart", "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.").
		With("UploadId", id).With("PartNumber", itoa(int(n))).With("ETag", etag)
}
