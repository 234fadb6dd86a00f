package clients

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/smithy-go/encoding/cbor"
)

// raw is a request as a hostile or broken client would send it.
type raw struct {
	method, path string // path with query; POST / when empty
	header       map[string]string
	body         string
	service      string              // to sign for; "" sends it unsigned
	region       string              // eu-central-1 when empty
	key, secret  string              // test/test when empty
	at           time.Duration       // skew of the signature's time
	payload      string              // signed body hash, when not that of body
	after        func(*http.Request) // spoils the signed request
	host         string
}

// answer is what came back: HTTP status, AWS error code, message.
type answer struct {
	status        int
	code, message string
}

func (e *estate) send(t *testing.T, r raw) answer {
	t.Helper()
	if r.method == "" {
		r.method = http.MethodPost
	}
	if r.path == "" {
		r.path = "/"
	}
	req, err := http.NewRequest(r.method, e.url+r.path, strings.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	if r.host != "" {
		req.Host = r.host
	}
	for k, v := range r.header {
		req.Header.Set(k, v)
	}
	if r.service != "" {
		e.sign(t, req, r)
	}
	if r.after != nil {
		r.after(req)
	}
	resp, err := e.client.Do(req)
	if err != nil {
		return answer{code: "connection", message: err.Error()}
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return answer{status: resp.StatusCode, code: "body", message: err.Error()}
	}
	a := answer{status: resp.StatusCode}
	a.code, a.message = errorOf(resp.Header, b)
	return a
}

func (e *estate) sign(t *testing.T, req *http.Request, r raw) {
	or := func(v, fallback string) string {
		if v == "" {
			return fallback
		}
		return v
	}
	sum := sha256.Sum256([]byte(r.body))
	payload := or(r.payload, hex.EncodeToString(sum[:]))
	if r.service == "s3" {
		req.Header.Set("X-Amz-Content-Sha256", payload)
	}
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = r.service == "s3" })
	credential := aws.Credentials{AccessKeyID: or(r.key, "test"), SecretAccessKey: or(r.secret, "test")}
	if err := signer.SignHTTP(ctx, credential, req, payload, r.service, or(r.region, "eu-central-1"), time.Now().Add(r.at)); err != nil {
		t.Fatal(err)
	}
}

// errorOf reads the error out of any protocol's shape.
func errorOf(h http.Header, body []byte) (code, message string) {
	if h.Get("Smithy-Protocol") != "" {
		v, err := cbor.Decode(body)
		if m, ok := v.(cbor.Map); ok && err == nil {
			c, _ := m["__type"].(cbor.String)
			s, _ := m["message"].(cbor.String)
			return short(string(c)), string(s)
		}
		return "", ""
	}
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) {
		var v struct {
			Type     string `json:"__type"`
			Message  string `json:"message"`
			Message2 string `json:"Message"`
			Code     string `json:"code"`
		}
		if json.Unmarshal(body, &v) == nil {
			if v.Type == "" {
				v.Type = h.Get("X-Amzn-Errortype")
			}
			return short(v.Type), v.Message + v.Message2
		}
	}
	dec := xml.NewDecoder(bytes.NewReader(body))
	for {
		token, err := dec.Token()
		if err != nil {
			return code, message
		}
		if s, ok := token.(xml.StartElement); ok && (s.Name.Local == "Code" || s.Name.Local == "Message") {
			var text string
			if dec.DecodeElement(&text, &s) != nil {
				return code, message
			}
			if s.Name.Local == "Code" {
				code = text
			} else {
				message = text
			}
		}
	}
}

func short(s string) string {
	if i := strings.LastIndexByte(s, '#'); i >= 0 {
		s = s[i+1:]
	}
	s, _, _ = strings.Cut(s, ":")
	return s
}

// setBody gives a signed request another body.
func setBody(r *http.Request, body string) {
	r.Body = io.NopCloser(strings.NewReader(body))
	r.ContentLength = int64(len(body))
}

func md5Of(s string) string {
	sum := md5.Sum([]byte(s))
	return base64.StdEncoding.EncodeToString(sum[:])
}
