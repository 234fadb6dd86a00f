package functions

import (
	"fmt"
	"strings"

	"unyo/engine/sql/types"
)

// pattern is a type in a signature: a type, a variable (T), or a type around patterns.
type pattern struct {
	name string // "T", "decimal" (any), "varchar", "array", "function", …
	args []pattern
}

// signature is a function's name, its arguments and its result.
type signature struct {
	name     string
	args     []pattern
	variadic bool // the last argument may stand any number of times
	result   pattern
}

// parseSignature reads "element_at(map(K,V), K) V".
func parseSignature(text string) signature {
	open := strings.IndexByte(text, '(')
	s := signature{name: text[:open]}
	rest := text[open+1:]
	for rest = strings.TrimLeft(rest, " "); rest[0] != ')'; rest = strings.TrimLeft(rest, ", ") {
		var p pattern
		p, rest = parsePattern(rest)
		s.args = append(s.args, p)
		if r, ok := strings.CutPrefix(rest, "..."); ok {
			s.variadic, rest = true, r
		}
	}
	s.result, _ = parsePattern(strings.TrimSpace(rest[1:]))
	return s
}

func parsePattern(text string) (pattern, string) {
	n := strings.IndexAny(text, "(),.")
	if n < 0 {
		return pattern{name: text}, ""
	}
	p, rest := pattern{name: text[:n]}, text[n:]
	if rest[0] == '(' {
		for rest = rest[1:]; rest[0] != ')'; rest = strings.TrimLeft(rest, ", ") {
			var a pattern
			a, rest = parsePattern(rest)
			p.args = append(p.args, a)
		}
		rest = rest[1:]
	}
	return p, rest
}

func (p pattern) variable() bool { return len(p.name) == 1 && p.name[0] >= 'A' && p.name[0] <= 'Z' }

// plain are the types that patterns name.
var plain = map[string]*types.Type{
	"boolean": types.Bool, "tinyint": types.Tiny, "smallint": types.Small, "integer": types.Int, "bigint": types.Big, "real": types.Real32,
	"double": types.Float, "varchar": types.Text, "varbinary": types.Binary, "json": types.Json, "date": types.Day, "time": types.Clock, "timetz": types.ClockZone,
	"timestamp": types.Stamp, "timestamptz": types.StampZone, "interval": types.Interval, "months": types.Months, "uuid": types.Uuid,
	"ipaddress": types.IP, "hyperloglog": types.Sketch, "tdigest": types.TDigests, "setdigest": types.SetDigests, "color": types.Colour, "geometry": types.Geometric, "sphericalgeography": types.Geographic, "bingtile": types.Tile, "unknown": types.Null,
}

// binding is what variables stand for.
type binding map[string]*types.Type

// unify matches an argument's type with a pattern, and tells how far it must be coerced; ok is false when it cannot.
func (p pattern) unify(t *types.Type, b binding) (cost int, ok bool) {
	if p.variable() {
		have := b[p.name]
		if have == nil {
			b[p.name] = t
			return 0, true
		}
		common := types.Common(have, t)
		if common == nil {
			return 0, false
		}
		b[p.name] = common
		return distance(t, common), true
	}
	switch p.name {
	case "decimal":
		return 0, t.Kind == types.Decimal
	case "char":
		return 0, t.Kind == types.Char
	case "row":
		if t.Kind != types.Row || len(p.args) > 0 && len(p.args) != len(t.Fields) {
			return 0, false
		}
		for i, a := range p.args {
			c, ok := a.unify(t.Fields[i].Type, b)
			if !ok {
				return 0, false
			}
			cost += c
		}
		return cost, true
	case "timestamp", "timestamptz", "time", "timetz":
		if t.Kind == plain[p.name].Kind {
			return 0, true
		}
	case "array", "map":
		if t.Kind == types.Unknown {
			return 1, true
		}
		if t.Kind.String() != p.name {
			return 0, false
		}
		for i, a := range p.args {
			c, ok := a.unify(t.Fields[i].Type, b)
			if !ok {
				return 0, false
			}
			cost += c
		}
		return cost, true
	case "qdigest":
		return 0, t.Kind == types.QDigest && t.Size == int(plain[p.args[0].name].Kind)
	case "function":
		return 0, t.Kind == types.Function
	}
	want := plain[p.name]
	if want == nil {
		panic("functions: no type " + p.name)
	}
	if !types.Coercible(t, want) {
		return 0, false
	}
	return distance(t, want), true
}

// distance is how far a coercion goes: to a type nearby rather than to one farther.
func distance(from, to *types.Type) int {
	switch {
	case from.Equal(to) || from.Kind == to.Kind:
		return 0
	case from.Kind == types.Unknown:
		return 1
	case from.Kind > to.Kind:
		return 20 + int(from.Kind-to.Kind)
	}
	return int(to.Kind - from.Kind)
}

// bound is the type that a pattern means under a binding, of an argument that has a type.
func (p pattern) bound(b binding, have *types.Type) (*types.Type, error) {
	if p.variable() {
		if t := b[p.name]; t != nil {
			return t, nil
		}
		return types.Null, nil
	}
	switch p.name {
	case "qdigest":
		return &types.Type{Kind: types.QDigest, Size: int(plain[p.args[0].name].Kind)}, nil
	case "array", "map":
		t := &types.Type{Kind: types.Array}
		if p.name == "map" {
			t.Kind = types.Map
		}
		for _, a := range p.args {
			e, err := a.bound(b, nil)
			if err != nil {
				return nil, err
			}
			t.Fields = append(t.Fields, types.Field{Type: e})
		}
		return t, nil
	case "decimal", "char", "row", "function":
		if p.name == "row" && len(p.args) > 0 {
			t := &types.Type{Kind: types.Row}
			for _, a := range p.args {
				e, err := a.bound(b, nil)
				if err != nil {
					return nil, err
				}
				t.Fields = append(t.Fields, types.Field{Type: e})
			}
			return t, nil
		}
		if have == nil {
			return nil, fmt.Errorf("%s says nothing here", p.name)
		}
		return have, nil
	case "timestamp", "timestamptz", "time", "timetz":
		if have != nil && have.Kind == plain[p.name].Kind {
			return have, nil
		}
		if have != nil && have.Kind == types.Timestamp && p.name == "timestamptz" {
			return &types.Type{Kind: types.TimestampZone, Size: have.Size}, nil
		}
		if have != nil && have.Kind == types.Time && p.name == "timetz" {
			return &types.Type{Kind: types.TimeZone, Size: have.Size}, nil
		}
	}
	return plain[p.name], nil
}
