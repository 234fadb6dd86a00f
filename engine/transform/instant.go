package transform

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// DateTime are the options of DateTimeConverter.
type DateTime struct {
	Source, Target string
	Patterns       []string // the first that matches
	Format         string
	From, To       string // time zones
	Locale         string
}

// defaultFormat is what AWS writes, but for a quote too many.
const defaultFormat = "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'"

// DateTimeConverter writes a time in another form.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-Datatype.html#CloudWatch-Logs-Transformation-datetimeConverter
func DateTimeConverter(o DateTime) (Step, error) {
	at, err := parsePath(o.Source)
	if err != nil {
		return Step{}, err
	}
	to, err := parsePath(o.Target)
	if err != nil {
		return Step{}, err
	}
	from, err := zone(o.From)
	if err != nil {
		return Step{}, err
	}
	target, err := zone(o.To)
	if err != nil {
		return Step{}, err
	}
	if o.Format == "" {
		o.Format = defaultFormat
	}
	layouts := make([]*layout, len(o.Patterns))
	for i, text := range o.Patterns {
		if layouts[i], err = parseLayout(text, o.Locale); err != nil {
			return Step{}, err
		}
	}
	out, err := parseLayout(o.Format, o.Locale)
	if err != nil {
		return Step{}, err
	}
	return Step{name: "dateTimeConverter", run: func(e *event) error {
		v, ok := e.root.at(at)
		if !ok {
			return fmt.Errorf("there is no %s", at)
		}
		text, ok := convert(v, "string")
		if !ok {
			return fmt.Errorf("%s is no text", at)
		}
		for _, l := range layouts {
			if x, ok := l.parse(text.(string), from); ok {
				return e.root.put(to, out.format(x.In(target)), true)
			}
		}
		return fmt.Errorf("%s is of none of the patterns", at)
	}}, nil
}

// zone finds one of Java's zone ids: a region, UTC+01:00, +0100, and the like.
func zone(id string) (*time.Location, error) {
	switch id {
	case "", "UTC", "Z", "GMT", "UT":
		return time.UTC, nil
	}
	rest := id
	for _, prefix := range []string{"UTC", "GMT", "UT"} {
		if after, ok := strings.CutPrefix(id, prefix); ok && after != "" && (after[0] == '+' || after[0] == '-') {
			rest = after
			break
		}
	}
	if rest[0] == '+' || rest[0] == '-' {
		if seconds, n, ok := offset(rest); ok && n == len(rest) {
			return time.FixedZone(id, seconds), nil
		}
		return nil, fmt.Errorf("%q is no time zone", id)
	}
	l, err := time.LoadLocation(id)
	if err != nil || id == "Local" {
		return nil, fmt.Errorf("%q is no time zone", id)
	}
	return l, nil
}

// offset reads +h, +hh, +hh:mm, +hhmm and the same with seconds, as far as it goes.
func offset(text string) (seconds, n int, ok bool) {
	if len(text) < 2 || text[0] != '+' && text[0] != '-' {
		return 0, 0, false
	}
	n = 1
	two := func() (int, bool) {
		if n+2 > len(text) {
			return 0, false
		}
		v, err := strconv.Atoi(text[n : n+2])
		return v, err == nil && text[n] != '+' && text[n] != '-'
	}
	hours, ok := two()
	if ok {
		n += 2
	} else if hours = int(text[1] - '0'); hours < 0 || hours > 9 {
		return 0, 0, false
	} else {
		n = 2
	}
	seconds = hours * 3600
	for _, unit := range []int{60, 1} {
		back := n
		if n < len(text) && text[n] == ':' {
			n++
		}
		v, ok := two()
		if !ok || v > 59 {
			n = back
			break
		}
		seconds += v * unit
		n += 2
	}
	if hours > 18 {
		return 0, 0, false
	}
	if text[0] == '-' {
		seconds = -seconds
	}
	return seconds, n, true
}
