package gateway

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"unyo/api/rt"
)

// checks is what must hold for the members of one struct type.
type checks struct {
	members []memberCheck
}

type memberCheck struct {
	index    int
	name     string // as AWS writes it in the message: first letter lowered
	required bool
	secret   bool
	shape    *shapeCheck
	plain    bool // a text or number behind a pointer, with nothing but bounds
}

// shapeCheck is a shape's constraints, compiled. A nil *shapeCheck holds always.
type shapeCheck struct {
	rt.Shape
	pattern *pattern
	item    *shapeCheck
	key     *shapeCheck
	inside  *checks // members of a structure
}

// compiled remembers checks by struct type, and patterns by text. Types are few and fixed.
var (
	compiledMu sync.RWMutex
	compiled   = map[reflect.Type]*checks{}
)

func checksOf(m *rt.Model, t reflect.Type) *checks {
	compiledMu.RLock()
	c, ok := compiled[t]
	compiledMu.RUnlock()
	if ok {
		return c
	}
	compiledMu.Lock()
	defer compiledMu.Unlock()
	return compileChecks(m, t)
}

// compileChecks is called with compiledMu held. A type under construction is found by those that contain it.
func compileChecks(m *rt.Model, t reflect.Type) *checks {
	if c, ok := compiled[t]; ok {
		return c
	}
	c := &checks{}
	compiled[t] = c
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("aws")
		if f.Name == "_" || tag == "" {
			continue
		}
		name, options, _ := strings.Cut(tag, ",")
		is := strings.Split(options, ",")
		k := memberCheck{index: i, name: lowerFirst(name), required: slices.Contains(is, "required"), secret: slices.Contains(is, "sensitive")}
		k.shape = compileShape(m, f.Tag.Get("is"), f.Type)
		if k.required || k.shape != nil {
			k.plain = (f.Type == reflect.TypeFor[*string]() || f.Type == reflect.TypeFor[*int64]()) && (k.shape == nil || k.shape.pattern == nil && k.shape.Enum == nil)
			c.members = append(c.members, k)
		}
	}
	return c
}

// compileShape joins the constraints named shape with those inside its Go type.
func compileShape(m *rt.Model, shape string, t reflect.Type) *shapeCheck {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	s := &shapeCheck{}
	if shape != "" {
		s.Shape = m.Shape(shape)
		s.pattern = compilePattern(s.Pattern)
	}
	switch t.Kind() {
	case reflect.Struct:
		if t != reflect.TypeFor[time.Time]() {
			s.inside = compileChecks(m, t)
		}
	case reflect.Slice:
		if t.Elem().Kind() != reflect.Uint8 {
			s.item = compileShape(m, s.Item, t.Elem())
		}
	case reflect.Map:
		s.item = compileShape(m, s.Item, t.Elem())
		s.key = compileShape(m, s.Key, t.Key())
	}
	if s.Min == nil && s.Max == nil && s.pattern == nil && s.Enum == nil && s.item == nil && s.key == nil && s.inside == nil {
		return nil
	}
	return s
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// surely reports whether the structure v is certainly as it must be. A batch has ten thousand of the same, and this says so of most for a part of what
// walking through them takes.
func (c *checks) surely(v reflect.Value) bool {
	for i := range c.members {
		k := &c.members[i]
		if !k.plain {
			return false
		}
		switch p := v.Field(k.index).Interface().(type) {
		case *string:
			if p == nil && k.required || p != nil && k.shape != nil && !k.shape.surely(len(*p)) {
				return false
			}
		case *int64:
			if p == nil && k.required || p != nil && k.shape != nil && !k.shape.within(float64(*p)) {
				return false
			}
		}
	}
	return true
}

func (s *shapeCheck) within(n float64) bool {
	return (s.Max == nil || n <= *s.Max) && (s.Min == nil || n >= *s.Min)
}

// scalar lists the constraints that v breaks.
func (s *shapeCheck) scalar(v reflect.Value) []string {
	switch v.Kind() {
	case reflect.String:
		text := v.String()
		var broken []string
		if !s.surely(len(text)) {
			broken = s.bounds(float64(utf8.RuneCountInString(text)), "length")
		}
		if s.pattern != nil && !s.pattern.match(text) {
			broken = append(broken, "Member must satisfy regular expression pattern: "+s.Pattern)
		}
		if s.Enum != nil && !slices.Contains(s.Enum, text) {
			broken = append(broken, "Member must satisfy enum value set: ["+strings.Join(s.Enum, ", ")+"]")
		}
		return broken
	case reflect.Slice:
		return s.bounds(float64(v.Len()), "length")
	case reflect.Int32, reflect.Int64:
		return s.bounds(float64(v.Int()), "value")
	case reflect.Float32, reflect.Float64:
		return s.bounds(v.Float(), "value")
	}
	return nil
}

// surely reports whether a text of so many bytes is within bounds whatever its characters are: each has 1 to 4.
func (s *shapeCheck) surely(bytes int) bool {
	n := float64(bytes)
	return (s.Max == nil || n <= *s.Max) && (s.Min == nil || *s.Min <= 1 && n >= *s.Min || n >= 4**s.Min)
}

func (s *shapeCheck) bounds(n float64, what string) []string {
	var broken []string
	if s.Max != nil && n > *s.Max {
		broken = append(broken, "Member must have "+what+" less than or equal to "+number(*s.Max))
	}
	if s.Min != nil && n < *s.Min {
		broken = append(broken, "Member must have "+what+" greater than or equal to "+number(*s.Min))
	}
	return broken
}

// all words every constraint of the shape.
func (s *shapeCheck) all() []string {
	var list []string
	if s.Max != nil {
		list = append(list, "Member must have length less than or equal to "+number(*s.Max))
	}
	if s.Min != nil {
		list = append(list, "Member must have length greater than or equal to "+number(*s.Min))
	}
	if s.pattern != nil {
		list = append(list, "Member must satisfy regular expression pattern: "+s.Pattern)
	}
	if s.Enum != nil {
		list = append(list, "Member must satisfy enum value set: ["+strings.Join(s.Enum, ", ")+"]")
	}
	return list
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
