package wire

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"unyo/api/rt"
	"unyo/base/awserr"
)

// The query and ec2 protocols, requests: a form whose names are paths, Tags.member.1.Key.
// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
// https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html

type parameter struct{ name, value string }

// formDecoder reads a form without making a tree of it: parameters are sorted by name, so that all that
// begin with the same path stand together. A range [lo, hi) of parameters shares its first n bytes.
type formDecoder struct {
	list []parameter
	ec2  bool
	slab slab
	// secret: what is read stands in a sensitive member, and is repeated in no error.
	secret bool
}

func decodeForm(r *Request, p *Plan, base unsafe.Pointer) error {
	d := formDecoder{ec2: r.Protocol == rt.EC2, list: make([]parameter, 0, len(r.Form))}
	size := 0
	for name, values := range r.Form {
		if len(values) > 0 {
			size += len(name) + len(values[0])
			d.list = append(d.list, parameter{name, values[0]})
		}
	}
	d.slab = newSlab(size)
	slices.SortFunc(d.list, func(a, b parameter) int { return strings.Compare(a.name, b.name) })
	return d.structure(p, base, 0, len(d.list), 0, 0)
}

// group is the parameters that share one more segment of their path. In a leaf the path ends there.
type group struct {
	segment string
	lo, hi  int
	n       int // length of the shared prefix
	leaf    bool
}

// groups walks [lo, hi) by the segment that follows the first n bytes.
func (d *formDecoder) groups(lo, hi, n int, each func(g group) error) error {
	for i := lo; i < hi; {
		rest := d.list[i].name[n:]
		segment, _, dotted := strings.Cut(rest, ".")
		g := group{segment: segment, lo: i, hi: i + 1, n: n + len(segment), leaf: !dotted}
		if dotted {
			g.n++
			prefix := d.list[i].name[:g.n]
			for g.hi < hi && strings.HasPrefix(d.list[g.hi].name, prefix) {
				g.hi++
			}
		}
		if err := each(g); err != nil {
			return err
		}
		i = g.hi
	}
	return nil
}

func (d *formDecoder) structure(p *Plan, base unsafe.Pointer, lo, hi, n, depth int) error {
	if depth > maxDepth {
		return malformedQuery("The parameter names are nested too deeply.")
	}
	return d.groups(lo, hi, n, func(g group) error {
		m := d.member(p, g.segment)
		if m == nil {
			if d.ec2 && n == 0 && !common(g.segment) {
				return unknownParameter(g.segment)
			}
			return nil
		}
		if m.Value.Kind >= Document {
			return nil
		}
		if err := d.fits(m.Value, g); err != nil {
			return err
		}
		outside := d.secret
		d.secret = outside || m.Sensitive
		err := d.value(m.Value, &m.wire, m.present(base, &d.slab), g, depth)
		d.secret = outside
		return err
	})
}

// fits refuses a path that ends where the model goes on, or goes on where the model ends. «Tags=» is a list
// sent empty.
func (d *formDecoder) fits(v *Value, g group) error {
	at := d.list[g.lo]
	switch {
	case v.Kind < List && g.leaf, v.Kind >= List && !g.leaf, g.leaf && at.value == "":
		return nil
	case d.ec2:
		return unknownParameter(brief(at.name))
	case v.Kind == List:
		return malformedInput("Unexpected list element termination")
	}
	return malformedInput("Unexpected complex element termination")
}

func unknownParameter(name string) error {
	return awserr.New(http.StatusBadRequest, "UnknownParameter", "The parameter %s is not recognized", name)
}

func malformedInput(message string) error {
	return awserr.New(http.StatusBadRequest, "MalformedInput", message)
}

// present makes m present, keeping what an earlier parameter of the same name gave it.
func (m *Member) present(base unsafe.Pointer, s *slab) unsafe.Pointer {
	if m.pointer {
		if p := m.ptr(base); p != nil && m.Value.Kind == Struct {
			return p
		}
	}
	return m.room(base, s)
}

func (d *formDecoder) member(p *Plan, name string) *Member {
	index := p.byXML
	if d.ec2 {
		index = p.byEC2
	}
	if i, ok := index[name]; ok {
		return &p.Members[i]
	}
	return nil
}

// common reports whether every request may carry the parameter.
func common(name string) bool {
	switch name {
	case "Action", "Version", "AWSAccessKeyId", "Signature", "SignatureMethod", "SignatureVersion", "Timestamp", "Expires", "SecurityToken":
		return true
	}
	return strings.HasPrefix(name, "X-Amz-")
}

