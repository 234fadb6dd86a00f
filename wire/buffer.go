package wire

import (
	"net/http"
	"strconv"
	"sync"

	"unyo/api/rt"
)

// buffers are the bodies of answers, built whole so that Content-Length can stand before them.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 8<<10); return &b }}

// maxKept is the largest buffer that goes back to the pool: one huge answer must not be held for ever.
const maxKept = 1 << 20

// respond builds a body with fill and writes the answer.
func respond(w http.ResponseWriter, status int, contentType, method string, fill func(b []byte) []byte) error {
	p := buffers.Get().(*[]byte)
	b := fill((*p)[:0])
	err := send(w, status, contentType, method, b)
	if cap(b) <= maxKept {
		*p = b[:0]
		buffers.Put(p)
	}
	return err
}

// send writes an answer with a body that is complete. Answers to HEAD, 204 and 304 have none.
func send(w http.ResponseWriter, status int, contentType, method string, body []byte) error {
	h := w.Header()
	if contentType != "" {
		h["Content-Type"] = []string{contentType}
	}
	if method == http.MethodHead || status == http.StatusNoContent || status == http.StatusNotModified {
		w.WriteHeader(status)
		return nil
	}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(status)
	if len(body) == 0 {
		return nil
	}
	_, err := w.Write(body)
	return err
}

// identify sets the request id headers of the protocol.
func identify(h http.Header, protocol rt.Protocol, requestID, hostID string) {
	if protocol == rt.RestXML {
		h["X-Amz-Request-Id"] = []string{requestID}
		if hostID != "" {
			h["X-Amz-Id-2"] = []string{hostID}
		}
		return
	}
	h["X-Amzn-Requestid"] = []string{requestID}
}

func statusOf(op *rt.Operation) int {
	if op.Status == 0 {
		return http.StatusOK
	}
	return op.Status
}
