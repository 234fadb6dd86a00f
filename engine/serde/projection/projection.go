// Package projection computes the partitions of a table from its properties, instead of asking a catalogue for them.
//
// https://docs.aws.amazon.com/athena/latest/ug/partition-projection-supported-types.html
package projection

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"unyo/engine/columnar"
)

// ErrProperty is a property that is missing or means nothing.
var ErrProperty = errors.New("invalid partition projection")

// ErrUnbound is a query that names no values for a column whose values must come from it.
var ErrUnbound = errors.New("no values for an injected column")

// ErrTooMany is a table of more partitions than can be looked at.
var ErrTooMany = errors.New("too many partitions")

// MaxPartitions is how many partitions are looked at for one scan.
const MaxPartitions = 1_000_000

// Bounds of what a table's properties may make: a key in S3 has 1024 bytes at most.
const (
	mostLocation = 8 << 10
	mostBytes    = 256 << 20 // of all locations
)

// Table is the projection of a table.
type Table struct {
	columns  []column
	location string // with a slash at its end
	template string // "" for Hive's folders below location
}

// column is how the values of one partition key are found.
type column struct {
	name   string
	values func(w Want, now time.Time, at int) ([]string, error)
}

// Want is what a query wants of the partition keys, by their place.
type Want interface {
	// Has tells whether a value may be of use.
	Has(at int, value string) bool
	// Points are the only values that may be of use; false when they are not told one by one.
	Points(at int) ([]string, bool)
	// Bounds are the least and the greatest integer that may be of use.
	Bounds(at int) (low, high int64)
}

// Enabled tells whether a table's partitions are computed.
func Enabled(properties map[string]string) bool {
	return strings.EqualFold(strings.TrimSpace(properties["projection.enabled"]), "true")
}

// Parse reads a table's properties; keys are its partition keys, in order.
func Parse(properties map[string]string, keys []string, location string) (*Table, error) {
	t := &Table{location: strings.TrimSuffix(location, "/") + "/", template: properties["storage.location.template"]}
	for _, k := range keys {
		if t.template != "" && !strings.Contains(t.template, "${"+k+"}") {
			return nil, fmt.Errorf("%w: storage.location.template has no ${%s}", ErrProperty, k)
		}
		c, err := parseColumn(properties, k)
		if err != nil {
			return nil, err
		}
		t.columns = append(t.columns, c)
	}
	if t.template != "" && !strings.HasSuffix(t.template, "/") {
		t.template += "/"
	}
	return t, nil
}

func parseColumn(properties map[string]string, key string) (column, error) {
	get := func(name string) (string, bool) {
		v, ok := properties["projection."+key+"."+name]
		return v, ok
	}
	typ, ok := get("type")
	if !ok {
		return column{}, fmt.Errorf("%w: no projection type for the column %s", ErrProperty, key)
	}
	c, err := column{name: key}, error(nil)
	switch strings.ToLower(strings.TrimSpace(typ)) {
	case "enum":
		c.values, err = enum(get)
	case "integer":
		c.values, err = integer(get)
	case "date":
		c.values, err = date(get)
	case "injected":
		c.values = func(w Want, _ time.Time, at int) ([]string, error) {
			if points, ok := w.Points(at); ok {
				return points, nil
			}
			return nil, fmt.Errorf("%w: %s", ErrUnbound, key)
		}
	default:
		err = fmt.Errorf("unknown projection type %q", typ)
	}
	if err != nil {
		return c, fmt.Errorf("%w: column %s: %w", ErrProperty, key, err)
	}
	return c, nil
}

