// Package collector sends records to an HTTP endpoint by the contract that Amazon Data Firehose has with its collectors (Datadog, New
// Relic, Splunk's and others'): one POST of JSON, the same request id each time it is sent again, and an answer that repeats that id.
// https://docs.aws.amazon.com/firehose/latest/dev/httpdeliveryrequestresponse.html
//
// Where it may connect to. AWS sends over https only. An estate that listens on loopback only is a person's own, so there plain http to
// loopback addresses is allowed too; any other estate refuses loopback, link-local and unspecified addresses altogether, whatever name resolves to them:
// the machine's own services are not its customers' to reach.
package collector

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/klauspost/compress/gzip"

	"unyo/base/dial"
	"unyo/base/must"
)

// Options of a Client.
type Options struct {
	Loopback bool           // every listener of the estate is on loopback
	Timeout  time.Duration  // for an answer; 0 is AWS's 3 minutes
	Roots    *x509.CertPool // nil: the machine's
}

// defaultTimeout is how long an endpoint may take to answer.
const defaultTimeout = 3 * time.Minute

// maxAnswer is the longest answer that is read, in bytes: more is no valid one.
const maxAnswer = 1 << 20

// Client sends to endpoints. Safe for concurrent use.
type Client struct {
	o    Options
	http http.Client
}

// New makes a Client.
func New(o Options) *Client {
	if o.Timeout == 0 {
		o.Timeout = defaultTimeout
	}
	c := &Client{o: o}
	dialer := net.Dialer{Control: dial.Guard(o.Loopback)}
	c.http = http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSClientConfig: &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12}, ForceAttemptHTTP2: true,
			MaxIdleConnsPerHost: 8, IdleConnTimeout: time.Minute,
		},
	}
	return c
}

// Close gives up idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Check says what is wrong with the URL of an endpoint; nil when nothing is.
func (c *Client) Check(endpoint string) error {
	u, err := url.Parse(endpoint)
	switch {
	case err != nil || u.Host == "" || u.User != nil || u.Fragment != "":
		return errors.New("it is not the URL of an endpoint")
	case u.Scheme == "https":
		return nil
	case u.Scheme != "http":
		return errors.New("only https is supported")
	}
	if !c.o.Loopback || !loopback(u.Hostname()) {
		return errors.New("only https is supported (and http to a loopback address, where the estate itself listens on loopback only)")
	}
	return nil
}

func loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && a.Unmap().IsLoopback()
}

// Request is one delivery.
type Request struct {
	URL        string
	ID         string // the same each time it is sent
	SourceARN  string
	AccessKey  string
	Attributes []Attribute
	Gzip       bool
	At         time.Time     // when it is sent
	Wait       time.Duration // for an answer, if that is less than the client's
}

// Attribute is a common attribute of all records, in the order they are configured.
type Attribute struct{ Name, Value string }

// Kind is what a failure is called in error logs.
type Kind string

// Kinds of failure.
// https://docs.aws.amazon.com/firehose/latest/dev/http_troubleshooting.html
const (
	Destination Kind = "HttpEndpoint.DestinationException"
	Invalid     Kind = "HttpEndpoint.InvalidResponseFromDestination"
	Timeout     Kind = "HttpEndpoint.RequestTimeout"
	Connection  Kind = "HttpEndpoint.ConnectionFailed"
	TooLarge    Kind = "HttpEndpoint.ResponseBodyTooLarge"
)

// Error is a delivery that was not acknowledged.
type Error struct {
	Kind    Kind
	Message string
	Status  int // of the answer, 0 without one
}

func (e *Error) Error() string { return string(e.Kind) + ": " + e.Message }

// Body builds the body of a request, record by record.
type Body struct {
	out  bytes.Buffer
	zip  *gzip.Writer
	buf  []byte
	any  bool
	size int64
}

// NewBody begins the body of r.
func NewBody(r *Request) *Body {
	b := &Body{}
	if r.Gzip {
		b.zip = gzip.NewWriter(&b.out)
	}
	b.buf = append(b.buf, `{"requestId":"`+r.ID+`","timestamp":`...)
	b.buf = strconv.AppendInt(b.buf, r.At.UnixMilli(), 10)
	b.buf = append(b.buf, `,"records":[`...)
	return b
}

// Add adds a record.
func (b *Body) Add(record []byte) {
	if b.any {
		b.buf = append(b.buf, ',')
	}
	b.any = true
	b.buf = append(b.buf, `{"data":"`...)
	b.buf = base64.StdEncoding.AppendEncode(b.buf, record)
	b.buf = append(b.buf, `"}`...)
	if len(b.buf) > 64<<10 {
		b.flush()
	}
}

func (b *Body) flush() {
	var w io.Writer = &b.out
	if b.zip != nil {
		w = b.zip
	}
	n, err := w.Write(b.buf)
	must.Hold(err == nil, "a buffer refuses to be written: %v", err)
	b.size += int64(n)
	b.buf = b.buf[:0]
}

// finish ends the body; size is its length before compression.
func (b *Body) finish() (body []byte, size int64) {
	b.buf = append(b.buf, `]}`...)
	b.flush()
	if b.zip != nil {
		must.Hold(b.zip.Close() == nil, "a buffer refuses to be written")
	}
	return b.out.Bytes(), b.size
}

