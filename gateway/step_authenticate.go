package gateway

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/base/partition"
	"unyo/wire"
)

// maxSkew is how far a signature's time may lie from the wall's.
// https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html
const maxSkew = 15 * time.Minute

// parseSignature reads what the request says of its signing; route asks to find the service, authenticate to verify.
func (c *Exchange) parseSignature() (*wire.Signature, error) {
	if c.signature == nil && c.signatureErr == nil {
		c.signature, c.signatureErr = wire.ParseSignature(c.r, c.query)
	}
	return c.signature, c.signatureErr
}

// authenticate finds out who asks and that the request is as they signed it. Who does not sign is
// Anonymous where the operation allows that, and refused otherwise.
func (g *Gateway) authenticate(ctx context.Context, c *Exchange, next Next) error {
	sig, err := c.parseSignature()
	c.scope = call.Scope{Partition: g.kernel.Partition, Region: partition.Home(g.kernel.Partition)}
	if errors.Is(err, wire.ErrUnsigned) {
		if c.protocol != rt.RestXML && !c.op.Unsigned {
			return g.wordSignature(c, sig, err)
		}
		c.principal = call.Principal{Kind: call.Anonymous}
		c.unread = g.openBody(c, "")
		return next(ctx)
	}
	if err == nil {
		err = g.checkScope(c, sig)
	}
	if err != nil {
		return g.wordSignature(c, sig, err)
	}
	if err := checkSigned(c, sig); err != nil {
		return err
	}
	if err := g.checkTime(c, sig); err != nil {
		return err
	}
	credential, err := g.identity.Credential(ctx, sig.AccessKeyID, sig.Token)
	if err != nil {
		return g.wordSignature(c, sig, err)
	}
	payload, err := g.payloadHash(c, sig)
	if err != nil {
		return err
	}
	if err := sig.Verify(c.r, c.query, credential.Secret, payload); err != nil {
		return g.wordSignature(c, sig, err)
	}
	c.unread = g.openBody(c, credential.Secret)
	c.principal = credential.Principal
	c.scope.Account, c.scope.Region = credential.Principal.Account, sig.Region
	return next(ctx)
}

