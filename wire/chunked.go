package wire

import (
	"bufio"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// The aws-chunked body: chunks with or without signatures, and trailing headers.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html

// Reasons why a body is refused while it is read.
var (
	ErrChunkMalformed = errors.New("aws-chunked body is malformed")
	ErrChunkSignature = errors.New("chunk signature does not match")
	ErrChunkTruncated = errors.New("body ended before its stated length")
	ErrChunkSize      = errors.New("a chunk that is not the last is too small")
	ErrTrailer        = errors.New("trailing headers are not those announced")
)

const (
	maxChunkHeader = 1024
	maxTrailers    = 16
	maxChunk       = 5 << 30
	minChunk       = 8 << 10 // of every chunk that holds something, but the last such
)

// ChunkReader undoes aws-chunked. Trailer is complete once Read has returned io.EOF.
type ChunkReader struct {
	// Length is what x-amz-decoded-content-length says the chunks hold together; -1 where it says nothing.
	Length int64
	// Announced are the names in x-amz-trailer.
	Announced []string

	in      *bufio.Reader
	sig     *Signature // nil: chunks are unsigned
	secret  string
	last    string // previous signature in the chain
	trailer bool   // trailing headers are announced
	left    int64
	first   bool
	small   bool  // the chunk before was below minChunk
	got     int64 // bytes of all chunks so far
	sum     hash.Hash
	want    string // signature of the chunk being read
	Trailer http.Header
	err     error
}

// NewChunkReader reads body as mode (the x-amz-content-sha256 of the request) says. Length and Announced are the
// caller's to set before the first Read.
func NewChunkReader(body io.Reader, mode string, sig *Signature, secret string) *ChunkReader {
	c := &ChunkReader{Length: -1, in: bufio.NewReaderSize(body, 64<<10), first: true, Trailer: http.Header{}}
	if mode == StreamingSigned || mode == StreamingSignedTrailer {
		c.sig, c.secret, c.last, c.sum = sig, secret, sig.Hex, sha256.New()
	}
	c.trailer = mode == StreamingSignedTrailer || mode == StreamingUnsignTrailer
	return c
}

func (c *ChunkReader) Read(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	if len(p) == 0 {
		return 0, nil
	}
	if c.left == 0 {
		if c.err = c.next(); c.err != nil {
			return 0, c.err
		}
	}
	n, err := c.in.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	if c.sum != nil {
		c.sum.Write(p[:n])
	}
	if err != nil {
		c.err = truncated(err)
		return n, c.err
	}
	if c.left == 0 {
		if c.err = c.checkChunk(); c.err != nil {
			return 0, c.err
		}
	}
	return n, nil
}

func truncated(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrChunkTruncated
	}
	return err
}

// next reads a chunk header; at the last chunk it reads the trailers and returns io.EOF.
func (c *ChunkReader) next() error {
	if !c.first {
		if l, err := c.line(); err != nil || l != "" {
			return orMalformed(err)
		}
	}
	c.first = false
	l, err := c.line()
	if err != nil {
		return err
	}
	size, ext, _ := strings.Cut(l, ";")
	u, err := strconv.ParseUint(size, 16, 64)
	if err != nil || u > maxChunk {
		return ErrChunkMalformed
	}
	n := int64(u)
	if n > 0 && c.small {
		return ErrChunkSize
	}
	c.small = n < minChunk
	if c.got += n; c.Length >= 0 && (c.got > c.Length || n == 0 && c.got < c.Length) {
		return ErrChunkTruncated
	}
	if c.sig != nil {
		v, ok := strings.CutPrefix(strings.TrimSpace(ext), "chunk-signature=")
		if !ok || len(v) != hex.EncodedLen(sha256.Size) {
			return ErrChunkMalformed
		}
		c.want = v
		c.sum.Reset()
	}
	if n > 0 {
		c.left = n
		return nil
	}
	if err := c.checkChunk(); err != nil {
		return err
	}
	if c.trailer {
		err = c.trailers()
	} else if l, err = c.line(); err == nil && l != "" {
		err = ErrChunkMalformed
	}
	if err != nil {
		return err
	}
	return io.EOF
}