// value reads the parameters of g into p. names are those of the member, or nil below it.
func (d *formDecoder) value(v *Value, names *wireNames, p unsafe.Pointer, g group, depth int) error {
	if d.slab.over() {
		return malformedQuery(errTooLarge + ".")
	}
	switch v.Kind {
	case List:
		return d.items(v, names, p, g, depth)
	case Map:
		return d.mapping(v, names, p, g, depth)
	case Struct:
		if g.leaf {
			return nil
		}
		return d.structure(v.Struct, p, g.lo, g.hi, g.n, depth+1)
	case Document, Stream, Events:
		return nil
	}
	if err := d.fits(v, g); err != nil {
		return err
	}
	return d.scalar(v, p, d.list[g.lo])
}

func (d *formDecoder) scalar(v *Value, p unsafe.Pointer, from parameter) error {
	if v.setText(p, from.value, timeISO) {
		return nil
	}
	if d.secret {
		from.value = ""
	}
	must := "It must be " + v.expected() + "."
	if v.Kind == Time {
		must = "Must be in ISO8601 format."
	}
	switch {
	case d.ec2:
		return awserr.New(http.StatusBadRequest, "InvalidParameterValue", "Value (%s) for parameter %s is invalid. %s", brief(from.value), brief(from.name), must)
	case v.Kind == Time:
		return malformedInput("timestamp must follow ISO8601")
	}
	return malformedInput("Value (" + brief(from.value) + ") for parameter " + brief(from.name) + " is invalid. " + must)
}

// numbered collects what stands under 1, 2, 3 … in [lo, hi), in that order. Other segments are no
// elements, and gaps close.
func (d *formDecoder) numbered(lo, hi, n int) ([]group, error) {
	type item struct {
		at int
		group
	}
	var list []item
	err := d.groups(lo, hi, n, func(g group) error {
		if i, err := strconv.Atoi(g.segment); err == nil && i >= 0 {
			list = append(list, item{i, g})
		}
		return nil
	})
	slices.SortStableFunc(list, func(a, b item) int { return a.at - b.at })
	groups := make([]group, len(list))
	for i := range list {
		groups[i] = list[i].group
	}
	return groups, err
}

// inside narrows g to what lies under the name that stands between a list and its numbers.
func (d *formDecoder) inside(g group, name string) group {
	found := group{lo: g.hi, hi: g.hi, n: g.n}
	_ = d.groups(g.lo, g.hi, g.n, func(c group) error {
		if c.segment == name && !c.leaf {
			found = c
		}
		return nil
	})
	return found
}

// items reads a list. «Tags=» alone is a list sent empty.
func (d *formDecoder) items(v *Value, names *wireNames, p unsafe.Pointer, g group, depth int) error {
	begin(p)
	if g.leaf {
		return nil
	}
	if !d.ec2 && !names.isFlat() {
		g = d.inside(g, v.xml.itemName())
	}
	list, err := d.numbered(g.lo, g.hi, g.n)
	if err != nil {
		return err
	}
	for _, e := range list {
		if err := d.value(v.Elem, nil, v.push(p, &d.slab), e, depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (d *formDecoder) mapping(v *Value, names *wireNames, p unsafe.Pointer, g group, depth int) error {
	m := v.beginMap(p, &d.slab)
	if g.leaf {
		return nil
	}
	if !d.ec2 && !names.isFlat() {
		g = d.inside(g, "entry")
	}
	list, err := d.numbered(g.lo, g.hi, g.n)
	if err != nil {
		return err
	}
	for _, e := range list {
		if err := d.pair(v, m, e, depth); err != nil {
			return err
		}
	}
	return nil
}

func (d *formDecoder) pair(v *Value, m entries, g group, depth int) error {
	if g.leaf {
		return nil
	}
	var key string
	var value group
	var hasKey, hasValue bool
	_ = d.groups(g.lo, g.hi, g.n, func(c group) error {
		switch {
		case c.segment == v.xml.keyName() && c.leaf:
			key, hasKey = d.list[c.lo].value, true
		case c.segment == v.xml.valName():
			value, hasValue = c, true
		}
		return nil
	})
	if !hasKey || !hasValue {
		return nil
	}
	return m.put(key, func(p unsafe.Pointer) error { return d.value(v.Elem, nil, p, value, depth+1) })
}

func (w *wireNames) isFlat() bool { return w != nil && w.flat }
