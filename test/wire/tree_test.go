package wire

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

// Trees are what wire forms and shapes have in common: map[string]any, []any and leaves as text. Shapes
// are walked here by reflection over their tags, without the codec's plans, so that the two can disagree.

var timeType = reflect.TypeFor[time.Time]()

// option returns the value of name in the comma separated options of tag, and whether it is there.
func option(tag, name string) (string, bool) {
	_, options, _ := strings.Cut(tag, ",")
	for o := range strings.SplitSeq(options, ",") {
		if k, v, _ := strings.Cut(o, "="); k == name {
			return v, true
		}
	}
	return "", false
}

func wireName(tag, fallback string) string {
	if name, _, _ := strings.Cut(tag, ","); name != "" {
		return name
	}
	return fallback
}

// members calls each for the present members of a structure.
func members(v reflect.Value, each func(f reflect.StructField, v reflect.Value)) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Name == "_" || f.Tag.Get("aws") == "" {
			continue
		}
		m := v.Field(i)
		switch m.Kind() {
		case reflect.Pointer, reflect.Interface:
			if !m.IsNil() {
				if m.Kind() == reflect.Pointer {
					m = m.Elem()
				}
				each(f, m)
			}
		case reflect.Slice, reflect.Map, reflect.Func:
			if !m.IsNil() {
				each(f, m)
			}
		}
	}
}

func isoTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.999Z") }

// number makes 1, 1.0 and 1e0 the same text.
func number(f float64) string { return "#" + strconv.FormatFloat(f, 'g', -1, 64) }

// objectOf is the tree of a shape in JSON (or CBOR, where bytes and times are of their own kind).
func objectOf(v reflect.Value, isCBOR bool) map[string]any {
	out := map[string]any{}
	members(v, func(f reflect.StructField, m reflect.Value) {
		if f.Tag.Get("http") != "" || m.Kind() == reflect.Func {
			return
		}
		name := wireName(f.Tag.Get("aws"), "")
		if j := f.Tag.Get("json"); j != "" && !isCBOR {
			name = j
		}
		out[name] = valueOf(m, f.Tag.Get("time"), isCBOR)
	})
	return out
}

func valueOf(v reflect.Value, format string, isCBOR bool) any {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.Kind() == reflect.Interface {
			return documentOf(v.Interface())
		}
		return valueOf(v.Elem(), format, isCBOR)
	case reflect.String:
		return v.String()
	case reflect.Bool:
		return v.Bool()
	case reflect.Int32, reflect.Int64:
		return number(float64(v.Int()))
	case reflect.Float32, reflect.Float64:
		return number(v.Float())
	case reflect.Map:
		out := map[string]any{}
		for _, k := range v.MapKeys() {
			out[k.String()] = valueOf(v.MapIndex(k), format, isCBOR)
		}
		return out
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return base64.StdEncoding.EncodeToString(v.Bytes())
		}
		out := make([]any, v.Len())
		for i := range out {
			out[i] = valueOf(v.Index(i), format, isCBOR)
		}
		return out
	}
	if v.Type() == timeType {
		t := v.Interface().(time.Time)
		if format == "iso8601" && !isCBOR {
			return isoTime(t)
		}
		return number(float64(t.UnixMilli()) / 1000)
	}
	return objectOf(v, isCBOR)
}

func documentOf(v any) any {
	switch v := v.(type) {
	case int64:
		return number(float64(v))
	case float64:
		return number(v)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = documentOf(v[i])
		}
		return out
	case map[string]any:
		out := map[string]any{}
		for k, e := range v {
			out[k] = documentOf(e)
		}
		return out
	}
	return v
}

// parseJSON is the tree of a JSON text.
func parseJSON(b []byte) (any, error) {
	var v any
	if len(b) == 0 {
		return map[string]any{}, nil
	}
	err := json.Unmarshal(b, &v)
	return documentOf(v), err
}

// parseCBOR is the tree of a CBOR item, by the SDK's own decoder.
func parseCBOR(b []byte) (any, error) {
	if len(b) == 0 {
		return map[string]any{}, nil
	}
	v, err := cbor.Decode(b)
	return plainCBOR(v), err
}

