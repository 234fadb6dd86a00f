package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"net/http"
	"reflect"
	"unsafe"

	"unyo/api/rt"
	"unyo/base/awserr"
)

// Event streams in answers: frames of vnd.amazon.eventstream, one per event, each sent at once.
// https://smithy.io/2.0/aws/amazon-eventstream.html

// Types of header values.
const (
	headerTrue   = 0
	headerFalse  = 1
	headerInt32  = 4
	headerInt64  = 5
	headerBlob   = 6
	headerString = 7
	headerTime   = 8
)

// frame begins a message: room for the prelude, then headers.
func frame(b []byte) []byte { return append(b, make([]byte, 12)...) }

func appendStringHeader(b []byte, name, value string) []byte {
	b = appendHeaderName(b, name, headerString)
	b = binary.BigEndian.AppendUint16(b, uint16(len(value)))
	return append(b, value...)
}

func appendHeaderName(b []byte, name string, kind byte) []byte {
	b = append(b, byte(len(name)))
	b = append(b, name...)
	return append(b, kind)
}

// seal writes lengths and checksums around the headers and the payload that begins at payload.
func seal(b []byte, payload int) []byte {
	binary.BigEndian.PutUint32(b, uint32(len(b)+4))
	binary.BigEndian.PutUint32(b[4:], uint32(payload-12))
	binary.BigEndian.PutUint32(b[8:], crc32.ChecksumIEEE(b[:8]))
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}

// eventWriter sends the events of one answer.
type eventWriter struct {
	w        http.ResponseWriter
	protocol rt.Protocol
	model    *rt.Model
	buf      []byte
	hold     func() (release func())
	release  func() // of the hold we are in
}

func (e *eventWriter) bodyType() string {
	switch e.protocol {
	case rt.RestXML:
		return "application/xml"
	case rt.RPCv2:
		return "application/cbor"
	case rt.JSON:
		return jsonContentType(e.model)
	}
	return "application/json"
}

// flush sends what is in buf now.
func (e *eventWriter) flush() error {
	if e.release != nil {
		e.release()
		defer func() { e.release = e.hold() }()
	}
	if _, err := e.w.Write(e.buf); err != nil {
		return fmt.Errorf("cannot send event: %w", err)
	}
	if err := http.NewResponseController(e.w).Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return fmt.Errorf("cannot flush event: %w", err)
	}
	return nil
}

// encodeEvents answers with the event stream among the output's members. An error of the stream becomes
// an exception event, and the answer ends well: its status was sent long ago.
func encodeEvents(w http.ResponseWriter, r *Response, p *Plan, base unsafe.Pointer) error {
	h := w.Header()
	identify(h, r.Protocol, r.RequestID, r.HostID)
	setBoundHeaders(h, p, base)
	h["Content-Type"] = []string{"application/vnd.amazon.eventstream"}
	if r.Protocol == rt.RPCv2 {
		h["Smithy-Protocol"] = []string{"rpc-v2-cbor"}
	}
	w.WriteHeader(boundStatus(p, base, statusOf(r.Op)))
	e := &eventWriter{w: w, protocol: r.Protocol, model: r.Model, hold: r.Hold}
	if r.Protocol == rt.JSON || r.Protocol == rt.RPCv2 {
		if err := e.initial(p, base); err != nil {
			return err
		}
	}
	m := &p.Members[p.events]
	at := m.ptr(base)
	if at == nil {
		return nil
	}
	if e.hold != nil {
		e.release = e.hold()
		defer func() { e.release() }()
	}
	return e.all(m, at)
}

// initial sends the members beside the stream as the event initial-response.
func (e *eventWriter) initial(p *Plan, base unsafe.Pointer) error {
	b := e.begin("event", ":event-type", "initial-response")
	b = appendStringHeader(b, ":content-type", e.bodyType())
	n := len(b)
	if e.protocol == rt.RPCv2 {
		b = appendCBOR(b, p, base)
	} else {
		b = appendJSON(b, p, base)
	}
	e.buf = seal(b, n)
	return e.flush()
}

func (e *eventWriter) begin(message, typeHeader, typ string) []byte {
	b := appendStringHeader(frame(e.buf[:0]), ":message-type", message)
	return appendStringHeader(b, typeHeader, typ)
}

// all pulls the events. The sequence is called by reflection: its element type is the service's.
func (e *eventWriter) all(m *Member, at unsafe.Pointer) error {
	var failed error
	sequence := reflect.NewAt(m.Value.Type, at).Elem()
	yield := reflect.MakeFunc(sequence.Type().In(0), func(args []reflect.Value) []reflect.Value {
		if err, _ := args[1].Interface().(error); err != nil {
			failed = e.exception(err)
			return []reflect.Value{reflect.ValueOf(false)}
		}
		failed = e.event(m.Value.Elem.Struct, args[0].UnsafePointer())
		return []reflect.Value{reflect.ValueOf(failed == nil)}
	})
	sequence.Call([]reflect.Value{yield})
	return failed
}

