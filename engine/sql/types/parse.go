package types

import (
	"fmt"
	"strconv"
	"strings"
)

// maxDepth bounds types within types.
const maxDepth = 64

// Named is the type of a name and what stands in its parentheses: sizes, or types.
func Named(name string, sizes []int, args []Field) (*Type, error) {
	name = strings.ToLower(name)
	size := func(i, otherwise int) int {
		if i < len(sizes) {
			return sizes[i]
		}
		return otherwise
	}
	switch name {
	case "int":
		name = "integer"
	case "string":
		name = "varchar"
	case "double precision":
		name = "double"
	}
	switch name {
	case "decimal", "numeric", "dec":
		p := size(0, 38)
		s := size(1, 0)
		if p < 1 || p > 38 || s < 0 || s > p {
			return nil, fmt.Errorf("Invalid parameter: decimal(%d,%d)", p, s)
		}
		return DecimalOf(p, s), nil
	case "varchar", "char":
		t := &Type{Kind: Varchar, Size: size(0, Unbounded)}
		if name == "char" {
			t = &Type{Kind: Char, Size: size(0, 1)}
		}
		if len(sizes) > 0 && (t.Size < 1 || t.Kind == Char && t.Size > 65536) {
			return nil, fmt.Errorf("Invalid %s length %d", name, t.Size)
		}
		return t, nil
	case "time", "time with time zone", "timestamp", "timestamp with time zone":
		p := size(0, 3)
		if p < 0 || p > 12 {
			return nil, fmt.Errorf("%s precision must be in range [0, 12]: %d", strings.ToUpper(name), p)
		}
		if p > 6 {
			return nil, fmt.Errorf("%s precision beyond microseconds is not supported: %d", strings.ToUpper(name), p)
		}
		for k, n := range kindNames {
			if n == name {
				return &Type{Kind: Kind(k), Size: p}, nil
			}
		}
	case "qdigest":
		if len(args) == 1 && (args[0].Type.Kind == Bigint || args[0].Type.Kind == Double || args[0].Type.Kind == Real) {
			return &Type{Kind: QDigest, Size: int(args[0].Type.Kind)}, nil
		}
	case "array", "map", "row":
		want := map[string]int{"array": 1, "map": 2}[name]
		if len(args) == 0 || want > 0 && len(args) != want {
			return nil, fmt.Errorf("Unknown type: %s", name)
		}
		return &Type{Kind: map[string]Kind{"array": Array, "map": Map, "row": Row}[name], Fields: args}, nil
	}
	for k, n := range kindNames {
		if strings.ToLower(n) == name && Kind(k) != Function && len(sizes) == 0 && len(args) == 0 {
			return &Type{Kind: Kind(k)}, nil
		}
	}
	return nil, fmt.Errorf("Unknown type: %s", name)
}

// OfHive is the type of a column that Hive or Glue declares: "array<struct<a:int,b:string>>".
func OfHive(text string) (*Type, error) {
	h := hive{rest: strings.ToLower(strings.TrimSpace(text))}
	t, err := h.parse(0)
	if err == nil && h.rest != "" {
		err = fmt.Errorf("'%s' is not expected at the end of type %s", h.rest, text)
	}
	return t, err
}

type hive struct{ rest string }

// word takes the letters, digits and whatever else a name has.
func (h *hive) word() string {
	n := strings.IndexAny(h.rest, "<>(),: ")
	if n < 0 {
		n = len(h.rest)
	}
	w := h.rest[:n]
	h.rest = strings.TrimLeft(h.rest[n:], " ")
	return w
}

func (h *hive) take(s string) bool {
	ok := strings.HasPrefix(h.rest, s)
	if ok {
		h.rest = strings.TrimLeft(h.rest[len(s):], " ")
	}
	return ok
}

func (h *hive) parse(depth int) (*Type, error) {
	if depth > maxDepth {
		return nil, fmt.Errorf("types are nested too deeply")
	}
	name := h.word()
	var sizes []int
	if h.take("(") {
		for {
			n, err := strconv.Atoi(h.word())
			if err != nil {
				return nil, fmt.Errorf("a number is expected in the parentheses of %s", name)
			}
			if sizes = append(sizes, n); !h.take(",") {
				break
			}
		}
		if !h.take(")") {
			return nil, fmt.Errorf("')' is expected after %s", name)
		}
	}
	var args []Field
	if h.take("<") {
		for {
			var f Field
			if name == "struct" {
				if f.Name = h.word(); !h.take(":") {
					return nil, fmt.Errorf("':' is expected after the name of a struct's field")
				}
			}
			t, err := h.parse(depth + 1)
			if err != nil {
				return nil, err
			}
			f.Type = t
			if args = append(args, f); !h.take(",") {
				break
			}
		}
		if !h.take(">") {
			return nil, fmt.Errorf("'>' is expected at the end of %s", name)
		}
	}
	switch name {
	case "struct":
		name = "row"
	case "binary":
		name = "varbinary"
	case "float":
		name = "real"
	case "decimal":
		if len(sizes) == 0 { // Hive's default
			sizes = []int{10, 0}
		}
	}
	return Named(name, sizes, args)
}
