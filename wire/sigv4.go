package wire

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Signature Version 4, the verifying side.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html

const (
	sigAlgorithm = "AWS4-HMAC-SHA256"
	// SigTimeFormat is the layout of X-Amz-Date.
	SigTimeFormat = "20060102T150405Z"

	UnsignedPayload            = "UNSIGNED-PAYLOAD"
	StreamingSigned            = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
	StreamingSignedTrailer     = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
	StreamingUnsignTrailer     = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
	EmptySHA256                = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	maxPresignedSeconds    int = 7 * 24 * 3600
)

// Reasons why a signature cannot be read. The gateway words them as the asked service does.
var (
	ErrUnsigned          = errors.New("request carries no signature")
	ErrIncomplete        = errors.New("authorization is incomplete")
	ErrNoDate            = fmt.Errorf("%w: it has no date", ErrIncomplete)
	ErrAlgorithm         = errors.New("unsupported signature algorithm")
	ErrCredentialScope   = errors.New("credential scope is malformed")
	ErrSignatureDate     = errors.New("signature date is malformed")
	ErrPresignedExpires  = errors.New("X-Amz-Expires is out of range")
	ErrSignatureMismatch = errors.New("signature does not match")
	ErrTwoSignatures     = errors.New("request is signed twice")
	ErrOldSignature      = errors.New("signature version 2 is not accepted")
)

// Signature is what a request says of its own signing. Nothing in it is trusted before Verify.
type Signature struct {
	AccessKeyID   string
	Date          string // yyyymmdd of the scope
	Region        string
	Service       string
	SignedHeaders []string
	Hex           string // the signature itself
	Time          time.Time
	Token         string        // X-Amz-Security-Token
	Presigned     bool          // in the query
	Expires       time.Duration // presigned: life from Time
	Detail        string        // what is missing, for ErrIncomplete
}

// Scope is the credential scope of the signature.
func (s *Signature) Scope() string {
	return s.Date + "/" + s.Region + "/" + s.Service + "/aws4_request"
}

// ParseSignature reads the Authorization header or the presigned query of r.
// It returns ErrUnsigned when there is neither, ErrTwoSignatures when there is more than one.
func ParseSignature(r *http.Request, query url.Values) (*Signature, error) {
	headers := r.Header.Values("Authorization")
	presigned := query.Has("X-Amz-Algorithm") || query.Has("X-Amz-Signature") || query.Has("X-Amz-Credential")
	old := query.Has("AWSAccessKeyId") && query.Has("Signature")
	switch {
	case len(headers) > 0:
		s, err := parseAuthorization(r, headers[0])
		if err == nil && (presigned || old || len(headers) > 1) {
			err = ErrTwoSignatures
		}
		return s, err
	case presigned:
		s, err := parsePresigned(query)
		if err == nil && (len(query["X-Amz-Signature"]) > 1 || len(query["X-Amz-Credential"]) > 1) {
			err = ErrTwoSignatures
		}
		return s, err
	case old:
		return &Signature{Presigned: true}, ErrOldSignature
	}
	return nil, ErrUnsigned
}

func parseAuthorization(r *http.Request, h string) (*Signature, error) {
	algorithm, rest, _ := strings.Cut(strings.TrimSpace(h), " ")
	switch algorithm {
	case sigAlgorithm:
	case "AWS":
		return &Signature{}, ErrOldSignature
	default:
		return &Signature{Detail: algorithm}, ErrAlgorithm
	}
	s := &Signature{Token: r.Header.Get("X-Amz-Security-Token")}
	var credential, missing string
	for part := range strings.SplitSeq(rest, ",") {
		k, v, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch k {
		case "Credential":
			credential = v
		case "SignedHeaders":
			s.SignedHeaders = strings.Split(v, ";")
		case "Signature":
			s.Hex = v
		}
	}
	if credential == "" {
		missing += "Authorization header requires 'Credential' parameter. "
	}
	if s.Hex == "" {
		missing += "Authorization header requires 'Signature' parameter. "
	}
	if len(s.SignedHeaders) == 0 {
		missing += "Authorization header requires 'SignedHeaders' parameter. "
	}
	stamp := r.Header.Get("X-Amz-Date")
	if stamp == "" {
		if d, err := http.ParseTime(r.Header.Get("Date")); err == nil {
			stamp = d.UTC().Format(SigTimeFormat)
		} else {
			missing += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. "
		}
	}
	if missing != "" {
		s.Detail = missing
		if credential != "" && s.Hex != "" && len(s.SignedHeaders) > 0 {
			return s, ErrNoDate
		}
		return s, ErrIncomplete
	}
	if err := s.scope(credential); err != nil {
		return s, err
	}
	return s, s.stamp(stamp)
}