// event sends the one member of the union at base that is set.
func (e *eventWriter) event(p *Plan, base unsafe.Pointer) error {
	if base == nil {
		return nil
	}
	for i := range p.Members {
		m := &p.Members[i]
		at := m.ptr(base)
		if at == nil || m.Value.Kind != Struct {
			continue
		}
		if err, ok := reflect.NewAt(m.Value.Type, at).Interface().(awserr.Error); ok {
			return e.exception(err)
		}
		e.buf = e.appendEvent(e.begin("event", ":event-type", m.Name), m.Value.Struct, at)
		return e.flush()
	}
	return nil
}

// appendEvent writes the event's headers and payload after those that name it.
func (e *eventWriter) appendEvent(b []byte, p *Plan, base unsafe.Pointer) []byte {
	payload := -1
	members := 0
	for i := range p.Members {
		m := &p.Members[i]
		at := m.ptr(base)
		switch m.wire.event {
		case eventPayload:
			payload = i
		case eventHeader:
			if at != nil {
				b = appendEventHeader(b, m, at)
			}
		default:
			members++
		}
	}
	if payload >= 0 {
		m := &p.Members[payload]
		return e.appendPayload(b, m, m.ptr(base))
	}
	if members == 0 {
		return seal(b, len(b))
	}
	b = appendStringHeader(b, ":content-type", e.bodyType())
	n := len(b)
	return seal(e.appendBody(b, p, base, or(p.Type.Name(), "event")), n)
}

func (e *eventWriter) appendPayload(b []byte, m *Member, at unsafe.Pointer) []byte {
	switch m.Value.Kind {
	case Blob:
		b = appendStringHeader(b, ":content-type", "application/octet-stream")
		n := len(b)
		if at != nil {
			b = append(b, blobAt(at)...)
		}
		return seal(b, n)
	case String:
		b = appendStringHeader(b, ":content-type", "text/plain")
		n := len(b)
		if at != nil {
			b = append(b, textAt(at)...)
		}
		return seal(b, n)
	}
	b = appendStringHeader(b, ":content-type", e.bodyType())
	n := len(b)
	if at != nil && m.Value.Kind == Struct {
		b = e.appendBody(b, m.Value.Struct, at, m.wire.xml)
	}
	return seal(b, n)
}

func (e *eventWriter) appendBody(b []byte, p *Plan, base unsafe.Pointer, root string) []byte {
	switch e.protocol {
	case rt.RPCv2:
		return appendCBOR(b, p, base)
	case rt.RestXML:
		b = append(append(append(b, '<'), root...), '>')
		b = appendXMLMembers(b, p, base)
		return append(append(append(b, "</"...), root...), '>')
	}
	return appendJSON(b, p, base)
}

func appendEventHeader(b []byte, m *Member, at unsafe.Pointer) []byte {
	switch m.Value.Kind {
	case String:
		return appendStringHeader(b, m.Name, textAt(at))
	case Bool:
		if boolAt(at) {
			return appendHeaderName(b, m.Name, headerTrue)
		}
		return appendHeaderName(b, m.Name, headerFalse)
	case Int32:
		return binary.BigEndian.AppendUint32(appendHeaderName(b, m.Name, headerInt32), uint32(m.Value.integer(at)))
	case Int64:
		return binary.BigEndian.AppendUint64(appendHeaderName(b, m.Name, headerInt64), uint64(m.Value.integer(at)))
	case Time:
		return binary.BigEndian.AppendUint64(appendHeaderName(b, m.Name, headerTime), uint64(timeAt(at).UnixMilli()))
	case Blob:
		b = binary.BigEndian.AppendUint16(appendHeaderName(b, m.Name, headerBlob), uint16(length(at)))
		return append(b, blobAt(at)...)
	}
	return b
}

// exception sends err as the stream's last event. What is not for callers is told as InternalFailure and
// returned, so that the gateway logs it.
func (e *eventWriter) exception(err error) error {
	var known awserr.Error
	internal := !errors.As(err, &known)
	if internal {
		known = awserr.New(http.StatusInternalServerError, "InternalFailure", "The request processing has failed because of an unknown error, exception or failure.")
	}
	f := describe(&ErrorResponse{Protocol: e.protocol, Model: e.model, Err: known})
	b := e.begin("exception", ":exception-type", f.name)
	b = appendStringHeader(b, ":content-type", e.bodyType())
	n := len(b)
	switch e.protocol {
	case rt.RPCv2:
		b = f.appendCBOR(b)
	case rt.RestXML:
		b = appendElement(append(b, "<Error>"...), "Code", f.code)
		b = append(appendElement(b, "Message", f.message), "</Error>"...)
	default:
		b = f.appendRestJSON(b)
	}
	e.buf = seal(b, n)
	if sent := e.flush(); sent != nil || !internal {
		return sent
	}
	return err
}
