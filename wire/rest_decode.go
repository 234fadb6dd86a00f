package wire

import (
	"bytes"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
	"unicode/utf8"
	"unsafe"

	"unyo/api/rt"
	"unyo/base/awserr"
)

// The rest protocols: members travel in path, query, headers and body, as the model binds them.
// https://smithy.io/2.0/spec/http-bindings.html

type restDecoder struct {
	*Request
	header http.Header
	slab   slab
}

func decodeREST(r *Request, p *Plan, base unsafe.Pointer) error {
	d := restDecoder{Request: r, slab: newSlab(growMax)} // headers and queries are short
	if r.HTTP != nil {
		d.header = r.HTTP.Header
		if r.Query == nil && r.HTTP.URL != nil {
			r.Query = r.HTTP.URL.Query()
		}
	}
	for _, i := range p.bound {
		if err := d.bound(p, &p.Members[i], base); err != nil {
			return err
		}
	}
	if p.payload >= 0 {
		return d.payload(&p.Members[p.payload], base)
	}
	if len(p.body) == 0 {
		return nil
	}
	body, err := r.body(maxXMLBody)
	if err != nil || len(body) == 0 {
		return err
	}
	if r.Protocol == rt.RestJSON {
		return decodeJSON(body, p, base)
	}
	_, err = decodeXML(body, r.Op.InRoot, p, base)
	return err
}

// bound reads a member that is not in the body.
func (d *restDecoder) bound(p *Plan, m *Member, base unsafe.Pointer) error {
	switch m.wire.in {
	case inURI:
		if s, ok := d.Path[m.wire.bind]; ok {
			return d.text(m, base, s)
		}
	case inQuery:
		return d.query(m, base)
	case inQueryMap:
		d.queryMap(p, m, base)
	case inHeader:
		return d.headerMember(m, base)
	case inHeaderMap:
		d.headerMap(m, base)
	}
	return nil
}

// text reads a scalar from path, query or header.
func (d *restDecoder) text(m *Member, base unsafe.Pointer, s string) error {
	return d.textInto(m, m.Value, m.room(base, &d.slab), s)
}

func (d *restDecoder) textInto(m *Member, v *Value, p unsafe.Pointer, s string) error {
	format := timeISO
	if m.wire.in == inHeader {
		format = timeHTTP
	}
	if !utf8.ValidString(s) || !v.setText(p, s, format) {
		return d.wrong(m, v, s)
	}
	return nil
}

// wrong refuses a value that cannot be read, in the words of S3 or of the JSON services.
func (d *restDecoder) wrong(m *Member, v *Value, s string) error {
	if s = strings.ToValidUTF8(brief(s), "\ufffd"); m.Sensitive {
		s = ""
	}
	if d.Protocol == rt.RestXML {
		return awserr.New(http.StatusBadRequest, "InvalidArgument", "Provided %s not %s or within integer range", m.wire.bind, v.expected()).
			With("ArgumentName", m.wire.bind).With("ArgumentValue", s)
	}
	return serialization("Value '%s' of %s is not %s", s, m.wire.bind, v.expected())
}

func (d *restDecoder) query(m *Member, base unsafe.Pointer) error {
	values, ok := d.Query[m.wire.bind]
	if !ok || len(values) == 0 {
		return nil
	}
	if m.Value.Kind == List {
		p := m.room(base, &d.slab)
		begin(p)
		for _, s := range values {
			if err := d.textInto(m, m.Value.Elem, m.Value.push(p, &d.slab), s); err != nil {
				return err
			}
		}
		return nil
	}
	if values[0] == "" && m.Value.Kind != String && m.Value.Kind != Blob {
		return nil // «?max-keys=» says nothing
	}
	return d.text(m, base, values[0])
}

// queryMap gives m the parameters that no other member names.
func (d *restDecoder) queryMap(p *Plan, m *Member, base unsafe.Pointer) {
	named := map[string]bool{}
	for i := range p.Members {
		if p.Members[i].wire.in == inQuery {
			named[p.Members[i].wire.bind] = true
		}
	}
	entries := m.Value.beginMap(m.room(base, &d.slab), &d.slab)
	for name, values := range d.Query {
		if named[name] || len(values) == 0 {
			continue
		}
		_ = entries.put(name, func(p unsafe.Pointer) error {
			if m.Value.Elem.Kind == List {
				*(*[]string)(p) = values
			} else {
				setText(p, values[0])
			}
			return nil
		})
	}
}

func (d *restDecoder) headerMember(m *Member, base unsafe.Pointer) error {
	values := d.header[textproto.CanonicalMIMEHeaderKey(m.wire.bind)]
	if m.wire.bind == "Content-Length" {
		values = d.lengthHeader(values)
	}
	if len(values) == 0 {
		return nil
	}
	if m.Value.Kind == List {
		return d.headerList(m, base, values)
	}
	s := strings.Join(values, ",")
	if s == "" && m.Value.Kind != String {
		return nil
	}
	if m.Value.Kind == Document { // a JSON value in base64
		raw, ok := decodeBase64([]byte(s))
		if ok {
			raw, ok = bytes.TrimSpace(raw), utf8.Valid(raw)
		}
		j := jsonDecoder{jsonScanner: jsonScanner{src: raw}, slab: newSlab(len(raw))}
		doc, fine := j.document(0)
		if !ok || !fine || j.pos != len(raw) {
			return d.wrong(m, m.Value, s)
		}
		setDocument(m.room(base, &d.slab), doc)
		return nil
	}
	return d.text(m, base, s)
}