// Answer is what became of a request.
type Answer struct {
	Bytes int64         // of the body, before compression
	Took  time.Duration // by the wall
}

// Send delivers once. The error is an *Error, or ctx's.
func (c *Client) Send(ctx context.Context, r *Request, b *Body) (Answer, error) {
	body, size := b.finish()
	a := Answer{Bytes: size}
	if err := c.Check(r.URL); err != nil { // the estate may be open to others by now
		return a, &Error{Kind: Connection, Message: err.Error()}
	}
	wait := c.o.Timeout
	if r.Wait > 0 {
		wait = min(wait, r.Wait)
	}
	waiting, enough := context.WithTimeout(ctx, wait)
	defer enough()
	req, err := http.NewRequestWithContext(waiting, http.MethodPost, r.URL, bytes.NewReader(body))
	if err != nil {
		return a, &Error{Kind: Connection, Message: err.Error()}
	}
	r.head(req.Header)
	began := time.Now()
	res, err := c.http.Do(req)
	a.Took = time.Since(began)
	if err != nil {
		return a, unanswered(ctx, wait, err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	a.Took = time.Since(began)
	if err != nil {
		return a, unanswered(ctx, wait, err)
	}
	return a, r.judge(res, text)
}

// head writes the headers of the contract.
func (r *Request) head(h http.Header) {
	h.Set("Content-Type", "application/json")
	h.Set("User-Agent", "Amazon Kinesis Data Firehose Agent/1.0")
	h.Set("X-Amz-Firehose-Protocol-Version", "1.0")
	h.Set("X-Amz-Firehose-Request-Id", r.ID)
	h.Set("X-Amz-Firehose-Source-Arn", r.SourceARN)
	if r.AccessKey != "" {
		h.Set("X-Amz-Firehose-Access-Key", r.AccessKey)
	}
	if r.Gzip {
		h.Set("Content-Encoding", "gzip")
	}
	if len(r.Attributes) > 0 {
		h.Set("X-Amz-Firehose-Common-Attributes", r.attributes())
	}
}

// attributes is the header's JSON, in order.
func (r *Request) attributes() string {
	var b strings.Builder
	b.WriteString(`{"commonAttributes":{`)
	for i, a := range r.Attributes {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(must.Do(json.Marshal(a.Name)))
		b.WriteByte(':')
		b.Write(must.Do(json.Marshal(a.Value)))
	}
	b.WriteString("}}")
	return b.String()
}

// unanswered words a request that got no whole answer.
func unanswered(ctx context.Context, wait time.Duration, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var u *url.Error // names the URL, which may hold a secret
	if errors.As(err, &u) {
		err = u.Err
	}
	var late net.Error
	if errors.As(err, &late) && late.Timeout() || errors.Is(err, context.DeadlineExceeded) {
		return &Error{Kind: Timeout, Message: fmt.Sprintf("The endpoint did not answer within %s.", wait)}
	}
	return &Error{Kind: Connection, Message: "The connection to the endpoint failed: " + err.Error()}
}

// judge holds the answer to the contract: status 200, JSON with the request's id and a time in milliseconds.
func (r *Request) judge(res *http.Response, text []byte) error {
	if len(text) > maxAnswer {
		return &Error{TooLarge, fmt.Sprintf("The response of the endpoint is larger than %d bytes.", maxAnswer), res.StatusCode}
	}
	if res.StatusCode != http.StatusOK {
		return &Error{Destination, fmt.Sprintf("The following response was received from the endpoint destination. %d: %s", res.StatusCode, r.shown(text)), res.StatusCode}
	}
	fault := func(what string) error {
		return &Error{Invalid, fmt.Sprintf("The response received from the specified endpoint is invalid: %s. 200: %s", what, r.shown(text)), res.StatusCode}
	}
	if kind, _, _ := strings.Cut(res.Header.Get("Content-Type"), ";"); strings.TrimSpace(kind) != "application/json" {
		return fault("its Content-Type is not application/json")
	}
	var answer struct {
		RequestID *string      `json:"requestId"`
		Timestamp *json.Number `json:"timestamp"`
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return fault("it is not valid JSON")
	}
	if answer.RequestID == nil || *answer.RequestID != r.ID {
		return fault("its requestId is not that of the request")
	}
	if answer.Timestamp == nil {
		return fault("it has no timestamp")
	}
	if _, err := answer.Timestamp.Int64(); err != nil {
		return fault("its timestamp is not a number of milliseconds")
	}
	return nil
}

// shown is the beginning of what an endpoint has answered, without the access key, which it may have repeated: it goes into logs and error records.
func (r *Request) shown(text []byte) string {
	if r.AccessKey != "" {
		quoted := must.Do(json.Marshal(r.AccessKey))
		for _, key := range [][]byte{[]byte(r.AccessKey), quoted[1 : len(quoted)-1]} {
			text = bytes.ReplaceAll(text, key, []byte("(access key)"))
		}
	}
	return shorten(text)
}

// shorten is the begin of an answer, for a message.
func shorten(text []byte) string {
	const most = 1024
	s := string(text[:min(len(text), most)])
	for len(s) > 0 && !utf8.ValidString(s) && len(text) > most {
		s = s[:len(s)-1]
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
