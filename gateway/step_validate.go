package gateway

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"unyo/api/rt"
	"unyo/base/awserr"
)

// validate holds the input against the constraints of the facts and names every violation at once, in
// AWS's wording: «2 validation errors detected: Value null at 'roleArn' failed to satisfy constraint: Member must not be null; …».
// S3 checks its inputs itself: its errors are of its own making.
func (g *Gateway) validate(ctx context.Context, c *Exchange, next Next) error {
	if c.table.Model.Protocols[0] != rt.RestXML {
		if v := violations(c.table.Model, c.in); len(v) > 0 {
			return invalid(c, v)
		}
	}
	return next(ctx)
}

func invalid(c *Exchange, v []string) error {
	noun := " validation error detected: "
	if len(v) > 1 {
		noun = " validation errors detected: "
	}
	return awserr.New(http.StatusBadRequest, validationCode(c), "%s", strconv.Itoa(len(v))+noun+strings.Join(v, "; "))
}

// validationCode is the code under which the service reports a broken constraint.
func validationCode(c *Exchange) string {
	switch c.table.Model.Service {
	case "logs":
		return "InvalidParameterException"
	case "athena":
		return "InvalidRequestException"
	case "organizations", "glue":
		return "InvalidInputException"
	case "sns":
		return "InvalidParameter"
	case "ec2":
		return "InvalidParameterValue"
	}
	if c.protocol == rt.Query {
		return "ValidationError"
	}
	return "ValidationException"
}

// checks is what must hold for the members of one struct type.
type checks struct {
	members []memberCheck
}

type memberCheck struct {
	index    int
	name     string // as AWS writes it in the message: first letter lowered
	required bool
	shape    *shapeCheck
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
		k := memberCheck{index: i, name: lowerFirst(name), required: slices.Contains(strings.Split(options, ","), "required")}
		k.shape = compileShape(m, f.Tag.Get("is"), f.Type)
		if k.required || k.shape != nil {
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

// violations lists what is wrong with in, in the order of its members.
func violations(m *rt.Model, in any) []string {
	v := reflect.ValueOf(in).Elem()
	w := walker{}
	w.structure(checksOf(m, v.Type()), v, "")
	return w.found
}

// maxViolations bounds the answer to an input that is wrong ten thousand times.
const maxViolations = 10

type walker struct{ found []string }

func (w *walker) add(value, path, constraint string) {
	if len(w.found) < maxViolations {
		w.found = append(w.found, "Value "+value+" at '"+path+"' failed to satisfy constraint: "+constraint)
	}
}

func (w *walker) structure(c *checks, v reflect.Value, path string) {
	for i := range c.members {
		k := &c.members[i]
		f := v.Field(k.index)
		at := k.name
		if path != "" {
			at = path + "." + k.name
		}
		if isNil(f) {
			if k.required {
				w.add("null", at, "Member must not be null")
			}
			continue
		}
		if k.shape != nil {
			w.value(k.shape, f, at)
		}
	}
}

func isNil(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface, reflect.Func:
		return v.IsNil()
	}
	return false
}

func (w *walker) value(s *shapeCheck, v reflect.Value, path string) {
	if v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.IsNil() {
			return
		}
		v = v.Elem()
	}
	switch v.Kind() {
	case reflect.Struct:
		if s.inside != nil {
			w.structure(s.inside, v, path)
		}
		return
	case reflect.Slice:
		if v.Type().Elem().Kind() != reflect.Uint8 {
			w.list(s, v, path)
			return
		}
	case reflect.Map:
		w.dictionary(s, v, path)
		return
	}
	for _, broken := range s.scalar(v) {
		w.add("'"+show(v)+"'", path, broken)
	}
}

func (w *walker) list(s *shapeCheck, v reflect.Value, path string) {
	for _, broken := range s.bounds(float64(v.Len()), "length") {
		w.add("'"+show(v)+"'", path, broken)
	}
	if s.item == nil {
		return
	}
	if s.item.inside == nil && s.item.item == nil {
		w.items(s.item, v, path)
		return
	}
	for i := range v.Len() {
		w.value(s.item, v.Index(i), path+"."+strconv.Itoa(i+1)+".member")
	}
}

// items reports scalars in a list as AWS does: once for the list, with all that they must satisfy.
func (w *walker) items(s *shapeCheck, v reflect.Value, path string) {
	for i := range v.Len() {
		if e := v.Index(i); len(s.scalar(e)) > 0 {
			w.add("'"+show(v)+"'", path, "Member must satisfy constraint: ["+strings.Join(s.all(), ", ")+"]")
			return
		}
	}
}