// checkSigned refuses headers that steer the request and that the signature does not cover: whoever holds a
// presigned URL must not turn PutObject into CopyObject by a header of their own.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html (the x-amz-* headers must be signed)
func checkSigned(c *Exchange, sig *wire.Signature) error {
	var missing []string
	for name := range c.r.Header {
		lower := strings.ToLower(name)
		steers := lower == "x-amz-target" || c.protocol == rt.RestXML && strings.HasPrefix(lower, "x-amz-") && lower != "x-amz-content-sha256"
		if steers && !slices.Contains(sig.SignedHeaders, lower) {
			missing = append(missing, lower)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	slices.Sort(missing)
	return awserr.New(http.StatusForbidden, "AccessDenied", "There were headers present in the request which were not signed").
		With("HeadersNotSigned", strings.Join(missing, ", "))
}

// errScope is a credential scope for another service or an unknown region.
type errScope struct{ reason string }

func (e errScope) Error() string { return e.reason }

func (g *Gateway) checkScope(c *Exchange, sig *wire.Signature) error {
	if want := c.table.Model.Signing; sig.Service != want {
		return errScope{fmt.Sprintf("Credential should be scoped to correct service: '%s'.", want)}
	}
	if !partition.Has(g.kernel.Partition, sig.Region) {
		return errScope{fmt.Sprintf("Credential should be scoped to a valid region. The region '%s' is not one of this partition.", sig.Region)}
	}
	return nil
}

// checkTime compares the signature's time with the wall: clients know no other clock.
func (g *Gateway) checkTime(c *Exchange, sig *wire.Signature) error {
	now := g.wall()
	stamp, at := sig.Time.Format(wire.SigTimeFormat), now.UTC().Format(wire.SigTimeFormat)
	if sig.Presigned {
		if now.After(sig.Time.Add(sig.Expires)) {
			if c.protocol == rt.RestXML {
				return awserr.New(http.StatusForbidden, "AccessDenied", "Request has expired").
					With("X-Amz-Expires", fmt.Sprint(int(sig.Expires.Seconds()))).
					With("Expires", sig.Time.Add(sig.Expires).Format(time.RFC3339)).With("ServerTime", now.UTC().Format(time.RFC3339))
			}
			return g.signatureError(c, "SignatureDoesNotMatch", fmt.Sprintf("Signature expired: %s is now earlier than %s", stamp, at))
		}
		if sig.Time.After(now.Add(maxSkew)) {
			return awserr.New(http.StatusForbidden, "AccessDenied", "Request is not valid yet")
		}
		return nil
	}
	early, late := now.Add(-maxSkew), now.Add(maxSkew)
	if !sig.Time.Before(early) && !sig.Time.After(late) {
		return nil
	}
	if c.protocol == rt.RestXML {
		return awserr.New(http.StatusForbidden, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.").
			With("RequestTime", stamp).With("ServerTime", now.UTC().Format(time.RFC3339)).With("MaxAllowedSkewMilliseconds", "900000")
	}
	if sig.Time.Before(early) {
		return g.signatureError(c, "SignatureDoesNotMatch", fmt.Sprintf("Signature expired: %s is now earlier than %s (%s - 15 min.)", stamp, early.UTC().Format(wire.SigTimeFormat), at))
	}
	return g.signatureError(c, "SignatureDoesNotMatch", fmt.Sprintf("Signature not yet current: %s is still later than %s (%s + 15 min.)", stamp, late.UTC().Format(wire.SigTimeFormat), at))
}

// payloadHash is what the client signed in place of the body.
func (g *Gateway) payloadHash(c *Exchange, sig *wire.Signature) (string, error) {
	stated := c.r.Header.Get("X-Amz-Content-Sha256")
	if c.protocol == rt.RestXML {
		switch {
		case sig.Presigned && stated == "":
			return wire.UnsignedPayload, nil
		case stated == "":
			return "", awserr.New(http.StatusBadRequest, "MissingSecurityHeader", "Your request is missing a required header.").With("MissingHeaderName", "x-amz-content-sha256")
		case !validPayload(stated):
			return "", awserr.New(http.StatusBadRequest, "InvalidArgument", "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, or a valid sha256 value.").
				With("ArgumentName", "x-amz-content-sha256").With("ArgumentValue", stated)
		}
		return stated, nil
	}
	if stated == wire.UnsignedPayload && (c.op.UnsignedBody || sig.Presigned) {
		return stated, nil
	}
	got := sha256Hex(c.raw)
	if stated != "" && stated != got { // signed over another body
		return "", g.wordSignature(c, sig, wire.ErrSignatureMismatch)
	}
	return got, nil
}

func sha256Hex(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func validPayload(v string) bool {
	switch v {
	case wire.UnsignedPayload, wire.StreamingSigned, wire.StreamingSignedTrailer, wire.StreamingUnsignTrailer:
		return true
	}
	b, err := hex.DecodeString(v)
	return err == nil && len(b) == sha256.Size
}

// openBody makes c.body what the service may read: chunks undone, hash checked while it is read.
// Bodies that are documents are read and checked whole.
func (g *Gateway) openBody(c *Exchange, secret string) error {
	if c.protocol != rt.RestXML {
		c.body = bytes.NewReader(c.raw)
		return nil
	}
	var body io.Reader = c.r.Body
	stated := c.r.Header.Get("X-Amz-Content-Sha256")
	switch {
	case strings.HasPrefix(stated, "STREAMING-"):
		if c.signature == nil && stated != wire.StreamingUnsignTrailer {
			return awserr.New(http.StatusBadRequest, "InvalidRequest", "Anonymous requests cannot sign chunks.")
		}
		var err error
		if c.chunks, err = chunked(c, stated, secret); err != nil {
			return err
		}
		body = c.chunks
	case len(stated) == 2*sha256.Size:
		body = wire.NewHashReader(body, stated)
	}
	if streams(c.op) {
		c.body = &wordedBody{in: body, chunks: c.chunks}
		return nil
	}
	if err := g.readWhole(c, body, maxBody); err != nil {
		return wordBody(err)
	}
	c.body = bytes.NewReader(c.raw)
	return checkDigests(c)
}

// chunked undoes a body of chunks, which must hold what the headers announce.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
func chunked(c *Exchange, mode, secret string) (*wire.ChunkReader, error) {
	length, err := strconv.ParseUint(c.r.Header.Get("X-Amz-Decoded-Content-Length"), 10, 63)
	if err != nil {
		return nil, awserr.New(http.StatusLengthRequired, "MissingContentLength", "You must provide the Content-Length HTTP header.")
	}
	r := wire.NewChunkReader(c.r.Body, mode, c.signature, secret)
	r.Length = int64(length)
	for name := range strings.SplitSeq(strings.ToLower(strings.Join(c.r.Header.Values("X-Amz-Trailer"), ",")), ",") {
		if name = strings.TrimSpace(name); name != "" && !slices.Contains(r.Announced, name) {
			r.Announced = append(r.Announced, name)
		}
	}
	return r, nil
}

// streamingOps remembers which operations take their body as a stream.
var streamingOps sync.Map // *rt.Operation → bool

func streams(op *rt.Operation) bool {
	if v, ok := streamingOps.Load(op); ok {
		return v.(bool)
	}
	reader := reflect.TypeFor[io.Reader]()
	t := reflect.TypeOf(op.In).Elem()
	found := false
	for i := range t.NumField() {
		found = found || t.Field(i).Type == reader
	}
	streamingOps.Store(op, found)
	return found
}

// wordedBody is the stream a service reads: its failures already carry AWS's codes.
type wordedBody struct {
	in     io.Reader
	chunks *wire.ChunkReader
}

func (b *wordedBody) Read(p []byte) (int, error) {
	n, err := b.in.Read(p)
	if err != nil && err != io.EOF {
		err = wordBody(err)
	}
	return n, err
}

// Trailers fulfils rt.Trailing.
func (b *wordedBody) Trailers() http.Header {
	if b.chunks == nil {
		return nil
	}
	return b.chunks.Trailer
}

// wordBody gives a body's failure its S3 code.
func wordBody(err error) error {
	var mismatch *wire.PayloadHashError
	switch {
	case errors.As(err, &mismatch):
		return awserr.New(http.StatusBadRequest, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.").
			With("ClientComputedContentSHA256", mismatch.Stated).With("S3ComputedContentSHA256", mismatch.Computed)
	case errors.Is(err, wire.ErrChunkSignature):
		return awserr.New(http.StatusForbidden, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your key and signing method.")
	case errors.Is(err, wire.ErrChunkSize):
		return awserr.New(http.StatusBadRequest, "InvalidChunkSizeError", "Only the last chunk is allowed to have a size less than 8192 bytes")
	case errors.Is(err, wire.ErrChunkTruncated), errors.Is(err, wire.ErrChunkMalformed), errors.Is(err, io.ErrUnexpectedEOF):
		return awserr.New(http.StatusBadRequest, "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header")
	case errors.Is(err, wire.ErrTrailer):
		return awserr.New(http.StatusBadRequest, "MalformedTrailerError", "The request contained trailing data that was not well-formed or did not conform to our published schema.")
	case errors.Is(err, os.ErrDeadlineExceeded):
		return errSlowBody
	}
	return err
}
