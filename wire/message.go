package wire

import (
	"io"
	"net/http"
	"net/url"

	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/base/must"
)

// Request is a request that the gateway has routed to an operation.
type Request struct {
	Protocol rt.Protocol
	Model    *rt.Model
	Op       *rt.Operation
	HTTP     *http.Request
	// Path holds the labels of the URI, decoded: Bucket, Key.
	Path map[string]string
	// Query is the parsed query string; nil means that of HTTP.
	Query url.Values
	// Raw is the body where the gateway has read it whole; Body otherwise, with its chunking and checksums undone.
	Raw  []byte
	Body io.Reader
	// Form is what ParseForm made of body and query, for the query and ec2 protocols.
	Form url.Values
}

// Response is an output on its way out.
type Response struct {
	Protocol  rt.Protocol
	Model     *rt.Model
	Op        *rt.Operation
	Out       any // pointer to the generated output; nil is an empty one
	RequestID string
	HostID    string      // S3's second request id
	Method    string      // of the request: HEAD is answered without a body
	Header    http.Header // further headers
	// Hold, where it is set, is called around the pulling of an event stream's events: the service makes each with time
	// held, and while it is sent to a client that may be slow, time is let go.
	Hold func() (release func())
}

// maxDepth bounds the nesting of what is decoded.
const maxDepth = 64

// maxXMLBody bounds a rest-xml body that is no stream: the largest legal ones, 10,000 parts and 1,000
// keys of 1,024 escaped characters, fit.
const maxXMLBody = 8 << 20

// Decode fills in, a pointer to the operation's input, from r. Its errors are awserr.Error with the code
// the protocol uses for what cannot be read. Strings and blobs of in may alias r.Raw.
func Decode(r *Request, in any) error {
	p, base := planOf(in)
	switch r.Protocol {
	case rt.JSON:
		return decodeJSONBody(r, p, base)
	case rt.RPCv2:
		return decodeCBORBody(r, p, base)
	case rt.Query, rt.EC2:
		return decodeForm(r, p, base)
	case rt.RestJSON, rt.RestXML:
		return decodeREST(r, p, base)
	}
	must.Hold(false, "wire: protocol %q", r.Protocol)
	return nil
}

// Encode answers with r.Out. An error means that the connection failed, or the body of a streaming
// output: by then the answer has begun, and nothing better can be said.
func Encode(w http.ResponseWriter, r *Response) error {
	out := r.Out
	if out == nil {
		out = r.Op.NewOut()
	}
	p, base := planOf(out)
	for k, v := range r.Header {
		w.Header()[k] = v
	}
	if p.events >= 0 {
		return encodeEvents(w, r, p, base)
	}
	switch r.Protocol {
	case rt.JSON:
		return encodeJSONBody(w, r, p, base)
	case rt.RPCv2:
		return encodeCBORBody(w, r, p, base)
	case rt.Query, rt.EC2:
		return encodeQueryBody(w, r, p, base)
	case rt.RestJSON, rt.RestXML:
		return encodeREST(w, r, p, base)
	}
	must.Hold(false, "wire: protocol %q", r.Protocol)
	return nil
}

// body returns the whole body.
func (r *Request) body(limit int64) ([]byte, error) {
	if r.Raw != nil || r.Body == nil {
		return r.Raw, nil
	}
	b, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	if err != nil {
		return nil, err // the gateway's: a broken chunk, a wrong checksum, a lost client
	}
	if int64(len(b)) > limit {
		return nil, awserr.New(http.StatusBadRequest, "MaxMessageLengthExceeded", "Your request was too large.")
	}
	return b, nil
}

// serialization is the error of json and cbor bodies that cannot be read.
func serialization(format string, args ...any) error {
	return awserr.New(http.StatusBadRequest, "SerializationException", format, args...)
}