func parsePresigned(query url.Values) (*Signature, error) {
	s := &Signature{Presigned: true, Token: query.Get("X-Amz-Security-Token"), Hex: query.Get("X-Amz-Signature")}
	if a := query.Get("X-Amz-Algorithm"); a != sigAlgorithm {
		s.Detail = a
		return s, ErrAlgorithm
	}
	if sh := query.Get("X-Amz-SignedHeaders"); sh != "" {
		s.SignedHeaders = strings.Split(sh, ";")
	}
	if s.Hex == "" || len(s.SignedHeaders) == 0 || query.Get("X-Amz-Credential") == "" || query.Get("X-Amz-Date") == "" || query.Get("X-Amz-Expires") == "" {
		return s, ErrIncomplete
	}
	n, err := strconv.Atoi(query.Get("X-Amz-Expires"))
	if err != nil || n < 0 || n > maxPresignedSeconds {
		s.Detail = query.Get("X-Amz-Expires")
		return s, ErrPresignedExpires
	}
	s.Expires = time.Duration(n) * time.Second
	if err := s.scope(query.Get("X-Amz-Credential")); err != nil {
		return s, err
	}
	return s, s.stamp(query.Get("X-Amz-Date"))
}

// scope reads key/date/region/service/aws4_request.
func (s *Signature) scope(credential string) error {
	p := strings.Split(credential, "/")
	if len(p) != 5 || p[4] != "aws4_request" || p[0] == "" || len(p[1]) != 8 || p[2] == "" || p[3] == "" {
		s.Detail = credential
		return ErrCredentialScope
	}
	s.AccessKeyID, s.Date, s.Region, s.Service = p[0], p[1], p[2], p[3]
	return nil
}

func (s *Signature) stamp(v string) error {
	t, err := time.Parse(SigTimeFormat, v)
	if err != nil {
		s.Detail = v
		return ErrSignatureDate
	}
	s.Time = t
	if t.Format("20060102") != s.Date {
		s.Detail = s.Date + " != " + t.Format("20060102")
		return ErrCredentialScope
	}
	return nil
}

// Verify recomputes the signature of r with secret. payload is the value of x-amz-content-sha256,
// or the body's hash where the header is absent.
func (s *Signature) Verify(r *http.Request, query url.Values, secret, payload string) error {
	if !slices.Contains(s.SignedHeaders, "host") {
		return ErrSignatureMismatch
	}
	want := s.compute(canonicalPath(r, s.Service != "s3"), r, query, secret, payload)
	if subtle.ConstantTimeCompare([]byte(want), []byte(s.Hex)) != 1 {
		return ErrSignatureMismatch
	}
	return nil
}