func (w *walker) dictionary(s *shapeCheck, v reflect.Value, path string) {
	for _, broken := range s.bounds(float64(v.Len()), "length") {
		w.add("'"+show(v)+"'", path, broken)
	}
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	for _, k := range keys {
		if s.key != nil && len(s.key.scalar(k)) > 0 {
			w.add("'"+show(v)+"'", path, "Map keys must satisfy constraint: ["+strings.Join(s.key.all(), ", ")+"]")
		}
		if s.item == nil {
			continue
		}
		if e := v.MapIndex(k); s.item.inside == nil && s.item.item == nil {
			if len(s.item.scalar(e)) > 0 {
				w.add("'"+show(v)+"'", path, "Map value must satisfy constraint: ["+strings.Join(s.item.all(), ", ")+"]")
			}
		} else {
			w.value(s.item, e, path+"."+k.String()+".member")
		}
	}
}

// scalar lists the constraints that v breaks.
func (s *shapeCheck) scalar(v reflect.Value) []string {
	switch v.Kind() {
	case reflect.String:
		text := v.String()
		var broken []string
		if s.Min != nil || s.Max != nil {
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

// maxShown bounds how much of a wrong value is repeated to its sender.
const maxShown = 1024

func show(v reflect.Value) string {
	var s string
	switch {
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
		s = "java.nio.HeapByteBuffer[pos=0 lim=" + strconv.Itoa(v.Len()) + " cap=" + strconv.Itoa(v.Len()) + "]"
	case v.Kind() == reflect.Slice && v.Len() > 20:
		s = "[" + strconv.Itoa(v.Len()) + " members]"
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.String:
		parts := make([]string, v.Len())
		for i := range parts {
			parts[i] = v.Index(i).String()
		}
		s = "[" + strings.Join(parts, ", ") + "]"
	case v.Kind() == reflect.Slice, v.Kind() == reflect.Map:
		s = "[" + strconv.Itoa(v.Len()) + " members]"
	default:
		s = fmt.Sprint(v.Interface())
	}
	if len(s) > maxShown {
		s = strings.ToValidUTF8(s[:maxShown], "") + "…"
	}
	return s
}

// pattern is a model's expression. Go has no look-ahead; the one form that the models use, (?!A) at the
// beginning, is a second expression that must not match there.
type pattern struct {
	must *regexp.Regexp
	not  *regexp.Regexp // at the beginning; nil for none
}

// match reports whether the whole of s fits, as AWS asks.
func (p *pattern) match(s string) bool {
	return p.must.MatchString(s) && (p.not == nil || !p.not.MatchString(s))
}

var patterns sync.Map // model text → *pattern, nil where Go cannot express it

// compilePattern makes the model's pattern, written for Java, one for Go. What Go cannot express is left to
// the service; nil.
func compilePattern(text string) *pattern {
	if text == "" {
		return nil
	}
	if v, ok := patterns.Load(text); ok {
		return v.(*pattern)
	}
	p := splitPattern(strings.TrimPrefix(javaToGo(text), "^"))
	patterns.Store(text, p)
	return p
}

func splitPattern(text string) *pattern {
	p := &pattern{}
	var err error
	if rest, ok := strings.CutPrefix(text, "(?!"); ok {
		inside, after := closing(rest)
		if p.not, err = regexp.Compile(`^(?:` + inside + `)`); err != nil {
			return nil
		}
		text = after
	}
	if p.must, err = regexp.Compile(`^(?:` + text + `)$`); err != nil {
		return nil
	}
	return p
}

// closing cuts s at the parenthesis that closes a group begun before it.
func closing(s string) (inside, after string) {
	depth, class := 1, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\':
			i++
		case c == '[':
			class = true
		case c == ']':
			class = false
		case class:
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 {
				return s[:i], s[i+1:]
			}
		}
	}
	return s, ""
}

var unicodeEscape = regexp.MustCompile(`\\u([0-9A-Fa-f]{4})`)

// javaToGo rewrites what Java and Go spell differently: \uXXXX, and surrogate pairs for the higher planes.
func javaToGo(p string) string {
	p = strings.NewReplacer(`\uD800\uDC00-\uDBFF\uDFFF`, `\x{10000}-\x{10FFFF}`, `\ud800\udc00-\udbff\udfff`, `\x{10000}-\x{10FFFF}`,
		`\p{IsAlphabetic}`, `\p{L}`, `\p{ASCII}`, `\x00-\x7F`, `\p{Alnum}`, `[:alnum:]`, `\p{Alpha}`, `[:alpha:]`, `\p{Digit}`, `[:digit:]`,
		`\p{Graph}`, `[:graph:]`, `\p{Print}`, `[:print:]`, `\h`, `[ \t]`).Replace(p)
	return unicodeEscape.ReplaceAllString(p, `\x{$1}`)
}