func plainCBOR(v cbor.Value) any {
	switch v := v.(type) {
	case cbor.Uint:
		return number(float64(v))
	case cbor.NegInt:
		return number(-1 - float64(v-1))
	case cbor.Float32:
		return number(float64(v))
	case cbor.Float64:
		return number(float64(v))
	case cbor.Bool:
		return bool(v)
	case cbor.String:
		return string(v)
	case cbor.Slice:
		return base64.StdEncoding.EncodeToString(v)
	case *cbor.Tag:
		return plainCBOR(v.Value)
	case cbor.List:
		out := make([]any, len(v))
		for i := range v {
			out[i] = plainCBOR(v[i])
		}
		return out
	case cbor.Map:
		out := map[string]any{}
		for k, e := range v {
			out[k] = plainCBOR(e)
		}
		return out
	}
	return nil
}

// textOf is a scalar as text.
func textOf(v reflect.Value, format string) string {
	switch v.Kind() {
	case reflect.Pointer:
		return textOf(v.Elem(), format)
	case reflect.String:
		return v.String()
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Float32:
		return strconv.FormatFloat(v.Float(), 'g', -1, 32)
	case reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	case reflect.Slice:
		return base64.StdEncoding.EncodeToString(v.Bytes())
	}
	t := v.Interface().(time.Time)
	switch format {
	case "rfc822":
		return t.UTC().Format("Mon, 02 Jan 2006 15:04:05 GMT")
	case "unixTimestamp":
		return strconv.FormatInt(t.Unix(), 10)
	}
	return isoTime(t)
}

func isBlob(t reflect.Type) bool {
	return t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Uint8
}

func isScalar(t reflect.Type) bool {
	return t == timeType || isBlob(t) || !slices.Contains([]reflect.Kind{reflect.Slice, reflect.Map, reflect.Struct, reflect.Interface, reflect.Func}, t.Kind())
}

// formOf flattens a shape into the parameters of the query or ec2 protocol.
func formOf(v reflect.Value, isEC2 bool) map[string]string {
	out := map[string]string{}
	formMembers(out, "", v, isEC2)
	return out
}

func formMembers(out map[string]string, prefix string, v reflect.Value, isEC2 bool) {
	members(v, func(f reflect.StructField, m reflect.Value) {
		tag := f.Tag.Get("xml")
		name := wireName(tag, wireName(f.Tag.Get("aws"), ""))
		if isEC2 {
			name = wireName(f.Tag.Get("ec2"), strings.ToUpper(name[:1])+name[1:])
		}
		formValue(out, prefix+name, m, tag, f.Tag.Get("time"), isEC2)
	})
}

func formValue(out map[string]string, name string, v reflect.Value, tag, format string, isEC2 bool) {
	_, flat := option(tag, "flat")
	switch {
	case isScalar(v.Type()):
		out[name] = textOf(v, format)
	case v.Kind() == reflect.Struct:
		formMembers(out, name+".", v, isEC2)
	case v.Kind() == reflect.Slice:
		if !flat && !isEC2 {
			item, _ := option(tag, "item")
			name += "." + wireName(item, "member")
		}
		for i := range v.Len() {
			formValue(out, name+"."+strconv.Itoa(i+1), v.Index(i), "", format, isEC2)
		}
	case v.Kind() == reflect.Map:
		if !flat && !isEC2 {
			name += ".entry"
		}
		key, _ := option(tag, "key")
		value, _ := option(tag, "value")
		for i, k := range keysOf(v) {
			at := name + "." + strconv.Itoa(i+1) + "."
			out[at+wireName(key, "key")] = k.String()
			formValue(out, at+wireName(value, "value"), v.MapIndex(k), "", format, isEC2)
		}
	}
}

// node is an XML element without regard to the order of differently named children.
type node struct {
	name     string
	attrs    map[string]string
	children []node
	text     string
}

