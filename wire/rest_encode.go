package wire

import (
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
	"unsafe"

	"unyo/api/rt"
)

func encodeREST(w http.ResponseWriter, r *Response, p *Plan, base unsafe.Pointer) error {
	h := w.Header()
	identify(h, r.Protocol, r.RequestID, r.HostID)
	setBoundHeaders(h, p, base)
	status := boundStatus(p, base, statusOf(r.Op))
	if status == http.StatusOK && len(h["Content-Range"]) > 0 {
		status = http.StatusPartialContent
	}
	if p.payload >= 0 {
		return encodePayload(w, r, &p.Members[p.payload], base, status)
	}
	if status == http.StatusNoContent || status == http.StatusNotModified || len(p.body) == 0 {
		return send(w, status, "", r.Method, nil)
	}
	if r.Protocol == rt.RestJSON {
		return respond(w, status, "application/json", r.Method, func(b []byte) []byte { return appendJSON(b, p, base) })
	}
	return respond(w, status, "application/xml", r.Method, func(b []byte) []byte {
		if r.Op.Name == "GetBucketLocation" {
			return appendBucketLocation(b, r, p, base)
		}
		return appendXMLDocument(b, outRoot(r.Op), r.Model.Namespace, p, base)
	})
}

// outRoot names the root element of an output that is the whole body.
func outRoot(op *rt.Operation) string {
	if op.OutRoot != "" {
		return op.OutRoot
	}
	return op.Name + "Result"
}

func appendXMLDocument(b []byte, root, namespace string, p *Plan, base unsafe.Pointer) []byte {
	b = append(b, xmlDeclaration+"<"...)
	b = append(b, root...)
	if namespace != "" {
		b = append(b, ` xmlns="`...)
		b = append(b, namespace...)
		b = append(b, '"')
	}
	b = append(b, '>')
	if len(p.attrs) > 0 {
		b = appendXMLAttributes(b[:len(b)-1], p, base)
	}
	b = appendXMLMembers(b, p, base)
	b = append(b, "</"...)
	b = append(b, root...)
	return append(b, '>')
}

// appendBucketLocation writes the one output that is not wrapped: the text stands in the root itself.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html
func appendBucketLocation(b []byte, r *Response, p *Plan, base unsafe.Pointer) []byte {
	b = append(b, xmlDeclaration+`<LocationConstraint xmlns="`...)
	b = append(b, r.Model.Namespace...)
	var at unsafe.Pointer
	if len(p.Members) > 0 {
		at = p.Members[0].ptr(base)
	}
	if at == nil || textAt(at) == "" {
		return append(b, `"/>`...)
	}
	b = append(b, `">`...)
	b = appendXMLText(b, textAt(at))
	return append(b, "</LocationConstraint>"...)
}

func encodePayload(w http.ResponseWriter, r *Response, m *Member, base unsafe.Pointer, status int) error {
	h := w.Header()
	at := m.ptr(base)
	switch m.Value.Kind {
	case Stream:
		if at == nil {
			return send(w, status, contentTypeOr(h, ""), r.Method, nil)
		}
		return copyStream(w, r, readerAt(at), status)
	case Blob:
		var body []byte
		if at != nil {
			body = blobAt(at)
		}
		return send(w, status, contentTypeOr(h, "application/octet-stream"), r.Method, body)
	case String:
		text := ""
		if at != nil {
			text = textAt(at)
		}
		fallback := "text/plain"
		if r.Protocol == rt.RestXML { // S3: a bucket policy is JSON
			fallback = "application/json"
		}
		return send(w, status, contentTypeOr(h, fallback), r.Method, []byte(text))
	}
	if r.Protocol == rt.RestJSON {
		return respond(w, status, "application/json", r.Method, func(b []byte) []byte {
			if at == nil {
				return append(b, "{}"...)
			}
			return appendJSONValue(b, m.Value, at)
		})
	}
	if at == nil || m.Value.Kind != Struct {
		return send(w, status, "", r.Method, nil)
	}
	return respond(w, status, "application/xml", r.Method, func(b []byte) []byte {
		return appendXMLDocument(b, m.wire.xml, or(m.wire.namespace, r.Model.Namespace), m.Value.Struct, at)
	})
}

func contentTypeOr(h http.Header, fallback string) string {
	if v := h["Content-Type"]; len(v) > 0 && v[0] != "" {
		return v[0]
	}
	return fallback
}

// copyStream sends body. Its length, where the output knows it, is already in Content-Length; a body that
// ends early breaks the connection, for the client must not take half an object for a whole one.
func copyStream(w http.ResponseWriter, r *Response, body io.Reader, status int) error {
	if c, ok := body.(io.Closer); ok {
		defer c.Close()
	}
	h := w.Header()
	if len(h["Content-Type"]) == 0 {
		h["Content-Type"] = []string{"application/octet-stream"}
	}
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return nil
	}
	n, err := io.Copy(w, body)
	if err != nil {
		return fmt.Errorf("cannot send body: %w", err)
	}
	if stated := h.Get("Content-Length"); stated != "" && stated != strconv.FormatInt(n, 10) {
		return fmt.Errorf("cannot send body: it has %d bytes, announced were %s", n, stated)
	}
	return nil
}

func boundStatus(p *Plan, base unsafe.Pointer, status int) int {
	for _, i := range p.bound {
		if m := &p.Members[i]; m.wire.in == inStatus {
			if at := m.ptr(base); at != nil {
				return int(m.Value.integer(at))
			}
		}
	}
	return status
}

// setBoundHeaders writes the members that travel in headers. What a header cannot hold is left out.
func setBoundHeaders(h http.Header, p *Plan, base unsafe.Pointer) {
	for _, i := range p.bound {
		m := &p.Members[i]
		at := m.ptr(base)
		if at == nil {
			continue
		}
		switch m.wire.in {
		case inHeader:
			if text, ok := headerText(m.Value, at); ok {
				h[textproto.CanonicalMIMEHeaderKey(m.wire.bind)] = []string{text}
			}
		case inHeaderMap:
			for _, e := range m.Value.sorted(at) {
				h[m.wire.bind+e.key] = []string{headerSafe(textAt(e.value))} // as it is: botocore takes the rest of the name for the key
			}
		}
	}
}

func headerText(v *Value, p unsafe.Pointer) (string, bool) {
	switch v.Kind {
	case List:
		parts := make([]string, length(p))
		for i := range parts {
			s, _ := headerText(v.Elem, v.at(p, i))
			if v.Elem.Kind == String && strings.ContainsAny(s, `,"`) {
				s = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
			}
			parts[i] = s
		}
		return strings.Join(parts, ", "), len(parts) > 0
	case Document:
		return base64.StdEncoding.EncodeToString(appendDocument(nil, documentAt(p))), true
	case Map, Struct, Stream, Events:
		return "", false
	}
	return headerSafe(string(appendText(nil, v, p, timeHTTP))), true
}

// headerSafe takes out what would end a header line.
func headerSafe(s string) string {
	if !strings.ContainsAny(s, "\r\n\x00") {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r == '\r' || r == '\n' || r == 0 {
			return ' '
		}
		return r
	}, s)
}
