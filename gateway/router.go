package gateway

import (
	"net/url"
	"reflect"
	"strings"

	"unyo/api/rt"
)

// router finds the operation of a rest service from method, path and query.
type router struct {
	routes map[string][]route // by HTTP method
}

// route is one operation's address.
type route struct {
	op       *rt.Operation
	segments []string          // literal, {Label} or {Label+}
	literals map[string]string // query parameters of the address: uploads → "", list-type → 2
	queries  []string          // required query members
	headers  []string          // required header members: they tell CopyObject from PutObject
	retired  bool              // an older operation with the same address as a newer one
}

func newRouter(m *rt.Model) *router {
	r := &router{routes: map[string][]route{}}
	for i := range m.Operations {
		op := &m.Operations[i]
		path, query, _ := strings.Cut(op.URI, "?")
		e := route{op: op, segments: strings.Split(strings.TrimPrefix(path, "/"), "/"), literals: map[string]string{}}
		for part := range strings.SplitSeq(query, "&") {
			if part != "" {
				k, v, _ := strings.Cut(part, "=")
				e.literals[k] = v
			}
		}
		e.required(op)
		// PutBucketLifecycle and PutBucketLifecycleConfiguration share an address; clients of today mean the latter.
		e.retired = m.Operation(op.Name+"Configuration") != nil && m.Operation(op.Name+"Configuration").URI == op.URI
		r.routes[op.Method] = append(r.routes[op.Method], e)
	}
	return r
}

// required reads the required query and header members off the input's tags.
func (e *route) required(op *rt.Operation) {
	t := reflect.TypeOf(op.In).Elem()
	for i := range t.NumField() {
		f := t.Field(i)
		if !strings.Contains(f.Tag.Get("aws")+",", ",required,") {
			continue
		}
		if name, ok := strings.CutPrefix(f.Tag.Get("http"), "query="); ok && name != "*" {
			e.queries = append(e.queries, name)
		}
		if name, ok := strings.CutPrefix(f.Tag.Get("http"), "header="); ok {
			e.headers = append(e.headers, name)
		}
	}
}

// find returns the operation that method, path (still escaped) and query mean; labels are decoded.
// known=false means that no address has this path at all, so the method is not to blame.
func (r *router) find(method, path string, query url.Values, header func(string) string) (op *rt.Operation, labels map[string]string, known bool) {
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	best := -1
	for i := range r.routes[method] {
		e := &r.routes[method][i]
		got, ok := e.match(segments)
		if !ok {
			continue
		}
		score, ok := e.score(query, header)
		if ok && score > best {
			best, op, labels = score, e.op, got
		}
	}
	return op, labels, op != nil
}

// score weighs how much of the request the address explains; the most specific one wins.
func (e *route) score(query url.Values, header func(string) string) (int, bool) {
	score := 100
	for k, v := range e.literals {
		if !query.Has(k) || (v != "" && query.Get(k) != v) {
			return 0, false
		}
		score += 10
	}
	for _, k := range e.queries {
		if !query.Has(k) {
			return 0, false
		}
		score += 5
	}
	for _, h := range e.headers {
		if header(h) != "" {
			score += 3
		} else {
			score -= 4
		}
	}
	if e.retired {
		score--
	}
	return score, true
}

func (e *route) match(segments []string) (map[string]string, bool) {
	labels := map[string]string{}
	for i, want := range e.segments {
		name, isLabel := strings.CutPrefix(want, "{")
		if !isLabel {
			if i >= len(segments) || segments[i] != want {
				return nil, false
			}
			continue
		}
		name = strings.TrimSuffix(name, "}")
		if name, greedy := strings.CutSuffix(name, "+"); greedy {
			if i >= len(segments) {
				return nil, false
			}
			v, err := url.PathUnescape(strings.Join(segments[i:], "/"))
			if err != nil || v == "" {
				return nil, false
			}
			labels[name] = v
			return labels, true
		}
		if i >= len(segments) {
			return nil, false
		}
		v, err := url.PathUnescape(segments[i])
		if err != nil || v == "" {
			return nil, false
		}
		labels[name] = v
	}
	rest := segments[len(e.segments):]
	return labels, len(rest) == 0 || (len(rest) == 1 && rest[0] == "") // a trailing slash is no segment
}