// Each visits the partitions that may be of use, in the order of their keys: their values and where they lie.
func (t *Table) Each(w Want, now time.Time, yield func(values []string, location string) error) error {
	lists := make([][]string, len(t.columns))
	product := 1
	for i, c := range t.columns {
		all, err := c.values(w, now, i)
		if err != nil {
			return err
		}
		for _, v := range all {
			if w.Has(i, v) {
				lists[i] = append(lists[i], v)
			}
		}
		if product *= max(len(lists[i]), 1); product > MaxPartitions {
			return ErrTooMany
		}
	}
	bytes := 0
	return t.product(lists, nil, func(values []string, location string) error {
		if bytes += len(location); bytes > mostBytes {
			return ErrTooMany
		}
		return yield(values, location)
	})
}

func (t *Table) product(lists [][]string, values []string, yield func(values []string, location string) error) error {
	if len(values) == len(lists) {
		where, err := t.place(values)
		if err != nil {
			return err
		}
		return yield(append([]string{}, values...), where)
	}
	for _, v := range lists[len(values)] {
		if err := t.product(lists, append(values, v), yield); err != nil {
			return err
		}
	}
	return nil
}

// place is where a partition lies.
func (t *Table) place(values []string) (string, error) {
	where := t.template
	if where == "" {
		where = t.location
		for i, c := range t.columns {
			where += c.name + "=" + values[i] + "/"
		}
		return where, nil
	}
	for i, c := range t.columns {
		name := "${" + c.name + "}"
		if len(where)+strings.Count(where, name)*len(values[i]) > mostLocation {
			return "", fmt.Errorf("%w: a location of more than %d bytes", ErrProperty, mostLocation)
		}
		where = strings.ReplaceAll(where, name, values[i])
	}
	return where, nil
}

type getter func(name string) (string, bool)

func enum(get getter) (func(Want, time.Time, int) ([]string, error), error) {
	list, ok := get("values")
	if !ok || list == "" {
		return nil, errors.New("no values")
	}
	values := strings.Split(list, ",")
	return func(Want, time.Time, int) ([]string, error) { return values, nil }, nil
}

// pair is the two ends of a range.
func pair(get getter) (low, high string, err error) {
	text, ok := get("range")
	low, high, two := strings.Cut(text, ",")
	if !ok || !two || strings.Contains(high, ",") {
		return "", "", errors.New("range is not two values with a comma between them")
	}
	return strings.TrimSpace(low), strings.TrimSpace(high), nil
}

// positive is a positive integer, or otherwise.
func positive(get getter, name string, otherwise int64) (int64, error) {
	text, ok := get(name)
	if !ok {
		return otherwise, nil
	}
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("%s is no positive integer", name)
	}
	return n, nil
}

func integer(get getter) (func(Want, time.Time, int) ([]string, error), error) {
	a, b, err := pair(get)
	if err != nil {
		return nil, err
	}
	from, err1 := strconv.ParseInt(a, 10, 64)
	to, err2 := strconv.ParseInt(b, 10, 64)
	if err1 != nil || err2 != nil || from > to {
		return nil, errors.New("range is not two ascending integers")
	}
	step, err := positive(get, "interval", 1)
	if err != nil {
		return nil, err
	}
	digits, err := positive(get, "digits", 0)
	if err != nil || digits > 20 {
		return nil, errors.New("digits is no positive integer of use")
	}
	return func(w Want, _ time.Time, at int) (values []string, err error) {
		low, high := w.Bounds(at)
		first := from
		if low > from { // the first of the row that is not below
			skip := (uint64(low) - uint64(from) + uint64(step) - 1) / uint64(step)
			if skip > (uint64(to)-uint64(from))/uint64(step) {
				return nil, nil
			}
			first = int64(uint64(from) + skip*uint64(step))
		}
		for n := first; n <= min(to, high); n += step {
			if len(values) == MaxPartitions {
				return nil, ErrTooMany
			}
			values = append(values, fmt.Sprintf("%0*d", digits, n))
			if n > math.MaxInt64-step {
				break
			}
		}
		return values, nil
	}, nil
}

