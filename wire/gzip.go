package wire

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strings"

	"unyo/base/awserr"
)

// maxPlain bounds what a compressed body may grow to.
const maxPlain = 16 << 20

// Plain undoes the gzip in which clients send large bodies of operations that allow it (PutMetricData).
// Other bodies are returned as they are. The gateway needs it before ParseForm; Decode does it itself for
// json and cbor.
// https://smithy.io/2.0/spec/behavior-traits.html#requestcompression-trait
func Plain(raw []byte, h http.Header) ([]byte, error) {
	if !strings.EqualFold(strings.TrimSpace(h.Get("Content-Encoding")), "gzip") || len(raw) == 0 {
		return raw, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, badGzip()
	}
	plain, err := io.ReadAll(io.LimitReader(z, maxPlain+1))
	if err != nil {
		return nil, badGzip()
	}
	if len(plain) > maxPlain {
		return nil, awserr.New(http.StatusRequestEntityTooLarge, "RequestEntityTooLargeException", "The request body is too large.")
	}
	return plain, nil
}

func badGzip() error {
	return awserr.New(http.StatusBadRequest, "SerializationException", "The request body is not valid gzip.")
}

// plainBody is the whole body with its compression undone.
func (r *Request) plainBody() ([]byte, error) {
	body, err := r.body(maxXMLBody)
	if err != nil || r.HTTP == nil {
		return body, err
	}
	return Plain(body, r.HTTP.Header)
}
