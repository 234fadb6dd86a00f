package wire

import (
	"bytes"
	"net/http"
	"reflect"
	"strings"
	"unsafe"

	"unyo/api/rt"
	"unyo/base/awserr"
)

// ErrorResponse is an error on its way out.
type ErrorResponse struct {
	Protocol  rt.Protocol
	Model     *rt.Model     // nil when the service is not known
	Op        *rt.Operation // nil when the operation is not known
	Err       awserr.Error
	RequestID string
	HostID    string // S3's second request id
	Method    string // of the request: HEAD is answered without a body
	Resource  string // path of the request; S3 names it when the error names nothing
}

// EncodeError answers with an error in the protocol's form. A connection that fails meanwhile is not reported.
func EncodeError(w http.ResponseWriter, r *ErrorResponse) {
	identify(w.Header(), r.Protocol, r.RequestID, r.HostID)
	if g, ok := r.Err.(*awserr.Generic); ok {
		for k, v := range g.Header {
			w.Header()[k] = v
		}
	}
	e := describe(r)
	contentType, fill := "text/xml;charset=utf-8", e.appendXML
	switch r.Protocol {
	case rt.JSON:
		contentType, fill = jsonContentType(r.Model), e.appendJSON
		e.setQueryError(w.Header(), r.Model)
	case rt.RestJSON:
		contentType, fill = "application/json", e.appendRestJSON
		w.Header()["X-Amzn-Errortype"] = []string{e.name}
		e.setHeaders(w.Header())
	case rt.RPCv2:
		contentType, fill = "application/cbor", e.appendCBOR
		w.Header()["Smithy-Protocol"] = []string{"rpc-v2-cbor"}
		e.setQueryError(w.Header(), r.Model)
	case rt.RestXML:
		contentType, fill = "application/xml", e.appendS3
		e.setHeaders(w.Header())
	case rt.EC2:
		fill = e.appendEC2
	}
	_ = respond(w, r.Err.HTTPStatus(), contentType, r.Method, fill)
}

// failure is an error with all that the protocols say of it.
type failure struct {
	*ErrorResponse
	name     string // in JSON and CBOR
	code     string // in query and XML, where it may differ
	message  string
	sender   bool
	modelled bool
	plan     *Plan          // of a generated error shape, else nil
	base     unsafe.Pointer // of its value
	fields   []awserr.Field
}

func describe(r *ErrorResponse) *failure {
	e := &failure{ErrorResponse: r, name: r.Err.ErrorCode(), code: r.Err.ErrorCode(), message: r.Err.ErrorMessage()}
	e.sender = r.Err.HTTPStatus() < http.StatusInternalServerError
	if g, ok := r.Err.(*awserr.Generic); ok {
		e.fields = g.Fields
	} else if v := reflect.ValueOf(r.Err); v.Kind() == reflect.Pointer && v.Elem().Kind() == reflect.Struct && !v.IsNil() {
		e.plan, e.base = planOf(r.Err)
		e.name = v.Elem().Type().Name()
	}
	if s := errorShape(r.Model, e.name, e.code); s != nil {
		e.modelled, e.name, e.sender = true, s.Name, s.Sender || e.sender
		if s.Code != "" {
			e.code = s.Code
		}
	}
	return e
}

// errorShape finds what the model says of an error, by its name or by its code in query and XML.
func errorShape(m *rt.Model, name, code string) *rt.ErrorShape {
	if m == nil {
		return nil
	}
	var byCode *rt.ErrorShape
	for i := range m.Errors {
		s := &m.Errors[i]
		if s.Name == name {
			return s
		}
		if s.Code == code && byCode == nil {
			byCode = s
		}
	}
	return byCode
}

// messageMember is the member of the error shape that carries the message, or nil.
func (e *failure) messageMember() *Member {
	if e.plan == nil {
		return nil
	}
	for i := range e.plan.Members {
		if m := &e.plan.Members[i]; strings.EqualFold(m.Name, "message") && m.Value.Kind == String {
			return m
		}
	}
	return nil
}

// messageKey is how the message is called where the shape does not say: AWS's front ends write two of
// their own errors with a capital letter.
func (e *failure) messageKey() string {
	if m := e.messageMember(); m != nil {
		return m.Name
	}
	switch e.name {
	case "SerializationException", "AccessDeniedException":
		return "Message"
	}
	return "message"
}

