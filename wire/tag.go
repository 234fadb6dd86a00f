package wire

import (
	"reflect"
	"strings"

	"unyo/base/must"
)

// place is where rest protocols put a member.
type place uint8

const (
	inBody place = iota
	inURI
	inQuery
	inQueryMap // all query parameters that no other member names
	inHeader
	inHeaderMap // all headers with a prefix
	inStatus
	inPayload // the member is the whole body
)

// wireNames are a member's names in each protocol, in the forms in which they are needed.
type wireNames struct {
	in   place
	bind string // name of label, parameter, header, or header prefix

	json    string
	jsonKey []byte // "name":
	cborKey []byte // head and name

	xml       string // name in XML, with the prefix it was modelled with
	ec2       string // name in ec2 requests
	flat      bool
	attr      bool
	namespace string
	prefix    string
	open      []byte // <Name> or <Name xmlns="…">; attributes go before the last byte
	close     []byte // </Name>
	inner     xmlInner

	event eventPlace
}

// xmlInner names what stands inside a list or a map.
type xmlInner struct {
	item, key, value string // "" means member, key, value
}

func (n xmlInner) itemName() string { return or(n.item, "member") }
func (n xmlInner) keyName() string  { return or(n.key, "key") }
func (n xmlInner) valName() string  { return or(n.value, "value") }

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

type eventPlace uint8

const (
	eventBody eventPlace = iota
	eventPayload
	eventHeader
)

func hasOption(tag, option string) bool {
	_, options, _ := strings.Cut(tag, ",")
	for options != "" {
		var o string
		if o, options, _ = strings.Cut(options, ","); o == option {
			return true
		}
	}
	return false
}

// readTags reads all of a member's tags but is: and time:.
func (m *Member) readTags(tag reflect.StructTag) {
	aws := tag.Get("aws")
	m.Name, _, _ = strings.Cut(aws, ",")
	m.Required = hasOption(aws, "required")
	m.Idempotent = hasOption(aws, "idempotent")
	m.Sensitive = hasOption(aws, "sensitive")
	m.Host = hasOption(aws, "host")

	w := &m.wire
	w.json = or(tag.Get("json"), m.Name)
	w.jsonKey = append(appendJSONString(nil, w.json), ':')
	w.cborKey = appendCBORString(nil, m.Name)
	w.readHTTP(m.Name, tag.Get("http"))
	w.readXML(m.Name, tag.Get("xml"))
	w.ec2 = or(tag.Get("ec2"), strings.ToUpper(w.xml[:1])+w.xml[1:])
	switch tag.Get("event") {
	case "payload":
		w.event = eventPayload
	case "header":
		w.event = eventHeader
	}
}

func (w *wireNames) readHTTP(member, tag string) {
	where, name, _ := strings.Cut(tag, "=")
	w.bind = name
	switch where {
	case "":
	case "uri":
		w.in, w.bind = inURI, strings.TrimSuffix(name, "+")
	case "query":
		w.in = inQuery
		if name == "*" {
			w.in = inQueryMap
		}
	case "header":
		w.in = inHeader
	case "headers":
		w.in = inHeaderMap
	case "status":
		w.in = inStatus
	case "payload":
		w.in = inPayload
	default:
		must.Hold(false, "wire: member %s has the http tag %q", member, tag)
	}
}

func (w *wireNames) readXML(member, tag string) {
	name, options, _ := strings.Cut(tag, ",")
	w.xml = or(name, member)
	for options != "" {
		var o string
		o, options, _ = strings.Cut(options, ",")
		k, v, _ := strings.Cut(o, "=")
		switch k {
		case "flat":
			w.flat = true
		case "attr":
			w.attr = true
		case "item":
			w.inner.item = v
		case "key":
			w.inner.key = v
		case "value":
			w.inner.value = v
		case "ns":
			w.namespace = v
		case "prefix":
			w.prefix = v
		}
	}
	w.open = []byte("<" + w.xml)
	if w.namespace != "" && !w.attr {
		colon := ""
		if w.prefix != "" {
			colon = ":" + w.prefix
		}
		w.open = append(w.open, " xmlns"+colon+`="`+w.namespace+`"`...)
	}
	w.open = append(w.open, '>')
	w.close = []byte("</" + w.xml + ">")
}
