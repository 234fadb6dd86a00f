package s3

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/kernel/store"
)

// CompleteMultipartUpload makes one object of the parts that are named. Asked again after it has succeeded, it answers
// the same as long as that object is there.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
func (s *Service) CompleteMultipartUpload(ctx context.Context, in *api.CompleteMultipartUploadInput) (*api.CompleteMultipartUploadOutput, error) {
	named, err := checkParts(in)
	if err != nil {
		return nil, err
	}
	at := target{in.Bucket, in.Key, in.UploadId, in.ExpectedBucketOwner}
	random := s.k.Entropy.Bytes(ctx, 16)
	var b bucket
	var o object
	var ends string
	err = s.k.Update(ctx, func(tx *store.Tx) error {
		var u upload
		var err error
		if b, u, err = s.openUpload(tx, at); err != nil {
			if awserr.Code(err) == "NoSuchUpload" {
				var again bool
				if o, again = s.completed(tx, &b, *in.Bucket, *in.Key, *in.UploadId); again {
					return nil
				}
			}
			return err
		}
		cur, has := s.newest(tx, &b, *in.Bucket, *in.Key)
		if err := checkWrite(in.IfMatch, in.IfNoneMatch, *in.Key, &cur, has); err != nil {
			return err
		}
		parts, err := s.chosen(tx, in, named, &u)
		if err != nil {
			return err
		}
		if o, err = assemble(in, &u, parts); err != nil {
			return err
		}
		s.keepParts(tx, in, parts)
		o = s.add(tx, &b, *in.Bucket, *in.Key, o, random)
		ends = s.expires(tx, &b, *in.Bucket, *in.Key, &o)
		s.objectChanged(tx, &b, *in.Bucket, *in.Key, "ObjectCreated:CompleteMultipartUpload", &o)
		return nil
	})
	if err != nil {
		return nil, mapError(err)
	}
	out := &api.CompleteMultipartUploadOutput{
		Bucket: in.Bucket, Key: in.Key, ETag: new(quote(o.ETag)), VersionId: b.written(&o), Expiration: or(nil, ends), ServerSideEncryption: new("AES256"),
		Location: new("https://" + *in.Bucket + ".s3." + b.Region + ".amazonaws.com/" + escapeKey(*in.Key)),
	}
	setSum(out, o.Sum, o.Parts)
	return out, nil
}

// checkParts judges the list of parts before anything is read.
func checkParts(in *api.CompleteMultipartUploadInput) ([]api.CompletedPart, error) {
	if err := refuse(in); err != nil {
		return nil, err
	}
	if err := writeConditions(in.IfMatch, in.IfNoneMatch); err != nil {
		return nil, err
	}
	if k := rt.Val(in.ChecksumType); k != "" && k != fullObject && k != composite {
		return nil, invalidRequest("Value for x-amz-checksum-type header is invalid.")
	}
	if n := rt.Val(in.MpuObjectSize); n < 0 {
		return nil, invalidRequest("Value for x-amz-mp-object-size header is less than zero: '%d'", n)
	}
	stated, err := statedSum(in)
	if err != nil {
		return nil, err
	}
	count, counted := "", false
	stated.Value, count, counted = strings.Cut(stated.Value, "-") // a composite may say of how many parts
	n, numeric := digits(count)
	if stated.Algorithm != "" && (!stated.wellFormed() || counted && (!numeric || n == 0)) {
		return nil, invalidRequest("Value for %s header is invalid.", headerOf(stated.Algorithm))
	}
	if in.MultipartUpload == nil || len(in.MultipartUpload.Parts) == 0 || len(in.MultipartUpload.Parts) > maxParts {
		return nil, malformedXML()
	}
	last := int32(0)
	for _, p := range in.MultipartUpload.Parts {
		if p.ETag == nil || p.PartNumber == nil {
			return nil, malformedXML()
		}
		if _, err := partNumber(p.PartNumber); err != nil {
			return nil, err
		}
		if *p.PartNumber <= last {
			return nil, awserr.New(http.StatusBadRequest, "InvalidPartOrder", "The list of parts was not in ascending order. Parts must be ordered by part number.").With("UploadId", rt.Val(in.UploadId))
		}
		last = *p.PartNumber
	}
	return in.MultipartUpload.Parts, nil
}

// completed finds the object that an upload has become.
func (s *Service) completed(tx *store.Tx, b *bucket, name, key, id string) (object, bool) {
	if o, ok := s.objects.Get(tx, store.Key(name, key)); ok && o.Upload == id {
		return o, true
	}
	if b.Versioning != "" {
		for _, o := range s.versions.Prefix(tx, store.Key(name, key, ""), "") {
			if o.Upload == id {
				return o, true
			}
		}
	}
	return object{}, false
}

