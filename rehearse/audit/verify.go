package audit

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudtrail"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"

	"unyo/rehearse/estate"
)

// digest is what the auditor reads of one.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-digest-file-structure.html
type digest struct {
	DigestEndTime, DigestS3Bucket, DigestS3Object, DigestPublicKeyFingerprint string
	PreviousDigestS3Object, PreviousDigestHashValue, PreviousDigestSignature  *string
	LogFiles                                                                  []struct{ S3Object, HashValue string }
}

// regions are those in which something has happened.
var regions = []string{estate.Region, "us-east-1"}

// verify follows the digests of both regions, finds what the intruder touched and nothing else, takes back the versions from before, and
// verifies once more.
func (p *play) verify(ctx context.Context) error {
	bad, good, err := p.follow(ctx)
	if err != nil {
		return err
	}
	p.report.Check("the digests name exactly what is not as it was", fmt.Sprint(p.touched), fmt.Sprint(bad))
	p.integrity = append(p.integrity, fmt.Sprintf("%d digests and files are as they were; not so are:", good))
	for _, key := range sorted(bad) {
		p.integrity = append(p.integrity, key+" "+bad[key])
	}
	for _, key := range sorted(bad) {
		if err := p.restore(ctx, key); err != nil {
			return err
		}
	}
	bad, all, err := p.follow(ctx)
	if err != nil {
		return err
	}
	p.report.Check("with the versions from before all is whole", "map[]", fmt.Sprint(bad))
	p.integrity = append(p.integrity, fmt.Sprintf("after the versions from before were taken back, %d digests and files are as they were", all))
	return nil
}

func sorted(m map[string]string) (keys []string) {
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// restore deletes the latest version of an object, or the marker that deleted it.
func (p *play) restore(ctx context.Context, key string) error {
	out, err := p.s3(nil).ListObjectVersions(ctx, &s3.ListObjectVersionsInput{Bucket: aws.String(archive), Prefix: aws.String(key)})
	if err != nil {
		return err
	}
	var latest *string
	for _, m := range out.DeleteMarkers {
		if aws.ToBool(m.IsLatest) {
			latest = m.VersionId
		}
	}
	for _, v := range out.Versions {
		if aws.ToBool(v.IsLatest) {
			latest = v.VersionId
		}
	}
	_, err = p.s3(nil).DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: aws.String(archive), Key: aws.String(key), VersionId: latest})
	return err
}

// follow checks every digest of the archive, the chain between them, and every file that they name.
func (p *play) follow(ctx context.Context) (bad map[string]string, good int, err error) {
	bad = map[string]string{}
	for _, region := range regions {
		keys, err := p.keys(ctx, region)
		if err != nil {
			return nil, 0, err
		}
		names, err := p.names(ctx, "AWSLogs/"+estate.Account+"/CloudTrail-Digest/"+region+"/")
		if err != nil {
			return nil, 0, err
		}
		var after *digest
		for _, name := range slices.Backward(names) {
			d, files, err := p.check(ctx, name, keys, after)
			if err != nil {
				bad[name] = err.Error()
			} else {
				good++
			}
			for key, fault := range files {
				if fault != "" {
					bad[key] = fault
				} else {
					good++
				}
			}
			after = d
		}
	}
	return bad, good, nil
}

func (p *play) keys(ctx context.Context, region string) (map[string]*rsa.PublicKey, error) {
	now, err := p.estate.Now(ctx)
	if err != nil {
		return nil, err
	}
	out, err := p.trails(nil, region).ListPublicKeys(ctx, &cloudtrail.ListPublicKeysInput{StartTime: &p.begin, EndTime: &now})
	if err != nil {
		return nil, err
	}
	keys := map[string]*rsa.PublicKey{}
	for _, k := range out.PublicKeyList {
		if keys[aws.ToString(k.Fingerprint)], err = x509.ParsePKCS1PublicKey(k.Value); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

// check verifies one digest, that the one after it goes on from it, and the files that it names.
func (p *play) check(ctx context.Context, name string, keys map[string]*rsa.PublicKey, after *digest) (*digest, map[string]string, error) {
	out, err := p.s3(nil).GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(archive), Key: aws.String(name)})
	if err != nil {
		return nil, nil, err
	}
	text, err := unpacked(out.Body)
	if err != nil {
		return nil, nil, err
	}
	var d digest
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, nil, err
	}
	sum := sha256.Sum256(text)
	if after != nil && after.PreviousDigestS3Object != nil && (*after.PreviousDigestS3Object != name || *after.PreviousDigestHashValue != hex.EncodeToString(sum[:])) {
		return nil, nil, errors.New("is not the one that the next goes on from")
	}
	previous := "null"
	if d.PreviousDigestSignature != nil {
		previous = *d.PreviousDigestSignature
	}
	signed := sha256.Sum256([]byte(d.DigestEndTime + "\n" + d.DigestS3Bucket + "/" + d.DigestS3Object + "\n" + hex.EncodeToString(sum[:]) + "\n" + previous))
	signature, err := hex.DecodeString(out.Metadata["signature"])
	key := keys[d.DigestPublicKeyFingerprint]
	if err != nil || key == nil || d.DigestS3Object != name || rsa.VerifyPKCS1v15(key, crypto.SHA256, signed[:], signature) != nil {
		return nil, nil, errors.New("is not signed by CloudTrail")
	}
	files := map[string]string{}
	for _, f := range d.LogFiles {
		text, err := p.read(ctx, nil, f.S3Object)
		var missing smithy.APIError
		switch sum := sha256.Sum256(text); {
		case errors.As(err, &missing) && missing.ErrorCode() == "NoSuchKey":
			files[f.S3Object] = "is not there"
		case err != nil:
			return nil, nil, err
		case hex.EncodeToString(sum[:]) != f.HashValue:
			files[f.S3Object] = "has changed"
		default:
			files[f.S3Object] = ""
		}
	}
	return &d, files, nil
}

// names lists the archive's objects below a prefix, in order.
func (p *play) names(ctx context.Context, prefix string) (list []string, err error) {
	pages := s3.NewListObjectsV2Paginator(p.s3(nil), &s3.ListObjectsV2Input{Bucket: aws.String(archive), Prefix: aws.String(prefix)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, o := range page.Contents {
			if key := aws.ToString(o.Key); strings.HasSuffix(key, ".json.gz") {
				list = append(list, key)
			}
		}
	}
	return list, nil
}

// read is an object of the archive, unpacked.
func (p *play) read(ctx context.Context, by *key, name string) ([]byte, error) {
	out, err := p.s3(by).GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(archive), Key: aws.String(name)})
	if err != nil {
		return nil, err
	}
	return unpacked(out.Body)
}

func unpacked(body io.ReadCloser) ([]byte, error) {
	defer body.Close()
	z, err := gzip.NewReader(body)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

func packed(text []byte) ([]byte, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(text)
	err = errors.Join(err, z.Close())
	return b.Bytes(), err
}
