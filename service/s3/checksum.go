package s3

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"fmt"
	"hash"
	"hash/crc32"
	"io"
	"net/http"
	"reflect"
	"strings"

	"github.com/minio/crc64nvme"

	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/engine/blob"
)

// checksum is what S3 keeps of an object's or part's content beside the ETag.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
type checksum struct {
	Algorithm string `json:"alg,omitempty"`
	Type      string `json:"type,omitempty"` // FULL_OBJECT or COMPOSITE
	Value     string `json:"val,omitempty"`  // base64; of a composite without the number of parts
}

const (
	fullObject = "FULL_OBJECT"
	composite  = "COMPOSITE"
	// defaultSum is what S3 computes when the client asks for nothing.
	defaultSum = "CRC64NVME"
	// sdkAlgorithm announces what the body is summed with.
	sdkAlgorithm = "x-amz-sdk-checksum-algorithm"
)

// algorithms are those that S3 computes here; the member of a shape is Checksum and the name.
var algorithms = []struct {
	name string
	size int
	make func() hash.Hash
}{
	{"CRC32", 4, func() hash.Hash { return crc32.NewIEEE() }},
	{"CRC32C", 4, func() hash.Hash { return crc32.New(crc32.MakeTable(crc32.Castagnoli)) }},
	{"CRC64NVME", 8, func() hash.Hash { return crc64nvme.New() }},
	{"SHA1", 20, sha1.New},
	{"SHA256", 32, sha256.New},
	{"SHA512", 64, sha512.New},
	{"MD5", 16, md5.New},
	{"XXHASH64", 8, newXXH64},
	{"XXHASH3", 8, newXXH3},
	{"XXHASH128", 16, newXXH128},
}

func newHash(algorithm string) hash.Hash {
	for _, a := range algorithms {
		if a.name == algorithm {
			return a.make()
		}
	}
	return nil
}

func sumSize(algorithm string) int {
	for _, a := range algorithms {
		if a.name == algorithm {
			return a.size
		}
	}
	return 0
}

// crcOnly reports whether sums of parts can be joined into one of the whole.
func crcOnly(algorithm string) bool { return strings.HasPrefix(algorithm, "CRC") }

func headerOf(algorithm string) string { return "x-amz-checksum-" + strings.ToLower(algorithm) }

// checkAlgorithm judges an algorithm that a request names; "" is none.
func checkAlgorithm(header string, given *string) (string, error) {
	a := strings.ToUpper(rt.Val(given))
	if a == "" || newHash(a) != nil {
		return a, nil
	}
	if header == sdkAlgorithm {
		return "", invalidRequest("Value for %s header is invalid.", header)
	}
	return "", invalidRequest("Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, MD5, SHA1, SHA256, SHA512, XXHASH128, XXHASH3, XXHASH64]")
}

// statedSum finds the one checksum that an input's members state; the zero checksum when there is none.
func statedSum(in any) (checksum, error) {
	v := reflect.ValueOf(in).Elem()
	var found checksum
	for _, a := range algorithms {
		f := v.FieldByName("Checksum" + a.name)
		if !f.IsValid() || f.IsNil() {
			continue
		}
		if found.Algorithm != "" {
			return found, invalidRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
		}
		found = checksum{Algorithm: a.name, Value: f.Elem().String()}
	}
	return found, nil
}

func (c checksum) wellFormed() bool {
	b, err := base64.StdEncoding.DecodeString(c.Value)
	return err == nil && len(b) == sumSize(c.Algorithm)
}

// intent is what a request says of its body before the body has come.
type intent struct {
	md5    string   // Content-MD5, decoded
	sum    checksum // stated in a header; Value "" when only the algorithm is known
	beside string   // algorithm of hashes[1], where there is one
	named  string   // algorithm that x-amz-sdk-checksum-algorithm announces
	stated bool     // the request names or states a sum, as far as it has come
	hashes []hash.Hash
}

