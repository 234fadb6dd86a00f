package transform

import (
	"fmt"
	"strconv"
	"strings"
)

// ParseJSON puts what is in a JSON text under a destination, the root by default.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-Configurable.html#CloudWatch-Logs-Transformation-parseJSON
func ParseJSON(from, destination string) (Step, error) {
	at, to, err := ends(from, destination)
	return Step{name: "parseJSON", run: func(e *event) error {
		text, err := e.text(at)
		if err != nil {
			return err
		}
		v, err := readJSON(text)
		if err != nil {
			return err
		}
		o, ok := v.(*object)
		if !ok {
			return errJSON
		}
		if to == nil && len(e.root.keys) == 0 {
			e.root = o
			return nil
		}
		return e.merge(to, o, true)
	}}, err
}

// ends are the paths of a parser.
func ends(from, destination string) (at, to path, err error) {
	if at, err = source(from); err != nil {
		return nil, nil, err
	}
	if destination != "" {
		to, err = parsePath(destination)
	}
	return at, to, err
}

// merge puts all keys of o under a destination.
func (e *event) merge(to path, o *object, overwrite bool) error {
	under, err := e.place(to)
	if err != nil {
		return err
	}
	for i, key := range o.keys {
		under.add(key, o.vals[i], overwrite)
	}
	return nil
}

// CSV takes a line of separated values apart. Columns beyond those that are named are column_4, and so on.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-Configurable.html#CloudWatch-Logs-Transformation-csv
func CSV(from, destination, delimiter, quote string, columns []string) (Step, error) {
	at, to, err := ends(from, destination)
	if err != nil {
		return Step{}, err
	}
	switch delimiter {
	case "":
		delimiter = ","
	case `\t`:
		delimiter = "\t"
	case `\s`:
		delimiter = " "
	}
	if quote == "" {
		quote = `"`
	}
	if len(delimiter) != 1 || len(quote) != 1 || delimiter == quote {
		return Step{}, fmt.Errorf("delimiter and quoteCharacter must be one character each, not the same")
	}
	names := make([]path, len(columns))
	for i, c := range columns {
		if names[i], err = parsePath(c); err != nil {
			return Step{}, err
		}
	}
	return Step{name: "csv", run: func(e *event) error {
		text, err := e.text(at)
		if err != nil {
			return err
		}
		values, ok := separated(text, delimiter[0], quote[0])
		if !ok {
			return fmt.Errorf("a quote has no end")
		}
		under, err := e.place(to)
		if err != nil {
			return err
		}
		for i, v := range values {
			name := path{"column_" + strconv.Itoa(i+1)}
			if i < len(names) {
				name = names[i]
			}
			if err := under.put(name, v, true); err != nil {
				return err
			}
		}
		return nil
	}}, nil
}

// separated splits a line. A quote within a quoted value stands twice.
func separated(text string, delimiter, quote byte) (values []string, ok bool) {
	for {
		var value string
		if len(text) > 0 && text[0] == quote {
			var b strings.Builder
			i := 1
			for ; ; i++ {
				if i >= len(text) {
					return nil, false
				}
				if text[i] == quote {
					if i++; i >= len(text) || text[i] != quote {
						break
					}
				}
				b.WriteByte(text[i])
			}
			text = text[i:]
			end := strings.IndexByte(text, delimiter)
			if end < 0 {
				end = len(text)
			}
			b.WriteString(text[:end])
			value, text = b.String(), text[end:]
		} else {
			end := strings.IndexByte(text, delimiter)
			if end < 0 {
				end = len(text)
			}
			value, text = text[:end], text[end:]
		}
		if values = append(values, value); text == "" {
			return values, true
		}
		text = text[1:]
	}
}

// KeyValue are the options of ParseKeyValue.
type KeyValue struct {
	Source, Destination string
	Fields, Values      string  // delimiters; "" for & and =
	Otherwise           *string // what a key without a value has; nil: null
	Prefix              string
	Overwrite           bool
}

// ParseKeyValue takes pairs apart.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-Configurable.html#CloudWatch-Logs-Transformation-parseKeyValue
func ParseKeyValue(o KeyValue) (Step, error) {
	at, to, err := ends(o.Source, o.Destination)
	if o.Fields == "" {
		o.Fields = "&"
	}
	if o.Values == "" {
		o.Values = "="
	}
	return Step{name: "parseKeyValue", run: func(e *event) error {
		text, err := e.text(at)
		if err != nil {
			return err
		}
		pairs := &object{}
		for pair := range strings.SplitSeq(text, o.Fields) {
			key, value, ok := strings.Cut(pair, o.Values)
			if key == "" {
				continue
			}
			switch {
			case ok:
				pairs.set(o.Prefix+key, value)
			case o.Otherwise != nil:
				pairs.set(o.Prefix+key, *o.Otherwise)
			default:
				pairs.set(o.Prefix+key, nil)
			}
		}
		if to != nil {
			return e.root.put(to, pairs, o.Overwrite)
		}
		return e.merge(nil, pairs, o.Overwrite)
	}}, err
}
