package s3

import (
	"context"
	"slices"
	"strings"

	"unyo/api/rt"
	api "unyo/api/s3"
)

// GetObjectAttributes tells what is known of a version without its content: ETag, checksum, parts, class, size.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html
func (s *Service) GetObjectAttributes(ctx context.Context, in *api.GetObjectAttributesInput) (*api.GetObjectAttributesOutput, error) {
	if err := refuse(in); err != nil {
		return nil, err
	}
	for _, a := range in.ObjectAttributes {
		if !slices.Contains([]string{"ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"}, strings.TrimSpace(a)) {
			return nil, invalidArgument("x-amz-object-attributes", a, "Invalid attribute name specified.")
		}
	}
	limit, err := limitOf("x-amz-max-parts", in.MaxParts)
	if err != nil {
		return nil, err
	}
	f, err := s.find(ctx, &reading{bucket: in.Bucket, key: in.Key, version: in.VersionId, owner: in.ExpectedBucketOwner})
	if err != nil {
		return nil, err
	}
	if len(in.ObjectAttributes) == 0 {
		return nil, invalidRequest("The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty")
	}
	out := &api.GetObjectAttributesOutput{LastModified: new(f.Modified), VersionId: f.versionHeader(&f.object)}
	for _, a := range in.ObjectAttributes {
		switch strings.TrimSpace(a) {
		case "ETag":
			out.ETag = new(f.ETag)
		case "Checksum":
			out.Checksum = &api.Checksum{}
			setSum(out.Checksum, f.Sum, f.Parts)
		case "ObjectParts":
			if f.Upload != "" {
				out.ObjectParts = f.attributes(limit, rt.Val(in.PartNumberMarker))
			}
		case "StorageClass":
			out.StorageClass = new(f.Class)
		case "ObjectSize":
			out.ObjectSize = new(f.Size)
		}
	}
	return out, nil
}

// attributes lists the parts behind a marker.
func (f *found) attributes(limit int, marker int32) *api.GetObjectAttributesParts {
	out := &api.GetObjectAttributesParts{TotalPartsCount: new(f.Parts), MaxParts: new(int32(limit)), PartNumberMarker: new(marker), IsTruncated: new(false)}
	for i := range f.parts {
		if int32(i) < marker {
			continue
		}
		if len(out.Parts) == limit {
			out.IsTruncated = new(true)
			break
		}
		p := api.ObjectPart{PartNumber: new(int32(i + 1)), Size: new(f.parts[i].Size)}
		setSum(&p, checksum{f.Sum.Algorithm, "", f.parts[i].Sum}, 0)
		out.Parts = append(out.Parts, p)
	}
	if n := len(out.Parts); n > 0 {
		out.NextPartNumberMarker = out.Parts[n-1].PartNumber
	}
	return out
}