// intend reads the sums that PutObject and UploadPart state. fallback is the algorithm when they state none.
func intend(in any, contentMD5, named *string, fallback string) (*intent, error) {
	w := &intent{}
	if contentMD5 != nil {
		b, err := base64.StdEncoding.DecodeString(*contentMD5)
		if err != nil || len(b) != md5.Size {
			return nil, awserr.New(http.StatusBadRequest, "InvalidDigest", "The Content-MD5 you specified was invalid.").With("Content-MD5", *contentMD5)
		}
		w.md5 = string(b)
	}
	announced, err := checkAlgorithm(sdkAlgorithm, named)
	if err != nil {
		return nil, err
	}
	if w.sum, err = statedSum(in); err != nil {
		return nil, err
	}
	w.named, w.stated = announced, announced != "" || w.sum.Algorithm != ""
	switch {
	case w.sum.Algorithm == "":
		w.sum.Algorithm = announced
	case !w.sum.wellFormed():
		return nil, invalidRequest("Value for %s header is invalid.", headerOf(w.sum.Algorithm))
	case announced != "" && announced != w.sum.Algorithm:
		return nil, invalidRequest("Value for x-amz-sdk-checksum-algorithm header is invalid.")
	}
	if w.sum.Algorithm == "" {
		w.sum.Algorithm = fallback
	}
	w.hashes = []hash.Hash{md5.New()}
	if w.sum.Algorithm != defaultSum { // the engine computes that one anyway
		w.beside = w.sum.Algorithm
		w.hashes = append(w.hashes, newHash(w.beside))
	}
	return w, nil
}

func (w *intent) sinks() []io.Writer {
	out := make([]io.Writer, len(w.hashes))
	for i, h := range w.hashes {
		out[i] = h
	}
	return out
}

// verify compares what came with what was stated, in headers and in the trailers of body. It returns the ETag and the checksum to keep.
func (s *Service) verify(w *intent, body io.Reader, ref blob.Ref) (etag string, sum checksum, err error) {
	got := w.hashes[0].Sum(nil)
	if w.md5 != "" && w.md5 != string(got) {
		return "", sum, awserr.New(http.StatusBadRequest, "BadDigest", "The Content-MD5 you specified did not match what we received.").
			With("ExpectedDigest", fmt.Sprintf("%x", w.md5)).With("CalculatedDigest", base64.StdEncoding.EncodeToString(got))
	}
	etag = fmt.Sprintf("%x", got)
	if err := w.trailing(body); err != nil {
		return "", sum, err
	}
	sum = checksum{Algorithm: w.sum.Algorithm, Type: fullObject}
	if sum.Value, err = s.sumOf(w, ref); err != nil {
		return "", sum, err
	}
	if w.sum.Value != "" && w.sum.Value != sum.Value {
		return "", sum, badSum(sum.Algorithm)
	}
	return etag, sum, nil
}

func badSum(algorithm string) error {
	return awserr.New(http.StatusBadRequest, "BadDigest", "The %s you specified did not match the calculated checksum.", algorithm)
}

// trailing takes up a sum that came after the body.
func (w *intent) trailing(body io.Reader) error {
	t, ok := body.(rt.Trailing)
	if !ok {
		return nil
	}
	trailers := t.Trailers()
	for _, a := range algorithms {
		v := trailers.Get(headerOf(a.name))
		if v == "" {
			continue
		}
		if w.named != "" && w.named != a.name {
			return invalidRequest("Value for %s header is invalid.", sdkAlgorithm)
		}
		c := checksum{Algorithm: a.name, Value: v}
		if !c.wellFormed() {
			return invalidRequest("Value for %s trailing header is invalid.", headerOf(a.name))
		}
		if w.sum.Value != "" {
			return invalidRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
		}
		w.sum, w.stated = c, true
	}
	return nil
}

// sumOf returns the value of w's algorithm: computed beside staging, or, where only a trailer named it, by reading the blob again.
func (s *Service) sumOf(w *intent, ref blob.Ref) (string, error) {
	if w.sum.Algorithm == defaultSum {
		return crc64Text(ref.Sum), nil
	}
	if w.sum.Algorithm == w.beside {
		return base64.StdEncoding.EncodeToString(w.hashes[1].Sum(nil)), nil
	}
	h := newHash(w.sum.Algorithm)
	r, err := s.blobs.Read(ref, 0, -1)
	if err != nil {
		return "", err
	}
	defer r.Close()
	if _, err := io.Copy(h, r); err != nil {
		return "", err
	}
	return base64.StdEncoding.EncodeToString(h.Sum(nil)), nil
}

// setSum puts a checksum into the member of a shape that carries its algorithm, and its type where there is a member for it.
func setSum(shape any, c checksum, parts int32) {
	if c.Algorithm == "" {
		return
	}
	v := reflect.ValueOf(shape).Elem()
	value := c.Value
	if c.Type == composite && parts > 0 {
		value += "-" + itoa(int(parts))
	}
	if f := v.FieldByName("Checksum" + c.Algorithm); f.IsValid() {
		f.Set(reflect.ValueOf(new(value)))
	}
	if f := v.FieldByName("ChecksumType"); f.IsValid() && c.Type != "" {
		f.Set(reflect.ValueOf(new(c.Type)))
	}
}
