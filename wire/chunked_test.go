package wire

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// chunkSeed is the signature of headers that a chain of chunks begins with.
var chunkSeed = &Signature{Date: "20260301", Region: "eu-central-1", Service: "s3", Hex: strings.Repeat("ab", 32), Time: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}

// signedBody signs parts as a chain of chunks, the empty last one too, and the trailer where there is one.
func signedBody(parts []string, trailer string) string {
	var b strings.Builder
	last := chunkSeed.Hex
	for _, p := range append(parts, "") {
		sum := sha256.Sum256([]byte(p))
		last = chunkSeed.Sign("secret", sigAlgorithm+"-PAYLOAD\n20260301T120000Z\n"+chunkSeed.Scope()+"\n"+last+"\n"+EmptySHA256+"\n"+hex.EncodeToString(sum[:]))
		fmt.Fprintf(&b, "%x;chunk-signature=%s\r\n", len(p), last)
		if p != "" {
			b.WriteString(p + "\r\n")
		}
	}
	if trailer != "" {
		sum := sha256.Sum256([]byte(trailer + "\n"))
		last = chunkSeed.Sign("secret", sigAlgorithm+"-TRAILER\n20260301T120000Z\n"+chunkSeed.Scope()+"\n"+last+"\n"+hex.EncodeToString(sum[:]))
		b.WriteString(trailer + "\r\nx-amz-trailer-signature:" + last + "\r\n")
	}
	return b.String() + "\r\n"
}

// TestChunks: what is signed and announced comes through, everything else is refused.
func TestChunks(t *testing.T) {
	hello := strings.Repeat("hello ", minChunk/6+1)
	all := int64(len(hello) + 5)
	signed, tailed := signedBody([]string{hello, "world"}, ""), signedBody([]string{hello, "world"}, "x-amz-checksum-crc32:AAAA")
	const plain = "5\r\nhello\r\n0\r\n"
	crc := []string{"x-amz-checksum-crc32"}
	for name, c := range map[string]struct {
		mode, body string
		length     int64
		announced  []string
		want       error
	}{
		"signed":                   {StreamingSigned, signed, all, nil, nil},
		"signed, length unknown":   {StreamingSigned, signed, -1, nil, nil},
		"signed, another byte":     {StreamingSigned, strings.Replace(signed, "world", "World", 1), all, nil, ErrChunkSignature},
		"signed, chunks swapped":   {StreamingSigned, swapped(signed), all, nil, ErrChunkSignature},
		"signed, last chunk gone":  {StreamingSigned, signed[:strings.LastIndex(signed, "0;chunk")], all, nil, ErrChunkTruncated},
		"signed, a chunk unsigned": {StreamingSigned, plain + "\r\n", 5, nil, ErrChunkMalformed},
		"signed trailer":           {StreamingSignedTrailer, tailed, all, crc, nil},
		"signed trailer, changed":  {StreamingSignedTrailer, strings.Replace(tailed, "AAAA", "AAAB", 1), all, crc, ErrChunkSignature},
		"signed trailer, unsigned": {StreamingSignedTrailer, tailed[:strings.Index(tailed, "x-amz-trailer-sig")] + "\r\n", all, crc, ErrChunkSignature},
		"plain":                    {StreamingUnsignTrailer, plain + "\r\n", 5, nil, nil},
		"plain, more than stated":  {StreamingUnsignTrailer, plain + "\r\n", 4, nil, ErrChunkTruncated},
		"plain, less than stated":  {StreamingUnsignTrailer, plain + "\r\n", 6, nil, ErrChunkTruncated},
		"plain, no last chunk":     {StreamingUnsignTrailer, "5\r\nhello\r\n", 5, nil, ErrChunkTruncated},
		"plain, signed length":     {StreamingUnsignTrailer, "+5\r\nhello\r\n0\r\n\r\n", 5, nil, ErrChunkMalformed},
		"plain, negative length":   {StreamingUnsignTrailer, "-5\r\nhello\r\n0\r\n\r\n", 5, nil, ErrChunkMalformed},
		"plain, huge length":       {StreamingUnsignTrailer, "ffffffffffffffff\r\nhello\r\n0\r\n\r\n", 5, nil, ErrChunkMalformed},
		"plain, endless header":    {StreamingUnsignTrailer, strings.Repeat("0", 2000), 5, nil, ErrChunkMalformed},
		"signed, no CR":            {StreamingSigned, strings.Replace(signed, "\r\n", "\n", 1), all, nil, ErrChunkMalformed},
		"signed, no last line":     {StreamingSigned, strings.TrimSuffix(signed, "\r\n"), all, nil, ErrChunkTruncated},
		"signed, half a signature": {StreamingSigned, strings.Replace(signed, "signature=", "signature=\r\n", 1), all, nil, ErrChunkMalformed},
		"signed, small chunks":     {StreamingSigned, signedBody([]string{"hello", "world"}, ""), 10, nil, ErrChunkSize},
		"small chunks":             {StreamingUnsignTrailer, "5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n", 10, nil, ErrChunkSize},
		"trailer, no last line":    {StreamingUnsignTrailer, plain + "x-amz-checksum-crc32:AAAA\r\n", 5, crc, ErrChunkTruncated},
		"trailer":                  {StreamingUnsignTrailer, plain + "x-amz-checksum-crc32:AAAA\r\n\r\n", 5, crc, nil},
		"trailer, not announced":   {StreamingUnsignTrailer, plain + "x-amz-acl:public-read\r\n\r\n", 5, crc, ErrTrailer},
		"trailer, announced, gone": {StreamingUnsignTrailer, plain + "\r\n", 5, crc, ErrTrailer},
		"trailer, twice":           {StreamingUnsignTrailer, plain + "x-amz-checksum-crc32:AAAA\r\nx-amz-checksum-crc32:AAAB\r\n\r\n", 5, crc, ErrTrailer},
		"trailer, without a colon": {StreamingUnsignTrailer, plain + "x-amz-checksum-crc32\r\n\r\n", 5, crc, ErrTrailer},
	} {
		r := NewChunkReader(strings.NewReader(c.body), c.mode, chunkSeed, "secret")
		r.Length, r.Announced = c.length, c.announced
		got, err := io.ReadAll(r)
		if !errors.Is(err, c.want) || c.want == nil && !strings.HasPrefix(hello+"world", string(got)) {
			t.Errorf("%s: %q, %v; want %v", name, got, err, c.want)
		}
	}
}

