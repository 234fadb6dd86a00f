package world

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"unyo/api/rt"
	"unyo/wire"
)

// asking makes, from the generated facts alone, a request of each operation that has what the operation cannot do without.
type asking struct {
	m  *rt.Model
	op *rt.Operation
	in reflect.Value // of the input
}

// samples are texts of which one fits most patterns that the facts state.
var samples = []string{"sample-name", "sample", "1", "111111111111", "arn:aws:iam::111111111111:role/sample", "arn:aws:s3:::sample-name", "s3://sample-name/", "o-sample1234", "r-samp", "ou-samp-sample12", "p-sample1234", "car-examplecarid111",
	"h-examplehandshakeid111", "sample@example.com", "arn:aws:sns:eu-central-1:000000000000:sample", "12345678-1234-1234-1234-123456789012", "/sample", "{}", "0123456789abcdef", "sample.example.com", "AKIAIOSFODNN7EXAMPLE"}

func ask(m *rt.Model, op *rt.Operation) *asking {
	a := &asking{m, op, reflect.New(reflect.TypeOf(op.In).Elem()).Elem()}
	a.fill(a.in, 0)
	return a
}

// named are members that name what a call is about although the facts do not require them.
var named = []string{"StreamName", "TopicArn"}

// fill sets what is required in a structure, and what names the resource.
func (a *asking) fill(v reflect.Value, depth int) {
	t := v.Type()
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("aws"), ",")
		if depth < 6 && slices.Contains(strings.Split(options, ","), "required") || depth == 0 && slices.Contains(named, name) {
			a.set(v.Field(i), a.m.Shape(f.Tag.Get("is")), depth)
		}
	}
}

func (a *asking) set(v reflect.Value, is rt.Shape, depth int) {
	least := 1
	if is.Min != nil {
		least = max(1, int(*is.Min))
	}
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		a.set(v.Elem(), is, depth)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(1767225600, 0).UTC()))
			return
		}
		a.fill(v, depth+1)
	case reflect.String:
		v.SetString(text(is, least))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int32, reflect.Int64:
		v.SetInt(int64(least))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(float64(least))
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes([]byte(strings.Repeat("x", least)))
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		a.set(v.Index(0), a.m.Shape(is.Item), depth+1)
	case reflect.Map:
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		a.set(key, a.m.Shape(is.Key), depth+1)
		a.set(value, a.m.Shape(is.Item), depth+1)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, value)
	}
}

// text is one that a shape takes, if a sample does.
func text(is rt.Shape, least int) string {
	if len(is.Enum) > 0 {
		return is.Enum[0]
	}
	p, err := regexp.Compile("^(?:" + is.Pattern + ")$")
	for _, s := range samples {
		if len(s) >= least && (is.Max == nil || len(s) <= int(*is.Max)) && (is.Pattern == "" || err == nil && p.MatchString(s)) {
			return s
		}
	}
	return strings.Repeat("a", max(least, 3))
}

// request is the request in the first of the service's protocols that this knows to write, signed unless id is "".
func (a *asking) request(id, secret string) *http.Request {
	protocols, header := a.m.Protocols, http.Header{}
	method, path, body := http.MethodPost, "/", ""
	switch {
	case slices.Contains(protocols, rt.JSON):
		header.Set("Content-Type", "application/x-amz-json-1.1")
		header.Set("X-Amz-Target", a.m.TargetPrefix+"."+a.op.Name)
		body = string(document(a.in, false))
	case slices.Contains(protocols, rt.Query), slices.Contains(protocols, rt.EC2):
		header.Set("Content-Type", "application/x-www-form-urlencoded")
		form := url.Values{"Action": {a.op.Name}, "Version": {a.m.Version}}
		flatten(form, "", a.in)
		body = form.Encode()
	default:
		method = a.op.Method
		path, body = a.rest(header)
	}
	r := httptest.NewRequest(method, "http://127.0.0.1:4566"+path, strings.NewReader(body))
	r.Header = header
	if slices.Contains(protocols, rt.RestXML) {
		sum, md := sha256.Sum256([]byte(body)), md5.Sum([]byte(body))
		r.Header.Set("X-Amz-Content-Sha256", hex.EncodeToString(sum[:]))
		if a.op.ChecksumRequired || body != "" {
			r.Header.Set("Content-Md5", base64.StdEncoding.EncodeToString(md[:]))
		}
	}
	if id != "" {
		wire.Sign(r, []byte(body), id, secret, "eu-central-1", a.m.Signing, time.Now())
	}
	r.RequestURI = r.URL.RequestURI()
	return r
}

