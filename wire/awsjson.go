package wire

import (
	"net/http"
	"slices"
	"strings"
	"unsafe"

	"unyo/api/rt"
)

// The json 1.0 and 1.1 protocols: one object in, one object out.
// https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html

func decodeJSONBody(r *Request, p *Plan, base unsafe.Pointer) error {
	body, err := r.plainBody()
	if err != nil {
		return err
	}
	if len(body) == 0 { // old clients send nothing for an empty input
		return nil
	}
	return decodeJSON(body, p, base)
}

func encodeJSONBody(w http.ResponseWriter, r *Response, p *Plan, base unsafe.Pointer) error {
	identify(w.Header(), r.Protocol, r.RequestID, r.HostID)
	return respond(w, statusOf(r.Op), jsonContentType(r.Model), r.Method, func(b []byte) []byte {
		return appendJSON(b, p, base)
	})
}

func jsonContentType(m *rt.Model) string {
	if m != nil && m.JSONVersion == "1.0" {
		return "application/x-amz-json-1.0"
	}
	return "application/x-amz-json-1.1"
}

// queryCompatible reports whether the service was once served by the query protocol, whose error codes
// its clients still ask for in a header.
// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#aws-protocols-awsquerycompatible-trait
func queryCompatible(m *rt.Model) bool {
	return m != nil && (m.Service == "sqs" || slices.Contains(m.Protocols, rt.Query))
}

// typeName is the error's name in a JSON body. Services of json 1.0 write the namespace before it.
func typeName(m *rt.Model, code string, modelled bool) string {
	if m == nil || m.JSONVersion != "1.0" {
		return code
	}
	if !modelled {
		return "com.amazon.coral.service#" + code
	}
	return "com.amazonaws." + strings.ToLower(m.Service) + "#" + code
}
