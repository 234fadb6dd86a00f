package transform

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// The steps that change texts. What is no text they leave as it is.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-StringMutate.html

// LowerCaseString, UpperCaseString and TrimString change the texts at some keys.
func LowerCaseString(keys []string) (Step, error) {
	return texts("lowerCaseString", keys, strings.ToLower)
}
func UpperCaseString(keys []string) (Step, error) {
	return texts("upperCaseString", keys, strings.ToUpper)
}
func TrimString(keys []string) (Step, error) { return texts("trimString", keys, strings.TrimSpace) }

func texts(name string, keys []string, change func(string) string) (Step, error) {
	at, err := paths(keys)
	return Step{name: name, run: func(e *event) error {
		for _, p := range at {
			e.change(p, func(s string) any { return change(s) })
		}
		return nil
	}}, err
}

func paths(keys []string) ([]path, error) {
	return pathsOf(keys, func(key string) string { return key })
}

// pathsOf are the paths that entries name.
func pathsOf[T any](entries []T, named func(T) string) (list []path, err error) {
	for _, x := range entries {
		key := named(x)
		p, err := parsePath(key)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", key, err)
		}
		list = append(list, p)
	}
	return list, nil
}

// change replaces a text.
func (e *event) change(p path, to func(s string) any) {
	h, ok := e.root.holder(p)
	if !ok {
		return
	}
	v, _ := h.get(p[len(p)-1])
	if s, ok := v.(string); ok {
		h.set(p[len(p)-1], to(s))
	}
}

// Split is an entry of SplitString.
type Split struct{ Source, Delimiter string }

// SplitString makes lists of texts.
func SplitString(entries []Split) (Step, error) {
	at, err := pathsOf(entries, func(x Split) string { return x.Source })
	if err != nil {
		return Step{}, err
	}
	return Step{name: "splitString", run: func(e *event) error {
		for i, p := range at {
			e.change(p, func(s string) any {
				list := []any{}
				for part := range strings.SplitSeq(s, entries[i].Delimiter) {
					list = append(list, part)
				}
				return list
			})
		}
		return nil
	}}, nil
}

// Substitute is an entry of SubstituteString.
type Substitute struct{ Source, From, To string }

// SubstituteString replaces what matches expressions.
func SubstituteString(entries []Substitute) (Step, error) {
	at, from, to := make([]path, len(entries)), make([]*regexp.Regexp, len(entries)), make([][]piece, len(entries))
	for i, x := range entries {
		var err error
		if at[i], err = parsePath(x.Source); err != nil {
			return Step{}, fmt.Errorf("%q: %w", x.Source, err)
		}
		if from[i], err = regexp.Compile(x.From); err != nil {
			return Step{}, fmt.Errorf("the regular expression %q is not supported: %w", x.From, err)
		}
		if to[i], err = replacement(x.To, from[i]); err != nil {
			return Step{}, err
		}
	}
	return Step{name: "substituteString", run: func(e *event) error {
		for i, p := range at {
			e.change(p, func(s string) any { return replace(s, from[i], to[i]) })
		}
		return nil
	}}, nil
}

// piece of a replacement is a text, and the group behind it, or -1.
type piece struct {
	text  string
	group int
}

// Limits of backreferences.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-StringMutate.html#CloudWatch-Logs-Transformation-substituteString
const (
	maxReferences = 10
	maxDuplicates = 2
)

// replacement reads a text with $1 and ${name} in it, as Java does: a number has as many digits as there is a group for.
func replacement(text string, re *regexp.Regexp) (list []piece, err error) {
	var b strings.Builder
	used, total := map[int]int{}, 0
	for i := 0; i < len(text); {
		c := text[i]
		if i++; c == '\\' && i < len(text) {
			b.WriteByte(text[i])
			i++
			continue
		}
		if c != '$' {
			b.WriteByte(c)
			continue
		}
		group := -1
		if rest := text[i:]; strings.HasPrefix(rest, "{") {
			name, _, ok := strings.Cut(rest[1:], "}")
			if group = re.SubexpIndex(name); !ok || group < 0 {
				return nil, fmt.Errorf("there is no group %q", name)
			}
			i += len(name) + 2
		} else {
			for i < len(text) && '0' <= text[i] && text[i] <= '9' {
				n := max(group, 0)*10 + int(text[i]-'0')
				if n > re.NumSubexp() && group >= 0 {
					break
				}
				group = n
				i++
			}
			if group < 0 || group > re.NumSubexp() {
				return nil, errors.New("a $ must be followed by the number of a group, or by its name in {}")
			}
		}
		if used[group]++; used[group] > maxDuplicates {
			return nil, fmt.Errorf("the group %d is referred to more than %d times", group, maxDuplicates)
		}
		if total++; total > maxReferences {
			return nil, fmt.Errorf("there are more than %d backreferences", maxReferences)
		}
		list = append(list, piece{b.String(), group})
		b.Reset()
	}
	return append(list, piece{b.String(), -1}), nil
}

func replace(s string, re *regexp.Regexp, to []piece) string {
	var b strings.Builder
	from := 0
	for _, m := range re.FindAllStringSubmatchIndex(s, -1) {
		b.WriteString(s[from:m[0]])
		for _, p := range to {
			b.WriteString(p.text)
			if p.group >= 0 && m[2*p.group] >= 0 {
				b.WriteString(s[m[2*p.group]:m[2*p.group+1]])
			}
		}
		from = m[1]
	}
	b.WriteString(s[from:])
	return b.String()
}

// Type is an entry of TypeConverter.
type Type struct{ Key, Type string }

// TypeConverter changes the types of values.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-Datatype.html#CloudWatch-Logs-Transformation-typeConverter
func TypeConverter(entries []Type) (Step, error) {
	at, err := pathsOf(entries, func(x Type) string { return x.Key })
	if err != nil {
		return Step{}, err
	}
	return Step{name: "typeConverter", run: func(e *event) error {
		for i, p := range at {
			v, ok := e.root.at(p)
			if !ok || v == nil {
				continue
			}
			to, ok := convert(v, entries[i].Type)
			if !ok {
				return fmt.Errorf("%s is no %s", p, entries[i].Type)
			}
			if err := e.root.put(p, to, true); err != nil {
				return err
			}
		}
		return nil
	}}, nil
}

func convert(v any, kind string) (any, bool) {
	var text string
	switch v := v.(type) {
	case string:
		text = v
	case number:
		text = string(v)
	case bool:
		text = strconv.FormatBool(v)
	default:
		return nil, false
	}
	switch kind {
	case "string":
		return text, true
	case "boolean":
		b, err := strconv.ParseBool(strings.ToLower(text))
		return b, err == nil
	}
	if b, ok := v.(bool); ok {
		text = map[bool]string{true: "1", false: "0"}[b]
	}
	x, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || x != x || x > 1e308 || x < -1e308 {
		return nil, false
	}
	if kind == "integer" {
		if n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64); err == nil {
			return number(strconv.FormatInt(n, 10)), true
		}
		return number(strconv.FormatFloat(float64(int64(x)), 'f', -1, 64)), x >= -1<<63 && x < 1<<63
	}
	s := strconv.FormatFloat(x, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return number(s), true
}