// rest puts members where the address has them, and the others into the body.
func (a *asking) rest(header http.Header) (path, body string) {
	path = a.op.URI
	query := url.Values{}
	t := a.in.Type()
	for i := range t.NumField() {
		where, name, _ := strings.Cut(t.Field(i).Tag.Get("http"), "=")
		if a.in.Field(i).IsZero() {
			continue
		}
		switch where {
		case "uri":
			path = strings.NewReplacer("{"+name+"}", url.PathEscape(scalar(a.in.Field(i))), "{"+name+"+}", scalar(a.in.Field(i))).Replace(path)
		case "query":
			query.Set(name, scalar(a.in.Field(i)))
		case "header":
			header.Set(name, scalar(a.in.Field(i)))
		case "payload":
			body = a.payload(a.in.Field(i), t.Field(i))
		}
	}
	if slices.Contains(a.m.Protocols, rt.RestJSON) && body == "" && a.op.Method != http.MethodGet {
		body = string(document(a.in, true))
	}
	if a.op.InRoot != "" && body == "" {
		body = "<" + a.op.InRoot + ">" + element(a.in) + "</" + a.op.InRoot + ">"
	}
	if len(query) > 0 {
		separator := "?"
		if strings.Contains(path, "?") {
			separator = "&"
		}
		path += separator + query.Encode()
	}
	return path, body
}

func (a *asking) payload(v reflect.Value, f reflect.StructField) string {
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch {
	case v.Kind() != reflect.Struct:
		return scalar(v)
	case slices.Contains(a.m.Protocols, rt.RestJSON):
		return string(document(v, false))
	}
	name, _, _ := strings.Cut(f.Tag.Get("xml"), ",")
	return "<" + name + ">" + element(v) + "</" + name + ">"
}

// document is a structure as JSON; without what the address has where that is left out.
func document(v reflect.Value, left bool) json.RawMessage {
	var value func(v reflect.Value) any
	value = func(v reflect.Value) any {
		switch v.Kind() {
		case reflect.Pointer:
			return value(v.Elem())
		case reflect.Struct:
			if at, ok := v.Interface().(time.Time); ok {
				return at.Unix()
			}
			m := map[string]any{}
			for i := range v.NumField() {
				f := v.Type().Field(i)
				if name, _, _ := strings.Cut(f.Tag.Get("aws"), ","); name != "" && !v.Field(i).IsZero() && !(left && f.Tag.Get("http") != "") {
					m[name] = value(v.Field(i))
				}
			}
			return m
		case reflect.Slice:
			if b, ok := v.Interface().([]byte); ok {
				return b
			}
			list := []any{}
			for i := range v.Len() {
				list = append(list, value(v.Index(i)))
			}
			return list
		case reflect.Map:
			m := map[string]any{}
			for _, k := range v.MapKeys() {
				m[k.String()] = value(v.MapIndex(k))
			}
			return m
		}
		return v.Interface()
	}
	b, err := json.Marshal(value(v))
	if err != nil {
		panic(err)
	}
	return b
}

// flatten writes a structure as the query protocols do.
func flatten(form url.Values, prefix string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		flatten(form, prefix, v.Elem())
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			form.Set(prefix, base64.StdEncoding.EncodeToString(v.Bytes()))
			return
		}
		for i := range v.Len() {
			flatten(form, prefix+".member."+strconv.Itoa(i+1), v.Index(i))
		}
	case reflect.Struct:
		if _, ok := v.Interface().(time.Time); ok {
			form.Set(prefix, scalar(v))
			return
		}
		for i := range v.NumField() {
			if name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("aws"), ","); name != "" && !v.Field(i).IsZero() {
				flatten(form, strings.TrimPrefix(prefix+"."+name, "."), v.Field(i))
			}
		}
	case reflect.Map:
	default:
		form.Set(prefix, scalar(v))
	}
}

// element is what stands inside a structure's element.
func element(v reflect.Value) string {
	var b strings.Builder
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("xml"), ",")
		m := v.Field(i)
		if name == "" || m.IsZero() || f.Tag.Get("http") != "" || strings.Contains(options, "attr") {
			continue
		}
		for m.Kind() == reflect.Pointer {
			m = m.Elem()
		}
		inner := func(m reflect.Value) string {
			if _, ok := m.Interface().(time.Time); m.Kind() == reflect.Struct && !ok {
				return element(m)
			}
			var t strings.Builder
			_ = xml.EscapeText(&t, []byte(scalar(m)))
			return t.String()
		}
		if m.Kind() == reflect.Slice && m.Type().Elem().Kind() != reflect.Uint8 {
			item, flat := "member", strings.Contains(options, "flat")
			if _, x, ok := strings.Cut(options, "item="); ok {
				item, _, _ = strings.Cut(x, ",")
			}
			text := inner(m.Index(0))
			if !flat {
				text = "<" + item + ">" + text + "</" + item + ">"
			}
			b.WriteString("<" + name + ">" + text + "</" + name + ">")
			continue
		}
		b.WriteString("<" + name + ">" + inner(m) + "</" + name + ">")
	}
	return b.String()
}

func scalar(v reflect.Value) string {
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	switch x := v.Interface().(type) {
	case time.Time:
		return x.Format(time.RFC3339)
	case []byte:
		return string(x)
	}
	switch v.Kind() {
	case reflect.String:
		return v.String()
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10)
	case reflect.Float32, reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	case reflect.Slice:
		return scalar(v.Index(0))
	}
	return ""
}