// parseXML is the tree of a document, by encoding/xml.
func parseXML(b []byte) (node, error) {
	d := xml.NewDecoder(bytes.NewReader(b))
	root := node{}
	stack := []*node{&root}
	for {
		tok, err := d.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return root, err
		}
		top := stack[len(stack)-1]
		switch tok := tok.(type) {
		case xml.StartElement:
			n := node{name: tok.Name.Local, attrs: map[string]string{}}
			for _, a := range tok.Attr {
				if a.Name.Space != "xmlns" && a.Name.Local != "xmlns" {
					n.attrs[a.Name.Local] = a.Value
				}
			}
			top.children = append(top.children, n)
			stack = append(stack, &top.children[len(top.children)-1])
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			top.text += string(tok)
		}
	}
	if len(root.children) == 0 {
		return node{}, nil
	}
	return root.children[0], nil
}

// nodeOf is the tree that a shape should have under an element called name.
func nodeOf(name string, v reflect.Value) node {
	n := node{name: name, attrs: map[string]string{}}
	members(v, func(f reflect.StructField, m reflect.Value) {
		if f.Tag.Get("http") != "" {
			return
		}
		tag := f.Tag.Get("xml")
		at := wireName(tag, wireName(f.Tag.Get("aws"), ""))
		if _, attr := option(tag, "attr"); attr {
			n.attrs[at] = textOf(m, f.Tag.Get("time"))
			return
		}
		n.children = append(n.children, nodesOf(at, m, tag, f.Tag.Get("time"))...)
	})
	return n
}

func nodesOf(name string, v reflect.Value, tag, format string) []node {
	_, flat := option(tag, "flat")
	switch {
	case isScalar(v.Type()):
		return []node{{name: name, text: textOf(v, format)}}
	case v.Kind() == reflect.Struct:
		return []node{nodeOf(name, v)}
	case v.Kind() == reflect.Slice:
		item, _ := option(tag, "item")
		if flat {
			item = name
		}
		var list []node
		for i := range v.Len() {
			list = append(list, nodesOf(wireName(item, "member"), v.Index(i), "", format)...)
		}
		if flat {
			return list
		}
		return []node{{name: name, children: list}}
	case v.Kind() == reflect.Map:
		key, _ := option(tag, "key")
		value, _ := option(tag, "value")
		at := "entry"
		if flat {
			at = name
		}
		var list []node
		for _, k := range keysOf(v) {
			pair := node{name: at, children: []node{{name: wireName(key, "key"), text: k.String()}}}
			pair.children = append(pair.children, nodesOf(wireName(value, "value"), v.MapIndex(k), "", format)...)
			list = append(list, pair)
		}
		if flat {
			return list
		}
		return []node{{name: name, children: list}}
	}
	return nil
}

// String is the element in one canonical form.
func (n node) String() string {
	var b strings.Builder
	n.write(&b, 0)
	return b.String()
}

func (n node) write(b *strings.Builder, level int) {
	fmt.Fprintf(b, "%s%s", strings.Repeat(" ", level), n.name)
	keys := make([]string, 0, len(n.attrs))
	for k := range n.attrs {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		fmt.Fprintf(b, " %s=%q", k, n.attrs[k])
	}
	if len(n.children) == 0 {
		fmt.Fprintf(b, " %q", n.text)
	}
	b.WriteByte('\n')
	children := slices.Clone(n.children)
	slices.SortStableFunc(children, func(x, y node) int { return strings.Compare(x.name, y.name) })
	for _, c := range children {
		c.write(b, level+1)
	}
}

// difference says where two trees part, or "".
func difference(at string, got, want any) string {
	switch want := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return fmt.Sprintf("%s: got %T, want an object", at, got)
		}
		for k := range want {
			if _, ok := g[k]; !ok {
				return fmt.Sprintf("%s.%s is missing", at, k)
			}
			if d := difference(at+"."+k, g[k], want[k]); d != "" {
				return d
			}
		}
		for k := range g {
			if _, ok := want[k]; !ok {
				return fmt.Sprintf("%s.%s is too much", at, k)
			}
		}
		return ""
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(want) {
			return fmt.Sprintf("%s: got %v, want %d elements", at, got, len(want))
		}
		for i := range want {
			if d := difference(at+"."+strconv.Itoa(i), g[i], want[i]); d != "" {
				return d
			}
		}
		return ""
	}
	if !reflect.DeepEqual(got, want) {
		return fmt.Sprintf("%s: got %#v, want %#v", at, got, want)
	}
	return ""
}

// keysOf lists a map's keys in order.
func keysOf(v reflect.Value) []reflect.Value {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	return keys
}
