package gateway

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"net/http"
	"strings"

	"github.com/minio/crc64nvme"

	"unyo/base/awserr"
)

// checkDigests compares a document body with what its headers or trailers state of it, and demands a
// statement where the operation does.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
func checkDigests(c *Exchange) error {
	stated := c.r.Header.Clone()
	if c.chunks != nil {
		for k, v := range c.chunks.Trailer {
			stated[http.CanonicalHeaderKey(k)] = v
		}
	}
	seen := false
	if v := stated.Get("Content-Md5"); v != "" {
		want, err := base64.StdEncoding.DecodeString(v)
		if err != nil || len(want) != md5.Size {
			return awserr.New(http.StatusBadRequest, "InvalidDigest", "The Content-MD5 you specified is not valid.").With("Content-MD5", v)
		}
		if sum := md5.Sum(c.raw); string(sum[:]) != string(want) {
			return awserr.New(http.StatusBadRequest, "BadDigest", "The Content-MD5 you specified did not match what we received.").
				With("ExpectedDigest", v).With("CalculatedDigest", base64.StdEncoding.EncodeToString(sum[:]))
		}
		seen = true
	}
	for _, d := range digests {
		if c.op.ChecksumMember == "" { // CompleteMultipartUpload: the header speaks of the object, not of this document
			break
		}
		v := stated.Get("X-Amz-Checksum-" + d.name)
		if v == "" {
			continue
		}
		if got := base64.StdEncoding.EncodeToString(d.sum(c.raw)); got != v {
			return awserr.New(http.StatusBadRequest, "BadDigest", "The %s you specified did not match the calculated checksum.", strings.ToUpper(d.name))
		}
		seen = true
	}
	if c.op.ChecksumRequired && !seen {
		return awserr.New(http.StatusBadRequest, "InvalidRequest", "Missing required header for this request: Content-MD5 OR x-amz-checksum-*")
	}
	return nil
}

var digests = []struct {
	name string
	sum  func([]byte) []byte
}{
	{"Crc32", func(b []byte) []byte { return binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(b)) }},
	{"Crc32c", func(b []byte) []byte {
		return binary.BigEndian.AppendUint32(nil, crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
	}},
	{"Crc64nvme", func(b []byte) []byte { return binary.BigEndian.AppendUint64(nil, crc64nvme.Checksum(b)) }},
	{"Sha1", func(b []byte) []byte { s := sha1.Sum(b); return s[:] }},
	{"Sha256", func(b []byte) []byte { s := sha256.Sum256(b); return s[:] }},
}
