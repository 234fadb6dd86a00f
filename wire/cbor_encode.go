package wire

import (
	"encoding/binary"
	"math"
	"net/http"
	"strings"
	"unsafe"
)

func encodeCBORBody(w http.ResponseWriter, r *Response, p *Plan, base unsafe.Pointer) error {
	h := w.Header()
	identify(h, r.Protocol, r.RequestID, r.HostID)
	h["Smithy-Protocol"] = []string{"rpc-v2-cbor"}
	return respond(w, statusOf(r.Op), "application/cbor", r.Method, func(b []byte) []byte {
		return appendCBOR(b, p, base)
	})
}

// appendCBOR writes the structure at base as a map of indefinite length.
func appendCBOR(b []byte, p *Plan, base unsafe.Pointer) []byte {
	b = append(b, cborMap<<5|31)
	b = appendCBORMembers(b, p, base)
	return append(b, cborBreak)
}

func appendCBORMembers(b []byte, p *Plan, base unsafe.Pointer) []byte {
	for i := range p.Members {
		m := &p.Members[i]
		at := m.ptr(base)
		if at == nil || m.Value.Kind >= Stream {
			continue
		}
		b = append(b, m.wire.cborKey...)
		b = appendCBORValue(b, m.Value, at)
	}
	return b
}

func appendCBORValue(b []byte, v *Value, p unsafe.Pointer) []byte {
	switch v.Kind {
	case String:
		return appendCBORString(b, textAt(p))
	case Int32, Int64:
		return appendCBORInteger(b, v.integer(p))
	case Float32:
		return binary.BigEndian.AppendUint32(append(b, cborSimple<<5|26), math.Float32bits(*(*float32)(p)))
	case Float64:
		return appendCBORFloat(b, v.float(p))
	case Bool:
		return appendCBORBool(b, boolAt(p))
	case Time:
		// Tag 1, seconds since 1970; milliseconds are all that AWS keeps.
		return appendCBORFloat(append(b, cborTag<<5|1), float64(timeAt(p).UnixMilli())/1000)
	case Blob:
		return append(appendCBORHead(b, cborBytes, uint64(length(p))), blobAt(p)...)
	case List:
		b = appendCBORHead(b, cborArray, uint64(length(p)))
		for i := range length(p) {
			b = appendCBORValue(b, v.Elem, v.at(p, i))
		}
		return b
	case Map:
		list := v.sorted(p)
		b = appendCBORHead(b, cborMap, uint64(len(list)))
		for _, e := range list {
			b = appendCBORString(b, e.key)
			b = appendCBORValue(b, v.Elem, e.value)
		}
		return b
	case Struct:
		return appendCBOR(b, v.Struct, p)
	case Document:
		return appendCBORDocument(b, documentAt(p))
	}
	return append(b, cborSimple<<5|cborNull)
}

func appendCBORHead(b []byte, major byte, n uint64) []byte {
	major <<= 5
	switch {
	case n < 24:
		return append(b, major|byte(n))
	case n <= math.MaxUint8:
		return append(b, major|24, byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(b, major|25), uint16(n))
	case n <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(b, major|26), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(b, major|27), n)
}

// appendCBORString writes text; bytes that are not UTF-8 become U+FFFD.
func appendCBORString(b []byte, s string) []byte {
	s = strings.ToValidUTF8(s, "\ufffd")
	return append(appendCBORHead(b, cborText, uint64(len(s))), s...)
}

func appendCBORInteger(b []byte, n int64) []byte {
	if n < 0 {
		return appendCBORHead(b, cborNegative, uint64(-1-n))
	}
	return appendCBORHead(b, cborUint, uint64(n))
}

func appendCBORFloat(b []byte, f float64) []byte {
	return binary.BigEndian.AppendUint64(append(b, cborSimple<<5|27), math.Float64bits(f))
}

func appendCBORBool(b []byte, v bool) []byte {
	if v {
		return append(b, cborSimple<<5|cborTrue)
	}
	return append(b, cborSimple<<5|cborFalse)
}

func appendCBORDocument(b []byte, v any) []byte {
	switch v := v.(type) {
	case string:
		return appendCBORString(b, v)
	case bool:
		return appendCBORBool(b, v)
	case int64:
		return appendCBORInteger(b, v)
	case float64:
		return appendCBORFloat(b, v)
	case []byte:
		return append(appendCBORHead(b, cborBytes, uint64(len(v))), v...)
	case []any:
		b = appendCBORHead(b, cborArray, uint64(len(v)))
		for _, e := range v {
			b = appendCBORDocument(b, e)
		}
		return b
	case map[string]any:
		b = appendCBORHead(b, cborMap, uint64(len(v)))
		for _, k := range sortedKeys(v) {
			b = appendCBORString(b, k)
			b = appendCBORDocument(b, v[k])
		}
		return b
	}
	return append(b, cborSimple<<5|cborNull)
}

// appendCBOR writes the error: its type, its message, the members of its shape.
func (e *failure) appendCBOR(b []byte) []byte {
	b = append(b, cborMap<<5|31)
	b = appendCBORString(b, "__type")
	name := e.name
	if e.Model != nil && e.modelled {
		name = typeName(e.Model, e.name, true)
	}
	b = appendCBORString(b, name)
	if e.needsMessage() {
		b = appendCBORString(b, e.messageKey())
		b = appendCBORString(b, e.message)
	}
	for _, f := range e.fields {
		b = appendCBORString(b, f.Name)
		b = appendCBORString(b, f.Value)
	}
	if e.plan != nil {
		b = appendCBORMembers(b, e.plan, e.base)
	}
	return append(b, cborBreak)
}