func date(get getter) (func(Want, time.Time, int) ([]string, error), error) {
	pattern, ok := get("format")
	if !ok {
		return nil, errors.New("no format")
	}
	layout, err := columnar.ParseLayout(strings.TrimSpace(pattern))
	if err != nil {
		return nil, err
	}
	a, b, err := pair(get)
	if err != nil {
		return nil, err
	}
	from, err1 := parseEnd(a, layout)
	to, err2 := parseEnd(b, layout)
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	// "Optional when the provided dates are at single-day or single-month precision", and then one of them.
	unit, ok := get("interval.unit")
	_, counted := get("interval")
	if !ok {
		unit = map[byte]string{'d': "DAYS", 'M': "MONTHS"}[layout.Finest()]
	}
	add, known := units[strings.ToUpper(strings.TrimSpace(unit))]
	if !known || !ok && counted && unit == "" {
		return nil, errors.New("interval.unit is missing or unknown")
	}
	step, err := positive(get, "interval", 1)
	if err != nil || step > math.MaxInt32 {
		return nil, errors.New("interval is no positive integer of use")
	}
	return func(_ Want, now time.Time, _ int) (values []string, err error) {
		first, last := from(now), to(now)
		for n := 0; ; n++ {
			at := add(first, n*int(step))
			if at.After(last) {
				return values, nil
			}
			if n == MaxPartitions {
				return nil, ErrTooMany
			}
			values = append(values, layout.Format(at))
		}
	}, nil
}

// units add so many of them to an instant.
var units = map[string]func(at time.Time, n int) time.Time{
	"YEARS":   func(at time.Time, n int) time.Time { return months(at, 12*n) },
	"MONTHS":  months,
	"WEEKS":   func(at time.Time, n int) time.Time { return at.AddDate(0, 0, 7*n) },
	"DAYS":    func(at time.Time, n int) time.Time { return at.AddDate(0, 0, n) },
	"HOURS":   func(at time.Time, n int) time.Time { return at.Add(time.Duration(n) * time.Hour) },
	"MINUTES": func(at time.Time, n int) time.Time { return at.Add(time.Duration(n) * time.Minute) },
	"SECONDS": func(at time.Time, n int) time.Time { return at.Add(time.Duration(n) * time.Second) },
}

// months adds months and stays within the month that comes of it, as Java does: a month after January 31 is the last of February.
func months(at time.Time, n int) time.Time {
	to := time.Date(at.Year(), at.Month()+time.Month(n), 1, at.Hour(), at.Minute(), at.Second(), at.Nanosecond(), time.UTC)
	return to.AddDate(0, 0, min(at.Day(), to.AddDate(0, 1, -1).Day())-1)
}

// parseEnd reads an end of a range of dates: a date in the format, or NOW with what is added to it: NOW-3YEARS, NOW+1MONTH.
func parseEnd(text string, layout *columnar.Layout) (func(now time.Time) time.Time, error) {
	rest, relative := strings.CutPrefix(strings.ToUpper(text), "NOW")
	if !relative {
		at, ok := layout.Parse(text)
		if !ok {
			return nil, fmt.Errorf("%q is not in the format", text)
		}
		return func(time.Time) time.Time { return at }, nil
	}
	if rest = strings.TrimSpace(rest); rest == "" {
		return func(now time.Time) time.Time { return now.UTC() }, nil
	}
	sign, body := rest[0], strings.TrimSpace(rest[1:])
	digits := strings.TrimLeft(body, "0123456789")
	n, err := strconv.Atoi(body[:len(body)-len(digits)])
	word := strings.TrimSpace(digits)
	if !strings.HasSuffix(word, "S") {
		word += "S"
	}
	add, ok := units[word]
	if err != nil || !ok || sign != '+' && sign != '-' || n > 1_000_000 {
		return nil, fmt.Errorf("%q is no instant", text)
	}
	if sign == '-' {
		n = -n
	}
	return func(now time.Time) time.Time { return add(now.UTC(), n) }, nil
}