// chosen reads the parts that are named and holds them to what was said of them.
func (s *Service) chosen(tx *store.Tx, in *api.CompleteMultipartUploadInput, named []api.CompletedPart, u *upload) ([]part, error) {
	uploaded := map[int32]part{}
	lo := store.Key(*in.UploadId, "")
	for _, p := range s.parts.Prefix(tx, lo, "") {
		uploaded[p.Number] = p
	}
	parts := make([]part, len(named))
	for i := range named {
		n := &named[i]
		p, ok := uploaded[*n.PartNumber]
		if !ok || strings.Trim(*n.ETag, `"`) != p.ETag {
			return nil, invalidPart(*in.UploadId, *n.PartNumber, *n.ETag)
		}
		if i < len(named)-1 && p.Size < minPart {
			return nil, awserr.New(http.StatusBadRequest, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size").
				With("ProposedSize", itoa(int(p.Size))).With("MinSizeAllowed", itoa(minPart)).With("PartNumber", itoa(int(p.Number))).With("ETag", p.ETag)
		}
		stated, err := statedSum(n)
		if err != nil || stated.Algorithm != "" && !stated.wellFormed() {
			return nil, invalidArgument("Checksum", stated.Value, "Invalid Base64 or multiple checksums present in request")
		}
		switch {
		case stated.Algorithm == "" && !u.Default && u.Draft.Sum.Type == composite:
			return nil, invalidRequest("The upload was created using a %s checksum. The complete request must include the checksum for each part. It was missing for part %d in the request.", lower(u.Draft.Sum.Algorithm), p.Number)
		case stated.Algorithm != "" && stated.Algorithm == u.Draft.Sum.Algorithm && stated.Value != p.Sum:
			return nil, invalidPart(*in.UploadId, *n.PartNumber, *n.ETag)
		case stated.Algorithm != "" && stated.Algorithm != u.Draft.Sum.Algorithm && !u.Default:
			return nil, awserr.New(http.StatusBadRequest, "BadDigest", "The %s you specified for part %d did not match what we received.", lower(stated.Algorithm), p.Number)
		}
		parts[i] = p
	}
	return parts, nil
}

// assemble makes the object of its parts, and compares it with what the request says of it.
func assemble(in *api.CompleteMultipartUploadInput, u *upload, parts []part) (object, error) {
	o := u.Draft
	o.Upload, o.Parts, o.Modified = *in.UploadId, int32(len(parts)), u.Initiated
	sums := md5.New()
	for _, p := range parts {
		raw, err := hex.DecodeString(p.ETag)
		if err != nil {
			return o, fmt.Errorf("part %d of upload %s has ETag %q: %w", p.Number, o.Upload, p.ETag, err)
		}
		_, _ = sums.Write(raw)
		o.Size += p.Size
	}
	o.ETag = fmt.Sprintf("%x-%d", sums.Sum(nil), len(parts))
	sum, ok := joinSums(o.Sum.Algorithm, o.Sum.Type, parts)
	if !ok {
		return o, fmt.Errorf("parts of upload %s have no %s", o.Upload, o.Sum.Algorithm)
	}
	o.Sum = sum
	if k := rt.Val(in.ChecksumType); k != "" && k != o.Sum.Type {
		return o, invalidRequest("The upload was created using the %s checksum mode. The complete request must use the same checksum mode.", o.Sum.Type)
	}
	if in.MpuObjectSize != nil && *in.MpuObjectSize != o.Size {
		return o, invalidRequest("The provided 'x-amz-mp-object-size' header value %d does not match what was computed: %d", *in.MpuObjectSize, o.Size)
	}
	stated, err := statedSum(in)
	if err != nil {
		return o, err
	}
	value, _, _ := strings.Cut(stated.Value, "-")
	if stated.Algorithm == o.Sum.Algorithm && value != o.Sum.Value {
		return o, badSum(stated.Algorithm)
	}
	if stated.Algorithm != "" && stated.Algorithm != o.Sum.Algorithm && !u.Default {
		return o, invalidRequest("Checksum Type mismatch occurred, expected checksum Type: %s, actual checksum Type: %s", lower(o.Sum.Algorithm), lower(stated.Algorithm))
	}
	return o, nil
}

// keepParts moves the chosen parts to the object, and forgets the upload with the others.
func (s *Service) keepParts(tx *store.Tx, in *api.CompleteMultipartUploadInput, parts []part) {
	keep := make(map[int32]bool, len(parts))
	for _, p := range parts {
		keep[p.Number] = true
	}
	s.dropUpload(tx, *in.Bucket, *in.Key, *in.UploadId, keep)
	for i := 0; i < len(parts); i += partsInExtent {
		row := make([]part, 0, partsInExtent)
		for _, p := range parts[i:min(i+partsInExtent, len(parts))] {
			row = append(row, part{Number: p.Number, Size: p.Size, Sum: p.Sum, Blob: p.Blob})
		}
		s.extents.Put(tx, store.Key(*in.UploadId, fmt.Sprintf("%03d", i/partsInExtent)), row)
	}
}

// AbortMultipartUpload forgets an upload and its parts.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_AbortMultipartUpload.html
func (s *Service) AbortMultipartUpload(ctx context.Context, in *api.AbortMultipartUploadInput) (*api.AbortMultipartUploadOutput, error) {
	at := target{in.Bucket, in.Key, in.UploadId, in.ExpectedBucketOwner}
	err := s.k.Update(ctx, func(tx *store.Tx) error {
		_, u, err := s.openUpload(tx, at)
		if err != nil {
			return err
		}
		if in.IfMatchInitiatedTime != nil && !u.Initiated.Equal(*in.IfMatchInitiatedTime) {
			return preconditionFailed("x-amz-if-match-initiated-time")
		}
		s.dropUpload(tx, *in.Bucket, *in.Key, *in.UploadId, nil)
		return nil
	})
	if err != nil {
		return nil, mapError(err)
	}
	return &api.AbortMultipartUploadOutput{}, nil
}