// swapped has the first two chunks of body in the other order.
func swapped(body string) string {
	i := strings.Index(body, "\r\n5;chunk") + 2
	j := strings.Index(body, "0;chunk")
	return body[i:j] + body[:i] + body[j:]
}

// FuzzChunks: no body gives more than is stated, and without its end none ends well.
func FuzzChunks(f *testing.F) {
	f.Add([]byte("5\r\nhello\r\n0\r\n\r\n"), int64(5))
	f.Add([]byte(signedBody([]string{"a"}, "x:y")), int64(1))
	f.Fuzz(func(t *testing.T, body []byte, length int64) {
		if length < 0 {
			length = -length
		}
		for _, mode := range []string{StreamingSigned, StreamingUnsignTrailer} {
			r := NewChunkReader(bytes.NewReader(body), mode, chunkSeed, "secret")
			r.Length = length
			got, err := io.ReadAll(r)
			if err == nil && int64(len(got)) != length || int64(len(got)) > max(length, 0) {
				t.Errorf("%d bytes of %d: %v", len(got), length, err)
			}
		}
	})
}

// TestOneSignature: a request is signed in one place, once, and by version 4.
func TestOneSignature(t *testing.T) {
	const head, query = "AWS4-HMAC-SHA256 Credential=k/20260301/eu-central-1/s3/aws4_request, SignedHeaders=host, Signature=00",
		"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=k%2F20260301%2Feu-central-1%2Fs3%2Faws4_request&X-Amz-Date=20260301T120000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=00"
	for name, c := range map[string]struct {
		headers []string
		query   string
		want    error
	}{
		"none":             {nil, "", ErrUnsigned},
		"header":           {[]string{head}, "", nil},
		"query":            {nil, query, nil},
		"both":             {[]string{head}, query, ErrTwoSignatures},
		"both, one old":    {[]string{head}, "AWSAccessKeyId=k&Signature=c2ln", ErrTwoSignatures},
		"two headers":      {[]string{head, head}, "", ErrTwoSignatures},
		"two in the query": {nil, query + "&X-Amz-Signature=11", ErrTwoSignatures},
		"old header":       {[]string{"AWS k:c2ln"}, "", ErrOldSignature},
		"old query":        {nil, "AWSAccessKeyId=k&Signature=c2ln&Expires=1", ErrOldSignature},
		"another":          {[]string{"Basic Zm9v"}, "", ErrAlgorithm},
	} {
		r, q := signedRequest(t, c.headers, c.query)
		if _, err := ParseSignature(r, q); !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func signedRequest(t *testing.T, authorization []string, query string) (*http.Request, url.Values) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/b/k?"+query, nil)
	r.Header["Authorization"] = authorization
	r.Header.Set("X-Amz-Date", "20260301T120000Z")
	return r, r.URL.Query()
}
