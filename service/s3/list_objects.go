package s3

import (
	"context"
	"encoding/base64"
	"slices"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/kernel/store"
)

// ListObjectsV2 lists a bucket's objects in order of their keys' bytes.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
func (s *Service) ListObjectsV2(ctx context.Context, in *api.ListObjectsV2Input) (*api.ListObjectsV2Output, error) {
	limit, err := limitOf("max-keys", in.MaxKeys)
	if err != nil {
		return nil, err
	}
	encode, err := encoder(in.EncodingType)
	if err != nil {
		return nil, err
	}
	after := rt.Val(in.StartAfter)
	if in.ContinuationToken != nil {
		if after, err = fromToken(*in.ContinuationToken); err != nil {
			return nil, err
		}
	}
	page, more, err := s.listed(ctx, in.Bucket, in.ExpectedBucketOwner, listing{rt.Val(in.Prefix), rt.Val(in.Delimiter), after, limit})
	if err != nil {
		return nil, err
	}
	out := &api.ListObjectsV2Output{
		Name: in.Bucket, Prefix: encode(rt.Val(in.Prefix)), Delimiter: encodeSome(encode, in.Delimiter), MaxKeys: new(int32(limit)), EncodingType: in.EncodingType,
		IsTruncated: new(more), KeyCount: new(int32(len(page))), ContinuationToken: in.ContinuationToken, StartAfter: optional(encode, in.StartAfter),
	}
	out.Contents, out.CommonPrefixes = s.contents(page, encode, rt.Val(in.FetchOwner), in.OptionalObjectAttributes)
	if more && len(page) > 0 {
		out.NextContinuationToken = new(toToken(page[len(page)-1].key))
	}
	return out, nil
}

// ListObjects is the older form, with a marker that clients make themselves.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html
func (s *Service) ListObjects(ctx context.Context, in *api.ListObjectsInput) (*api.ListObjectsOutput, error) {
	limit, err := limitOf("max-keys", in.MaxKeys)
	if err != nil {
		return nil, err
	}
	encode, err := encoder(in.EncodingType)
	if err != nil {
		return nil, err
	}
	page, more, err := s.listed(ctx, in.Bucket, in.ExpectedBucketOwner, listing{rt.Val(in.Prefix), rt.Val(in.Delimiter), rt.Val(in.Marker), limit})
	if err != nil {
		return nil, err
	}
	out := &api.ListObjectsOutput{
		Name: in.Bucket, Prefix: encode(rt.Val(in.Prefix)), Delimiter: encodeSome(encode, in.Delimiter), Marker: encode(rt.Val(in.Marker)),
		MaxKeys: new(int32(limit)), EncodingType: in.EncodingType, IsTruncated: new(more),
	}
	out.Contents, out.CommonPrefixes = s.contents(page, encode, true, in.OptionalObjectAttributes)
	if more && len(page) > 0 && rt.Val(in.Delimiter) != "" { // without a delimiter the client takes the last key
		out.NextMarker = encode(page[len(page)-1].key)
	}
	return out, nil
}

// listed reads one page of a bucket.
func (s *Service) listed(ctx context.Context, name, owner *string, l listing) (page []entry, more bool, err error) {
	err = s.k.View(ctx, func(tx *store.Tx) (err error) {
		if _, err = s.open(tx, name, owner); err != nil {
			return err
		}
		if l.limit > 0 {
			page, more = s.list(tx, *name, l)
		}
		return nil
	})
	return page, more, err
}

// contents turns a page into shapes. more asks for what is given only to those who ask: RestoreStatus.
func (s *Service) contents(page []entry, encode func(string) *string, owner bool, more []string) (objects []api.Object, prefixes []api.CommonPrefix) {
	for i := range page {
		e := &page[i]
		if e.prefix {
			prefixes = append(prefixes, api.CommonPrefix{Prefix: encode(e.key)})
			continue
		}
		o := api.Object{Key: encode(e.key), LastModified: new(e.object.Modified), ETag: new(quote(e.object.ETag)), Size: new(e.object.Size), StorageClass: new(e.object.Class)}
		if a := e.object.Sum.Algorithm; a != "" {
			o.ChecksumAlgorithm, o.ChecksumType = []string{a}, new(e.object.Sum.Type)
		}
		if owner {
			o.Owner = &api.Owner{ID: new(s.canonical(e.object.Owner))}
		}
		if slices.Contains(more, "RestoreStatus") {
			o.RestoreStatus = e.object.restoreStatus(s.k.Clock.Now())
		}
		objects = append(objects, o)
	}
	return objects, prefixes
}

// A continuation token is the last key of the page before.
func toToken(last string) string { return base64.StdEncoding.EncodeToString([]byte("1" + last)) }

func fromToken(token string) (string, error) {
	b, err := base64.StdEncoding.DecodeString(token)
	if err != nil || len(b) < 2 || b[0] != '1' {
		return "", invalidArgument("continuation-token", token, "The continuation token provided is incorrect")
	}
	return string(b[1:]), nil
}

// encodeSome encodes a parameter that is left out of the answer when it is empty.
func encodeSome(encode func(string) *string, s *string) *string {
	if rt.Val(s) == "" {
		return nil
	}
	return encode(*s)
}
