package s3

import (
	"context"
	"encoding/base32"
	"encoding/binary"
	"strings"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/base/call"
	"unyo/kernel/store"
)

// uploadText keeps the order of bytes, so that uploads of one key lie in the order in which they began.
var uploadText = base32.HexEncoding.WithPadding(base32.NoPadding)

// CreateMultipartUpload begins an object that is sent in parts.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html
func (s *Service) CreateMultipartUpload(ctx context.Context, in *api.CreateMultipartUploadInput) (*api.CreateMultipartUploadOutput, error) {
	if err := signed(ctx, "initiate multipart uploads"); err != nil {
		return nil, err
	}
	if err := checkKey(rt.Val(in.Key)); err != nil {
		return nil, err
	}
	if err := refuse(in); err != nil {
		return nil, err
	}
	c := call.From(ctx)
	u := upload{Initiated: s.now(), Initiator: c.Principal.Account, Name: c.Principal.ARN, Draft: object{Meta: lowered(in.Metadata), Headers: headers{
		Type: rt.Val(in.ContentType), Encoding: withoutChunked(rt.Val(in.ContentEncoding)), Disposition: rt.Val(in.ContentDisposition),
		Language: rt.Val(in.ContentLanguage), Cache: rt.Val(in.CacheControl), Expires: rt.Val(in.Expires), Redirect: rt.Val(in.WebsiteRedirectLocation),
	}}}
	if err := u.Draft.describe(in.StorageClass, in.Tagging); err != nil {
		return nil, err
	}
	var err error
	if u.Draft.Sum, err = uploadSum(in.ChecksumAlgorithm, in.ChecksumType); err != nil {
		return nil, err
	}
	if u.Default = u.Draft.Sum.Algorithm == ""; u.Default {
		u.Draft.Sum = checksum{Algorithm: defaultSum, Type: fullObject}
	}
	raw := binary.BigEndian.AppendUint64(nil, uint64(s.k.Clock.Now().UnixNano()))
	raw = binary.BigEndian.AppendUint64(raw, c.Serial)
	id := uploadText.EncodeToString(append(raw, s.k.Entropy.Bytes(ctx, 24)...))
	out := &api.CreateMultipartUploadOutput{Bucket: in.Bucket, Key: in.Key, UploadId: new(id), ServerSideEncryption: new("AES256")}
	err = s.k.Update(ctx, func(tx *store.Tx) error {
		b, err := s.open(tx, in.Bucket, in.ExpectedBucketOwner)
		if err != nil {
			return err
		}
		u.Draft.Owner = b.ownerOf(c, in.ACL)
		if u.Draft.Grants, err = s.objectACL(&b, askedACL{canned: in.ACL, full: in.GrantFullControl, read: in.GrantRead, readACP: in.GrantReadACP, writeACP: in.GrantWriteACP}, u.Draft.Owner); err != nil {
			return err
		}
		if u.Draft.Lock, err = b.lockFor(askedLock{in.ObjectLockMode, in.ObjectLockRetainUntilDate, in.ObjectLockLegalHoldStatus}, u.Initiated); err != nil {
			return err
		}
		u.Due = ""
		s.planUpload(tx, &b, *in.Bucket, *in.Key, id, &u)
		out.AbortDate, out.AbortRuleId = s.abortion(tx, &b, *in.Bucket, *in.Key, &u)
		s.uploads.Put(tx, store.Key(*in.Bucket, *in.Key, id), u)
		return nil
	})
	if err != nil {
		return nil, mapError(err)
	}
	if !u.Default {
		out.ChecksumAlgorithm, out.ChecksumType = new(u.Draft.Sum.Algorithm), new(u.Draft.Sum.Type)
	}
	return out, nil
}

// uploadSum finds how an upload is to be checked.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html#ChecksumTypes
func uploadSum(algorithm, kind *string) (checksum, error) {
	a, err := checkAlgorithm("x-amz-checksum-algorithm", algorithm)
	if err != nil {
		return checksum{}, err
	}
	k := strings.ToUpper(rt.Val(kind))
	switch {
	case k != "" && k != fullObject && k != composite:
		return checksum{}, invalidRequest("Value for x-amz-checksum-type header is invalid.")
	case a == "" && k != "":
		return checksum{}, invalidRequest("The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.")
	case a == defaultSum && k == composite, k == fullObject && !crcOnly(a):
		return checksum{}, invalidRequest("The %s checksum type cannot be used with the %s checksum algorithm.", k, lower(a))
	case a == defaultSum:
		k = fullObject
	case a != "" && k == "":
		k = composite
	}
	return checksum{Algorithm: a, Type: k}, nil
}
