package metricmath

import "cmp"

// grid visits the instants of the request.
func (in *Scope) grid(period int64, visit func(t int64)) {
	if period <= 0 {
		period = in.Period
	}
	if period <= 0 {
		return
	}
	for t := in.Start; t < in.End; t += period {
		visit(t)
	}
}

// spare finds out whether there is room for a point at every instant in each of the series.
func (in *Scope) spare(list ...Series) error {
	n := 0
	for _, s := range list {
		if p := s.Period; p > 0 || in.Period > 0 {
			n += int((in.End - in.Start) / cmp.Or(max(p, 0), in.Period))
		}
	}
	if n > in.Room {
		return in.take(n)
	}
	return nil
}

// timeSeries has the number at every instant.
func timeSeries(in *Scope, args []Value) (Value, error) {
	if args[0].Kind != Number {
		return Value{}, refuse("TIME_SERIES takes a number")
	}
	out := Series{Period: in.Period}
	if err := in.spare(out); err != nil {
		return Value{}, err
	}
	var points []Point
	in.grid(in.Period, func(t int64) { points = append(points, Point{t, args[0].Number}) })
	return one(out.with(points)), nil
}

// fill puts values where there are none: a number, those of another series, the one before (REPEAT), or on the line between both neighbours (LINEAR).
func fill(in *Scope, args []Value) (Value, error) {
	if err := series(args[0]); err != nil {
		return Value{}, err
	}
	with := args[1]
	if with.Kind == Many || with.Kind == text && with.text != "REPEAT" && with.text != "LINEAR" {
		return Value{}, refuse("FILL takes a number, a time series, REPEAT or LINEAR")
	}
	if err := in.spare(args[0].List...); err != nil {
		return Value{}, err
	}
	return args[0].mapped(func(s Series) Series {
		var points []Point
		next := 0 // first point not before t
		in.grid(s.Period, func(t int64) {
			for next < len(s.Points) && s.Points[next].At < t {
				next++
			}
			if x, ok := s.at(t); ok {
				points = append(points, Point{t, x})
			} else if x, ok := missing(s, next, t, with); ok {
				points = append(points, Point{t, x})
			}
		})
		return s.with(points)
	}), nil
}

// missing is the value at t, which lies before the point next.
func missing(s Series, next int, t int64, with Value) (float64, bool) {
	switch with.Kind {
	case Number:
		return with.Number, true
	case One:
		return with.List[0].at(t)
	}
	if next == 0 {
		return 0, false
	}
	before := s.Points[next-1]
	if with.text == "REPEAT" {
		return before.Value, true
	}
	if next == len(s.Points) {
		return 0, false
	}
	after := s.Points[next]
	return before.Value + (after.Value-before.Value)*float64(t-before.At)/float64(after.At-before.At), true
}
