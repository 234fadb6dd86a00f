package s3

import (
	"context"
	"strings"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/kernel/store"
)

// ListParts lists what has been uploaded of an upload under way.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html
func (s *Service) ListParts(ctx context.Context, in *api.ListPartsInput) (*api.ListPartsOutput, error) {
	limit, err := limitOf("max-parts", in.MaxParts)
	if err != nil {
		return nil, err
	}
	marker := rt.Val(in.PartNumberMarker)
	if marker < 0 {
		return nil, invalidArgument("part-number-marker", itoa(int(marker)), "Argument part-number-marker must be an integer between 0 and 2147483647")
	}
	out := &api.ListPartsOutput{Bucket: in.Bucket, Key: in.Key, UploadId: in.UploadId, MaxParts: new(int32(limit)), PartNumberMarker: new(marker), IsTruncated: new(false)}
	err = s.k.View(ctx, func(tx *store.Tx) error {
		b, u, err := s.openUpload(tx, target{in.Bucket, in.Key, in.UploadId, in.ExpectedBucketOwner})
		if err != nil {
			return err
		}
		out.Initiator = s.initiator(&u)
		out.AbortDate, out.AbortRuleId = s.abortion(tx, &b, *in.Bucket, *in.Key, &u)
		out.Owner = &api.Owner{ID: new(s.canonical(u.Draft.Owner))}
		out.StorageClass = new(u.Draft.Class)
		if !u.Default {
			out.ChecksumAlgorithm, out.ChecksumType = new(u.Draft.Sum.Algorithm), new(u.Draft.Sum.Type)
		}
		if marker >= maxParts || limit == 0 {
			return nil
		}
		for _, p := range s.parts.Prefix(tx, store.Key(*in.UploadId, ""), partKey(*in.UploadId, marker)) {
			if len(out.Parts) == limit {
				out.IsTruncated, out.NextPartNumberMarker = new(true), out.Parts[limit-1].PartNumber
				return nil
			}
			shape := api.Part{PartNumber: new(p.Number), ETag: new(quote(p.ETag)), Size: new(p.Size), LastModified: new(p.Modified)}
			if !u.Default {
				setSum(&shape, checksum{u.Draft.Sum.Algorithm, "", p.Sum}, 0)
			}
			out.Parts = append(out.Parts, shape)
		}
		if n := len(out.Parts); n > 0 {
			out.NextPartNumberMarker = out.Parts[n-1].PartNumber
		}
		return nil
	})
	return out, err
}

// initiator is the IAM principal that began the upload, or the account's canonical user.
func (s *Service) initiator(u *upload) *api.Initiator {
	if u.Name == "" || strings.HasSuffix(u.Name, ":root") {
		return &api.Initiator{ID: new(s.canonical(u.Initiator))}
	}
	return &api.Initiator{ID: new(u.Name), DisplayName: new(u.Name[strings.LastIndexAny(u.Name, ":/")+1:])}
}

// ListMultipartUploads lists uploads under way, by key and then in the order in which they began.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html
func (s *Service) ListMultipartUploads(ctx context.Context, in *api.ListMultipartUploadsInput) (*api.ListMultipartUploadsOutput, error) {
	limit, err := limitOf("max-uploads", in.MaxUploads)
	if err != nil {
		return nil, err
	}
	encode, err := encoder(in.EncodingType)
	if err != nil {
		return nil, err
	}
	l := listing{prefix: rt.Val(in.Prefix), delimiter: rt.Val(in.Delimiter), after: rt.Val(in.KeyMarker), limit: limit}
	id := rt.Val(in.UploadIdMarker)
	if l.after == "" {
		id = "" // without a key it says nothing
	} else if _, err := uploadText.DecodeString(id); err != nil {
		return nil, invalidArgument("upload-id-marker", id, "Invalid uploadId marker")
	}
	out := &api.ListMultipartUploadsOutput{
		Bucket: in.Bucket, Prefix: encode(l.prefix), Delimiter: encodeSome(encode, in.Delimiter), KeyMarker: encode(l.after), UploadIdMarker: new(id),
		MaxUploads: new(int32(limit)), EncodingType: in.EncodingType, IsTruncated: new(false), NextKeyMarker: new(""), NextUploadIdMarker: new(""),
	}
	err = s.k.View(ctx, func(tx *store.Tx) error {
		if _, err := s.open(tx, in.Bucket, in.ExpectedBucketOwner); err != nil {
			return err
		}
		if limit == 0 {
			return nil
		}
		page, more := s.listUploads(tx, *in.Bucket, l, id)
		out.IsTruncated = new(more)
		for _, e := range page {
			if e.prefix {
				out.CommonPrefixes = append(out.CommonPrefixes, api.CommonPrefix{Prefix: encode(e.key)})
				continue
			}
			out.Uploads = append(out.Uploads, s.uploadShape(&e, encode))
		}
		if more {
			last := page[len(page)-1]
			out.NextKeyMarker, out.NextUploadIdMarker = encode(last.key), new(last.id)
		}
		return nil
	})
	return out, err
}

type uploadEntry struct {
	key, id string
	prefix  bool
	upload  upload
}

func (s *Service) uploadShape(e *uploadEntry, encode func(string) *string) api.MultipartUpload {
	shape := api.MultipartUpload{
		Key: encode(e.key), UploadId: new(e.id), Initiated: new(e.upload.Initiated), StorageClass: new(e.upload.Draft.Class),
		Owner: &api.Owner{ID: new(s.canonical(e.upload.Draft.Owner))}, Initiator: s.initiator(&e.upload),
	}
	if !e.upload.Default {
		shape.ChecksumAlgorithm, shape.ChecksumType = new(e.upload.Draft.Sum.Algorithm), new(e.upload.Draft.Sum.Type)
	}
	return shape
}

// listUploads reads one page, behind the key l.after, or behind the upload id of that key.
func (s *Service) listUploads(tx *store.Tx, name string, l listing, id string) (page []uploadEntry, more bool) {
	under := store.Key(name, "")
	lo := under + encodedPrefix(l.prefix)
	hi := successor(lo)
	if l.after != "" {
		behind := successor(store.Key(name, l.after, ""))
		if id != "" {
			behind = store.Key(name, l.after, id) + "\x00"
		}
		if p, ok := l.common(l.after); ok && p == l.after {
			behind = successor(under + encodedPrefix(p))
		}
		lo = max(lo, behind)
	}
	for lo != "" && (hi == "" || lo < hi) {
		next := ""
		for k, u := range s.uploads.Between(tx, lo, hi) {
			if len(page) == l.limit {
				return page, true
			}
			parts, _ := store.Split(k, 3)
			if p, ok := l.common(parts[1]); ok {
				page = append(page, uploadEntry{key: p, prefix: true})
				next = successor(under + encodedPrefix(p))
				break
			}
			page = append(page, uploadEntry{key: parts[1], id: parts[2], upload: u})
		}
		lo = next
	}
	return page, false
}

// encodedPrefix is how the beginning of a part that is not the last lies in a key: see store.Key.
func encodedPrefix(prefix string) string { return strings.ReplaceAll(prefix, "\x00", "\x00\xFF") }
