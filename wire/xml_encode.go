package wire

import (
	"net/http"
	"strings"
	"unicode/utf8"
	"unsafe"

	"unyo/api/rt"
)

const xmlDeclaration = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

// appendXMLMembers writes the members at base that have their place in the body.
func appendXMLMembers(b []byte, p *Plan, base unsafe.Pointer) []byte {
	for i := range p.Members {
		if m := &p.Members[i]; m.wire.in == inBody && !m.wire.attr {
			b = appendXMLMember(b, m, base)
		}
	}
	return b
}

func appendXMLMember(b []byte, m *Member, base unsafe.Pointer) []byte {
	p := m.ptr(base)
	if p == nil {
		return b
	}
	v, w := m.Value, &m.wire
	switch v.Kind {
	case List:
		if w.flat {
			for i := range length(p) {
				b = appendXMLElement(b, v.Elem, v.at(p, i), w.open, w.close)
			}
			return b
		}
	case Map:
		if w.flat {
			for _, e := range v.sorted(p) {
				b = append(b, w.open...)
				b = appendXMLPair(b, v, e)
				b = append(b, w.close...)
			}
			return b
		}
	case Document, Stream, Events:
		return b
	}
	return appendXMLElement(b, v, p, w.open, w.close)
}

// appendXMLElement writes a value between its tags.
func appendXMLElement(b []byte, v *Value, p unsafe.Pointer, open, close []byte) []byte {
	b = append(b, open...)
	if v.Kind == Struct && len(v.Struct.attrs) > 0 {
		b = appendXMLAttributes(b[:len(b)-1], v.Struct, p)
	}
	b = appendXMLValue(b, v, p)
	return append(b, close...)
}

func appendXMLAttributes(b []byte, p *Plan, base unsafe.Pointer) []byte {
	for _, i := range p.attrs {
		m := &p.Members[i]
		at := m.ptr(base)
		if at == nil {
			continue
		}
		b = append(b, ' ')
		if m.wire.prefix == "xsi" {
			b = append(b, "xsi:"...) // the element itself declares the prefix
		}
		b = append(b, m.wire.xml...)
		b = append(b, `="`...)
		if m.Value.Kind == String {
			b = appendXMLText(b, textAt(at))
		} else {
			b = appendText(b, m.Value, at, timeISO)
		}
		b = append(b, '"')
	}
	return append(b, '>')
}

func appendXMLValue(b []byte, v *Value, p unsafe.Pointer) []byte {
	switch v.Kind {
	case String:
		return appendXMLText(b, textAt(p))
	case Struct:
		return appendXMLMembers(b, v.Struct, p)
	case List:
		for i := range length(p) {
			b = appendXMLElement(b, v.Elem, v.at(p, i), v.itemOpen, v.itemClose)
		}
		return b
	case Map:
		for _, e := range v.sorted(p) {
			b = append(b, "<entry>"...)
			b = appendXMLPair(b, v, e)
			b = append(b, "</entry>"...)
		}
		return b
	}
	return appendText(b, v, p, timeISO)
}

func appendXMLPair(b []byte, v *Value, e entry) []byte {
	b = appendElement(b, v.xml.keyName(), e.key)
	name := v.xml.valName()
	return appendXMLElement(b, v.Elem, e.value, []byte("<"+name+">"), []byte("</"+name+">"))
}

// appendElement writes an element that holds text.
func appendElement(b []byte, name, text string) []byte {
	b = append(b, '<')
	b = append(b, name...)
	b = append(b, '>')
	b = appendXMLText(b, text)
	b = append(b, '<', '/')
	b = append(b, name...)
	return append(b, '>')
}

var plainXML = func() (t [256]bool) {
	for c := 0x20; c < 0x80; c++ {
		t[c] = c != '<' && c != '>' && c != '&' && c != '"'
	}
	t['\n'], t['\t'] = true, true
	return t
}()

// appendXMLText escapes s for content and attributes. Characters that XML cannot hold become U+FFFD.
func appendXMLText(b []byte, s string) []byte {
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if plainXML[c] {
			i++
			continue
		}
		n, with := 1, ""
		switch {
		case c == '<':
			with = "&lt;"
		case c == '>':
			with = "&gt;"
		case c == '&':
			with = "&amp;"
		case c == '"':
			with = "&quot;"
		case c == '\r':
			with = "&#xD;"
		case c < utf8.RuneSelf:
			with = "\ufffd"
		default:
			var r rune
			r, n = utf8.DecodeRuneInString(s[i:])
			if !(r == utf8.RuneError && n == 1) && r != 0xFFFE && r != 0xFFFF {
				i += n
				continue
			}
			with = "\ufffd"
		}
		b = append(b, s[start:i]...)
		b = append(b, with...)
		i += n
		start = i
	}
	return append(b, s[start:]...)
}

// encodeQueryBody answers in the query or ec2 protocol.
func encodeQueryBody(w http.ResponseWriter, r *Response, p *Plan, base unsafe.Pointer) error {
	identify(w.Header(), r.Protocol, r.RequestID, r.HostID)
	return respond(w, statusOf(r.Op), "text/xml;charset=UTF-8", r.Method, func(b []byte) []byte {
		if r.Protocol == rt.EC2 {
			b = append(b, xmlDeclaration...)
		}
		b = append(b, '<')
		b = append(b, r.Op.Name...)
		b = append(b, "Response"...)
		if r.Model.Namespace != "" {
			b = append(b, ` xmlns="`...)
			b = append(b, r.Model.Namespace...)
			if r.Protocol == rt.EC2 && !strings.HasSuffix(r.Model.Namespace, "/") {
				b = append(b, '/') // EC2 writes what its model leaves out
			}
			b = append(b, '"')
		}
		b = append(b, '>')
		if r.Protocol == rt.EC2 {
			b = appendElement(b, "requestId", r.RequestID)
			b = appendXMLMembers(b, p, base)
		} else {
			b = appendQueryResult(b, r, p, base)
		}
		b = append(b, "</"...)
		b = append(b, r.Op.Name...)
		return append(b, "Response>"...)
	})
}

func appendQueryResult(b []byte, r *Response, p *Plan, base unsafe.Pointer) []byte {
	if wrapper := r.Op.OutWrapper; wrapper != "" {
		b = append(b, '<')
		b = append(b, wrapper...)
		b = append(b, '>')
		b = appendXMLMembers(b, p, base)
		b = append(b, "</"...)
		b = append(b, wrapper...)
		b = append(b, '>')
	} else {
		b = appendXMLMembers(b, p, base)
	}
	b = append(b, "<ResponseMetadata>"...)
	b = appendElement(b, "RequestId", r.RequestID)
	return append(b, "</ResponseMetadata>"...)
}