// lengthHeader is the length of the content: of a body in chunks the client states it apart, for
// Content-Length counts the chunks' signatures too; and net/http may keep it out of the headers.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
func (d *restDecoder) lengthHeader(values []string) []string {
	if decoded := d.header["X-Amz-Decoded-Content-Length"]; len(decoded) > 0 {
		return decoded
	}
	if len(values) == 0 && d.contentLength() >= 0 {
		return []string{strconv.FormatInt(d.contentLength(), 10)}
	}
	return values
}

// headerList reads a list from header lines and the commas in them. An instant has a comma of its own.
func (d *restDecoder) headerList(m *Member, base unsafe.Pointer, values []string) error {
	v := m.Value
	var parts []string
	for _, line := range values {
		parts = append(parts, splitHeader(line, v.Elem.Kind == Time && v.Elem.time.or(timeHTTP) == timeHTTP)...)
	}
	p := m.room(base, &d.slab)
	begin(p)
	for _, s := range parts {
		if err := d.textInto(m, v.Elem, v.push(p, &d.slab), s); err != nil {
			return err
		}
	}
	return nil
}

// splitHeader splits at commas outside quotes; with dates, at every second comma.
func splitHeader(line string, dates bool) []string {
	var parts []string
	var b strings.Builder
	quoted, escaped, wasQuoted, commas := false, false, false, 0
	flush := func() {
		s := b.String()
		if !wasQuoted {
			s = strings.TrimSpace(s)
		}
		if s != "" || wasQuoted {
			parts = append(parts, s)
		}
		b.Reset()
		wasQuoted, commas = false, 0
	}
	for i := range len(line) {
		c := line[i]
		switch {
		case escaped:
			b.WriteByte(c)
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == '"' && (quoted || strings.TrimSpace(b.String()) == ""):
			if !quoted {
				b.Reset()
			}
			quoted, wasQuoted = !quoted, true
		case c == ',' && !quoted:
			if commas++; dates && commas < 2 {
				b.WriteByte(c)
				continue
			}
			flush()
		case wasQuoted && !quoted: // space after the closing quote
		default:
			b.WriteByte(c)
		}
	}
	flush()
	return parts
}

// headerMap gives m the headers with its prefix, without it and in small letters, as AWS keeps them.
func (d *restDecoder) headerMap(m *Member, base unsafe.Pointer) {
	prefix := m.wire.bind
	var e entries
	begun := false
	for name, values := range d.header {
		if len(name) <= len(prefix) || !strings.EqualFold(name[:len(prefix)], prefix) {
			continue
		}
		if !begun {
			e, begun = m.Value.beginMap(m.room(base, &d.slab), &d.slab), true
		}
		_ = e.put(strings.ToLower(name[len(prefix):]), func(p unsafe.Pointer) error {
			setText(p, strings.Join(values, ","))
			return nil
		})
	}
}

// payload reads the member that is the whole body.
func (d *restDecoder) payload(m *Member, base unsafe.Pointer) error {
	v := m.Value
	if v.Kind == Stream {
		switch {
		case d.Body != nil:
			setReader(m.room(base, &d.slab), d.Body)
		default:
			setReader(m.room(base, &d.slab), bytes.NewReader(d.Raw))
		}
		return nil
	}
	body, err := d.body(maxXMLBody)
	if err != nil {
		return err
	}
	switch v.Kind {
	case Blob:
		if len(body) > 0 || d.contentLength() >= 0 {
			setBlob(m.room(base, &d.slab), append([]byte{}, body...))
		}
	case String:
		if len(body) == 0 {
			return nil
		}
		if !utf8.Valid(body) {
			return d.unreadable(errNotUTF8)
		}
		setText(m.room(base, &d.slab), alias(body))
	case Struct:
		return d.payloadStruct(m, base, body)
	case Document:
		return d.payloadDocument(m, base, body)
	}
	return nil
}

func (d *restDecoder) contentLength() int64 {
	if d.HTTP == nil {
		return -1
	}
	return d.HTTP.ContentLength
}

func (d *restDecoder) unreadable(why string) error {
	if d.Protocol == rt.RestXML {
		return malformedXML(why)
	}
	return serialization(why)
}

func (d *restDecoder) payloadStruct(m *Member, base unsafe.Pointer, body []byte) error {
	if len(body) == 0 {
		return nil
	}
	p := m.room(base, &d.slab)
	if d.Protocol == rt.RestJSON {
		return decodeJSON(body, m.Value.Struct, p)
	}
	found, err := decodeXML(body, m.wire.xml, m.Value.Struct, p)
	if !found {
		m.clear(base)
	}
	return err
}

func (d *restDecoder) payloadDocument(m *Member, base unsafe.Pointer, body []byte) error {
	if len(body) == 0 {
		return nil
	}
	if !utf8.Valid(body) {
		return d.unreadable(errNotUTF8)
	}
	j := jsonDecoder{jsonScanner: jsonScanner{src: body}, slab: newSlab(len(body))}
	doc, ok := j.document(0)
	if j.space(); !ok || j.pos != len(body) {
		return j.syntax()
	}
	setDocument(m.room(base, &d.slab), doc)
	return nil
}