// needsMessage reports whether the message must be written beside the members of the shape.
func (e *failure) needsMessage() bool {
	if e.message == "" {
		return false
	}
	m := e.messageMember()
	return m == nil || m.ptr(e.base) == nil || m.wire.in != inBody
}

func (e *failure) setQueryError(h http.Header, m *rt.Model) {
	if !queryCompatible(m) {
		return
	}
	fault := "Sender"
	if !e.sender {
		fault = "Receiver"
	}
	h["X-Amzn-Query-Error"] = []string{e.code + ";" + fault}
}

// setHeaders writes the members of the error shape that travel in headers.
func (e *failure) setHeaders(h http.Header) {
	if e.plan != nil {
		setBoundHeaders(h, e.plan, e.base)
	}
}

func (e *failure) appendJSON(b []byte) []byte {
	b = append(b, `{"__type":`...)
	b = appendJSONString(b, typeName(e.Model, e.name, e.modelled))
	return append(e.appendJSONMembers(b), '}')
}

func (e *failure) appendRestJSON(b []byte) []byte {
	members := e.appendJSONMembers(nil)
	b = append(b, '{')
	b = append(b, bytes.TrimPrefix(members, []byte{','})...)
	return append(b, '}')
}

// appendJSONMembers writes message and members, each after a comma.
func (e *failure) appendJSONMembers(b []byte) []byte {
	if e.needsMessage() {
		b = append(b, ',')
		b = appendJSONString(b, e.messageKey())
		b = append(b, ':')
		b = appendJSONString(b, e.message)
	}
	for _, f := range e.fields {
		b = append(b, ',')
		b = appendJSONString(b, f.Name)
		b = append(b, ':')
		b = appendJSONString(b, f.Value)
	}
	if e.plan == nil {
		return b
	}
	for i := range e.plan.Members {
		m := &e.plan.Members[i]
		at := m.ptr(e.base)
		if at == nil || m.wire.in != inBody || m.Value.Kind >= Stream {
			continue
		}
		b = append(b, ',')
		b = append(b, m.wire.jsonKey...)
		b = appendJSONValue(b, m.Value, at)
	}
	return b
}

func (e *failure) appendXML(b []byte) []byte {
	b = append(b, "<ErrorResponse"...)
	if e.Model != nil && e.Model.Namespace != "" {
		b = append(b, ` xmlns="`...)
		b = append(b, e.Model.Namespace...)
		b = append(b, '"')
	}
	b = append(b, "><Error><Type>"...)
	if e.sender {
		b = append(b, "Sender"...)
	} else {
		b = append(b, "Receiver"...)
	}
	b = append(b, "</Type>"...)
	b = e.appendElements(b)
	b = append(b, "</Error>"...)
	b = appendElement(b, "RequestId", e.RequestID)
	return append(b, "</ErrorResponse>"...)
}

func (e *failure) appendEC2(b []byte) []byte {
	b = append(b, xmlDeclaration+"<Response><Errors><Error>"...)
	b = e.appendElements(b)
	b = append(b, "</Error></Errors>"...)
	b = appendElement(b, "RequestID", e.RequestID)
	return append(b, "</Response>"...)
}

func (e *failure) appendS3(b []byte) []byte {
	b = append(b, xmlDeclaration+"<Error>"...)
	b = e.appendElements(b)
	if len(e.fields) == 0 && e.plan == nil && e.Resource != "" {
		b = appendElement(b, "Resource", e.Resource)
	}
	b = appendElement(b, "RequestId", e.RequestID)
	if e.HostID != "" {
		b = appendElement(b, "HostId", e.HostID)
	}
	return append(b, "</Error>"...)
}

// appendElements writes code, message, the further fields and the members of the shape.
func (e *failure) appendElements(b []byte) []byte {
	b = appendElement(b, "Code", e.code)
	b = appendElement(b, "Message", e.message)
	for _, f := range e.fields {
		b = appendElement(b, f.Name, f.Value)
	}
	if e.plan == nil {
		return b
	}
	skip := e.messageMember()
	for i := range e.plan.Members {
		m := &e.plan.Members[i]
		if m != skip && m.wire.in == inBody && m.Name != "Code" && m.Name != "Type" {
			b = appendXMLMember(b, m, e.base)
		}
	}
	return b
}