// compute makes the signature of r as the canonical request says.
func (s *Signature) compute(path string, r *http.Request, query url.Values, secret, payload string) string {
	var b strings.Builder
	b.Grow(512)
	b.WriteString(r.Method)
	b.WriteByte('\n')
	b.WriteString(path)
	b.WriteByte('\n')
	writeCanonicalQuery(&b, query)
	b.WriteByte('\n')
	for _, h := range s.SignedHeaders {
		b.WriteString(h)
		b.WriteByte(':')
		writeCanonicalHeader(&b, r, h)
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
	b.WriteString(strings.Join(s.SignedHeaders, ";"))
	b.WriteByte('\n')
	b.WriteString(payload)
	sum := sha256.Sum256([]byte(b.String()))
	return s.Sign(secret, sigAlgorithm+"\n"+s.Time.Format(SigTimeFormat)+"\n"+s.Scope()+"\n"+hex.EncodeToString(sum[:]))
}

// Sign signs text with the key that secret yields for the signature's scope; lower-case hexadecimal.
func (s *Signature) Sign(secret, text string) string {
	mac := hmac.New(sha256.New, signingKey(secret, s.Date, s.Region, s.Service))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

// canonicalPath is the path as it was sent, each segment encoded once (S3), or once more for all other services.
func canonicalPath(r *http.Request, twice bool) string {
	p, _, _ := strings.Cut(r.RequestURI, "?")
	if i := strings.Index(p, "://"); i >= 0 && !strings.HasPrefix(p, "/") { // absolute form
		p = p[i+3:]
		if j := strings.IndexByte(p, '/'); j >= 0 {
			p = p[j:]
		} else {
			p = "/"
		}
	}
	if p == "" {
		return "/"
	}
	if twice {
		return uriEncode(p, false)
	}
	// Clients differ in what they leave unescaped on the wire but sign the canonical form.
	if d, err := url.PathUnescape(p); err == nil {
		return uriEncode(d, false)
	}
	return p
}

func writeCanonicalQuery(b *strings.Builder, query url.Values) {
	type pair struct{ k, v string }
	pairs := make([]pair, 0, len(query))
	for k, vs := range query {
		if k == "X-Amz-Signature" {
			continue
		}
		for _, v := range vs {
			pairs = append(pairs, pair{uriEncode(k, true), uriEncode(v, true)})
		}
	}
	slices.SortFunc(pairs, func(a, b pair) int {
		if c := strings.Compare(a.k, b.k); c != 0 {
			return c
		}
		return strings.Compare(a.v, b.v)
	})
	for i, p := range pairs {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(p.k)
		b.WriteByte('=')
		b.WriteString(p.v)
	}
}

func writeCanonicalHeader(b *strings.Builder, r *http.Request, name string) {
	switch name { // net/http keeps these out of r.Header
	case "host":
		b.WriteString(r.Host)
		return
	case "content-length":
		b.WriteString(strconv.FormatInt(r.ContentLength, 10))
		return
	case "transfer-encoding":
		b.WriteString(strings.Join(r.TransferEncoding, ","))
		return
	}
	for i, v := range r.Header.Values(name) {
		if i > 0 {
			b.WriteByte(',')
		}
		v = strings.TrimSpace(v)
		for strings.Contains(v, "  ") {
			v = strings.ReplaceAll(v, "  ", " ")
		}
		b.WriteString(v)
	}
}

const upperHex = "0123456789ABCDEF"

// uriEncode escapes all but the unreserved characters of RFC 3986, and '/' where slash is true.
func uriEncode(s string, slash bool) string {
	plain := true
	for i := 0; i < len(s) && plain; i++ {
		plain = unreserved(s[i]) || (s[i] == '/' && !slash)
	}
	if plain {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	for i := 0; i < len(s); i++ {
		c := s[i]
		if unreserved(c) || (c == '/' && !slash) {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(upperHex[c>>4])
		b.WriteByte(upperHex[c&15])
	}
	return b.String()
}

func unreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.' || c == '~'
}

// keyCache keeps derived signing keys: four HMACs a request otherwise (measured 2.9-3.6 µs).
var keyCache = struct {
	sync.RWMutex
	m map[[4]string][]byte
}{m: map[[4]string][]byte{}}

const maxCachedKeys = 4096

func signingKey(secret, date, region, service string) []byte {
	id := [4]string{secret, date, region, service}
	keyCache.RLock()
	k := keyCache.m[id]
	keyCache.RUnlock()
	if k != nil {
		return k
	}
	k = []byte("AWS4" + secret)
	for _, part := range []string{date, region, service, "aws4_request"} {
		mac := hmac.New(sha256.New, k)
		mac.Write([]byte(part))
		k = mac.Sum(nil)
	}
	keyCache.Lock()
	if len(keyCache.m) >= maxCachedKeys {
		clear(keyCache.m)
	}
	keyCache.m[id] = k
	keyCache.Unlock()
	return k
}