func (c *ChunkReader) checkChunk() error {
	if c.sig == nil {
		return nil
	}
	text := sigAlgorithm + "-PAYLOAD\n" + c.sig.Time.Format(SigTimeFormat) + "\n" + c.sig.Scope() + "\n" + c.last + "\n" + EmptySHA256 + "\n" + hex.EncodeToString(c.sum.Sum(nil))
	got := c.sig.Sign(c.secret, text)
	if subtle.ConstantTimeCompare([]byte(got), []byte(c.want)) != 1 {
		return ErrChunkSignature
	}
	c.last = got
	return nil
}

// trailers reads header lines up to the empty line and checks their signature.
func (c *ChunkReader) trailers() error {
	var canonical strings.Builder
	signature := ""
	for n := 0; ; n++ {
		l, err := c.line()
		if err != nil {
			return err
		}
		if l == "" {
			break
		}
		k, v, ok := strings.Cut(l, ":")
		if !ok || n == maxTrailers {
			return ErrTrailer
		}
		k, v = strings.ToLower(strings.TrimSpace(k)), strings.TrimSpace(v)
		if k == "x-amz-trailer-signature" {
			if signature = v; len(v) != hex.EncodedLen(sha256.Size) {
				return ErrChunkMalformed
			}
			continue
		}
		if c.sig != nil && len(c.Announced) > 0 && len(c.Trailer) == len(c.Announced) { // in place of the signature
			return ErrChunkMalformed
		}
		if !slices.Contains(c.Announced, k) || c.Trailer.Get(k) != "" {
			return ErrTrailer
		}
		canonical.WriteString(k + ":" + v + "\n")
		c.Trailer.Add(k, v)
	}
	if len(c.Trailer) != len(c.Announced) {
		return ErrTrailer
	}
	if c.sig == nil {
		return nil
	}
	sum := sha256.Sum256([]byte(canonical.String()))
	text := sigAlgorithm + "-TRAILER\n" + c.sig.Time.Format(SigTimeFormat) + "\n" + c.sig.Scope() + "\n" + c.last + "\n" + hex.EncodeToString(sum[:])
	if subtle.ConstantTimeCompare([]byte(c.sig.Sign(c.secret, text)), []byte(signature)) != 1 {
		return ErrChunkSignature
	}
	return nil
}

// line reads up to CR LF.
func (c *ChunkReader) line() (string, error) {
	var b []byte
	for len(b) <= maxChunkHeader {
		ch, err := c.in.ReadByte()
		if err != nil {
			return "", truncated(err)
		}
		if ch == '\n' {
			l, ok := strings.CutSuffix(string(b), "\r")
			if !ok || strings.ContainsRune(l, '\r') {
				return "", ErrChunkMalformed
			}
			return l, nil
		}
		b = append(b, ch)
	}
	return "", ErrChunkMalformed
}

func orMalformed(err error) error {
	if err != nil {
		return err
	}
	return ErrChunkMalformed
}

// PayloadHashError says that a body is not the one that was signed.
type PayloadHashError struct{ Stated, Computed string } // SHA-256, hexadecimal

func (e *PayloadHashError) Error() string { return "body does not match x-amz-content-sha256" }

// HashReader passes a body through and refuses it at its end when its SHA-256 is not want.
type HashReader struct {
	in   io.Reader
	sum  hash.Hash
	want string
}

// NewHashReader checks body against want, lower-case hexadecimal.
func NewHashReader(body io.Reader, want string) *HashReader {
	return &HashReader{in: body, sum: sha256.New(), want: want}
}

func (h *HashReader) Read(p []byte) (int, error) {
	n, err := h.in.Read(p)
	h.sum.Write(p[:n])
	if err == io.EOF {
		if got := hex.EncodeToString(h.sum.Sum(nil)); got != h.want {
			return n, &PayloadHashError{h.want, got}
		}
	}
	return n, err
}
