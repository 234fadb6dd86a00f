// Package cron is AWS's cron expressions: cron(minutes hours day-of-month month day-of-week year), in some time zone.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
package cron

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Expression is a parsed expression.
type Expression struct {
	minutes, hours, months, years []bool // by number; years from firstYear
	days, weekdays                []rule // nil: ?
}

// Years that an expression can name.
const (
	firstYear = 1970
	lastYear  = 2199
)

// rule says whether a day, in a month of last days, is meant.
type rule func(t time.Time, last int) bool

var (
	monthNames = []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}
	dayNames   = []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}
)

// Parse reads cron(…).
func Parse(text string) (*Expression, error) {
	inner, ok := strings.CutPrefix(text, "cron(")
	inner, closed := strings.CutSuffix(inner, ")")
	fields := strings.Fields(inner)
	if !ok || !closed || len(fields) != 6 {
		return nil, fmt.Errorf("%q is not cron(minutes hours day-of-month month day-of-week year)", text)
	}
	if (fields[2] == "?") == (fields[4] == "?") {
		return nil, errors.New("exactly one of day-of-month and day-of-week must be ?")
	}
	e := &Expression{}
	var errs [6]error
	e.minutes, errs[0] = numbers(fields[0], 0, 59, nil)
	e.hours, errs[1] = numbers(fields[1], 0, 23, nil)
	e.days, errs[2] = daysOfMonth(fields[2])
	e.months, errs[3] = numbers(fields[3], 1, 12, monthNames)
	e.weekdays, errs[4] = daysOfWeek(fields[4])
	e.years, errs[5] = numbers(fields[5], firstYear, lastYear, nil)
	for i, err := range errs {
		if err != nil {
			return nil, fmt.Errorf("%q: %w", fields[i], err)
		}
	}
	return e, nil
}

// numbers reads * and lists of numbers, ranges and steps. Names begin with the least number.
func numbers(text string, least, most int, names []string) ([]bool, error) {
	set := make([]bool, most-least+1)
	for _, part := range strings.Split(text, ",") {
		span, step, stepped := strings.Cut(part, "/")
		every := 1
		if stepped {
			var err error
			if every, err = strconv.Atoi(step); err != nil || every < 1 {
				return nil, errors.New("a step must be a number above 0")
			}
			every = min(every, len(set)) // one beyond the end already steps out
		}
		from, to := least, most
		if span != "*" {
			low, high, ranged := strings.Cut(span, "-")
			var err error
			if from, err = one(low, least, most, names); err != nil {
				return nil, err
			}
			switch {
			case ranged:
				if to, err = one(high, least, most, names); err != nil {
					return nil, err
				}
			case !stepped:
				to = from
			}
		}
		if from > to { // around the end
			for ; from <= most; from += every {
				set[from-least] = true
			}
			from -= len(set)
		}
		for n := from; n <= to; n += every {
			set[n-least] = true
		}
	}
	return set, nil
}

func one(text string, least, most int, names []string) (int, error) {
	if i := slices.Index(names, strings.ToUpper(text)); i >= 0 {
		return least + i, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		return 0, fmt.Errorf("a number between %d and %d is wanted", least, most)
	}
	return n, nil
}

// daysOfMonth also knows L, the last day, and 15W, the weekday nearest to the 15th.
func daysOfMonth(text string) ([]rule, error) {
	if text == "?" {
		return nil, nil
	}
	if text == "L" {
		return []rule{func(t time.Time, last int) bool { return t.Day() == last }}, nil
	}
	if number, ok := strings.CutSuffix(text, "W"); ok {
		n, err := one(number, 1, 31, nil)
		if err != nil {
			return nil, err
		}
		return []rule{func(t time.Time, last int) bool { return t.Day() == nearest(t, n, last) }}, nil
	}
	set, err := numbers(text, 1, 31, nil)
	if err != nil {
		return nil, err
	}
	return []rule{func(t time.Time, _ int) bool { return set[t.Day()-1] }}, nil
}

// nearest is the weekday nearest to the n-th, within its month; 0 when the month has no such day.
func nearest(t time.Time, n, last int) int {
	if n > last {
		return 0
	}
	switch time.Date(t.Year(), t.Month(), n, 0, 0, 0, 0, time.UTC).Weekday() {
	case time.Saturday:
		if n == 1 {
			return 3
		}
		return n - 1
	case time.Sunday:
		if n == last {
			return n - 2
		}
		return n + 1
	}
	return n
}

// daysOfWeek also knows 6L, the last Friday, and 6#3, the third.
func daysOfWeek(text string) ([]rule, error) {
	if text == "?" {
		return nil, nil
	}
	if text == "L" {
		text = "7"
	}
	if day, ok := strings.CutSuffix(text, "L"); ok {
		n, err := one(day, 1, 7, dayNames)
		if err != nil {
			return nil, err
		}
		return []rule{func(t time.Time, last int) bool { return int(t.Weekday()) == n-1 && t.Day() > last-7 }}, nil
	}
	if day, which, ok := strings.Cut(text, "#"); ok {
		n, err := one(day, 1, 7, dayNames)
		if err != nil {
			return nil, err
		}
		k, err := one(which, 1, 5, nil)
		if err != nil {
			return nil, err
		}
		return []rule{func(t time.Time, _ int) bool { return int(t.Weekday()) == n-1 && (t.Day()-1)/7 == k-1 }}, nil
	}
	set, err := numbers(text, 1, 7, dayNames)
	if err != nil {
		return nil, err
	}
	return []rule{func(t time.Time, _ int) bool { return set[t.Weekday()] }}, nil
}

// Next is the first instant behind after that the expression means in loc; ok=false: there is none any more. An hour that a change of clocks
// leaves out is passed over.
func (e *Expression) Next(after time.Time, loc *time.Location) (next time.Time, ok bool) {
	local := after.In(loc)
	for day := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC); day.Year() <= lastYear; day = day.AddDate(0, 0, 1) {
		if day.Year() < firstYear || !e.years[day.Year()-firstYear] {
			day = time.Date(max(day.Year(), firstYear-1), 12, 31, 0, 0, 0, 0, time.UTC)
			continue
		}
		if !e.months[day.Month()-1] || !e.means(day) {
			continue
		}
		for h := range 24 {
			for m := range 60 {
				if !e.hours[h] || !e.minutes[m] {
					continue
				}
				t := time.Date(day.Year(), day.Month(), day.Day(), h, m, 0, 0, loc)
				if t.After(after) && t.Hour() == h && t.Minute() == m {
					return t.UTC(), true
				}
			}
		}
	}
	return time.Time{}, false
}

func (e *Expression) means(day time.Time) bool {
	last := time.Date(day.Year(), day.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
	for _, r := range append(slices.Clone(e.days), e.weekdays...) {
		if r(day, last) {
			return true
		}
	}
	return false
}
