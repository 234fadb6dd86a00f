package cloudwatch

import (
	"slices"
	"strconv"
	"strings"

	api "unyo/api/cloudwatch"
	"unyo/api/rt"
	"unyo/base/page"
	"unyo/engine/metricmath"
	"unyo/kernel/store"
)

// evaluation works out the queries of one request, each once, those first that others need.
type evaluation struct {
	s       *Service
	tx      *store.Tx
	queries []*query
	scope   metricmath.Scope
}

// answer is a result that is to be returned, with all its points, which ascend.
type answer struct {
	id, label string
	points    []metricmath.Point
}

// evaluate gives the results that are to be returned.
func (s *Service) evaluate(tx *store.Tx, in *api.GetMetricDataInput, list []*query) ([]answer, error) {
	e := &evaluation{s: s, tx: tx, queries: list}
	e.scope = metricmath.Scope{Room: maxWork, Lookup: e.lookup, Metrics: e.metrics}
	for _, q := range list {
		q.value, q.busy = nil, false
		if q.MetricStat != nil {
			e.scope.Period = max(e.scope.Period, q.span.period)
		} else {
			e.scope.Period = max(e.scope.Period, int64(rt.Val(q.Period)))
		}
	}
	if e.scope.Period == 0 {
		e.scope.Period = 300
	}
	at := s.aligned(in.StartTime.Unix(), ceil(*in.EndTime), e.scope.Period)
	e.scope.Start, e.scope.End = at.start, at.end
	if (at.end-at.start)/e.finest() > maxPoints {
		return nil, validation("You have requested more than 100,800 datapoints of a time series. Increase Period, or decrease the time range.")
	}
	var out []answer
	for _, q := range list {
		if q.ReturnData != nil && !*q.ReturnData {
			continue
		}
		v, err := e.value(q)
		if err != nil {
			return nil, err
		}
		if v.Kind == metricmath.Number {
			return nil, validation("Error in expression '%s': the final result must be a time series or an array of time series.", *q.Id)
		}
		for _, series := range v.List {
			out = append(out, answer{*q.Id, e.labelled(q, v.Kind, &series), series.Points})
		}
	}
	return out, nil
}

// finest is the shortest period in the request.
func (e *evaluation) finest() int64 {
	p := e.scope.Period
	for _, q := range e.queries {
		if q.MetricStat != nil {
			p = min(p, q.span.period)
		}
	}
	return p
}

func (e *evaluation) lookup(id string) (metricmath.Value, error) {
	i := slices.IndexFunc(e.queries, func(q *query) bool { return *q.Id == id })
	return e.value(e.queries[i]) // queries has seen that there is one
}

// metrics are those of the request, whose expressions do not count.
func (e *evaluation) metrics(part string) (list []metricmath.Series) {
	for _, q := range e.queries {
		if q.MetricStat != nil && strings.Contains(*q.Id, part) {
			v, _ := e.value(q) // reading a metric does not fail
			list = append(list, v.List...)
		}
	}
	return list
}

func (e *evaluation) value(q *query) (metricmath.Value, error) {
	switch {
	case q.value != nil:
		return *q.value, nil
	case q.busy:
		return metricmath.Value{}, validation("Error in expression '%s': it refers to itself.", *q.Id)
	case q.MetricStat != nil:
		q.value = new(metricmath.Of(e.read(q)))
		e.scope.Room -= len(q.value.List[0].Points)
		return *q.value, nil
	}
	q.busy = true
	v, err := q.expression.Eval(&e.scope)
	if err != nil {
		return v, mapMath(*q.Id, err)
	}
	q.value, q.busy = &v, false
	return v, nil
}

// read gives a metric's statistic.
func (e *evaluation) read(q *query) metricmath.Series {
	out := metricmath.Series{Period: q.span.period}
	for _, b := range e.s.buckets(e.tx, &q.metric, e.s.unitsOf(e.tx, &q.metric, q.MetricStat.Unit), q.span) {
		if v, ok := q.statistic.Of(&b.set); ok {
			out.Points = append(out.Points, metricmath.Point{At: b.at, Value: v})
		}
	}
	out.Label = e.called(q, out.Points)
	return out
}

// labelled is what a series of a query's value is called.
func (e *evaluation) labelled(q *query, kind metricmath.Kind, series *metricmath.Series) string {
	label := e.called(q, series.Points)
	if kind == metricmath.Many && series.Label != "" { // of an array each has its own behind the expression's
		label += " " + series.Label
	}
	return label
}

// part is the answer from its point from to before its point to, counted as scan has them.
func (a *answer) part(from, to int, scan string) api.MetricDataResult {
	points := a.points[from:to]
	if scan != api.ScanByTimestampAscending {
		points = slices.Clone(a.points[len(a.points)-to : len(a.points)-from])
		slices.Reverse(points)
	}
	r := api.MetricDataResult{Id: &a.id, Label: &a.label, StatusCode: new(api.StatusCodeComplete)}
	for _, p := range points {
		r.Timestamps, r.Values = append(r.Timestamps, utc(p.At)), append(r.Values, p.Value)
	}
	return r
}

// paged cuts the results into pages of at most MaxDatapoints. A token names the result and the point behind the last.
func paged(in *api.GetMetricDataInput, all []answer) (*api.GetMetricDataOutput, error) {
	shape := "metricdata" + in.StartTime.String() + in.EndTime.String() + rt.Val(in.ScanBy)
	for _, q := range in.MetricDataQueries {
		shape += "\x00" + *q.Id + "\x00" + rt.Val(q.Expression)
	}
	after, err := page.After(shape, rt.Val(in.NextToken))
	if err != nil {
		return nil, api.NewInvalidNextToken("The NextToken is invalid.")
	}
	result, point := 0, 0
	if a, b, ok := strings.Cut(after, "."); ok {
		result, _ = strconv.Atoi(a)
		point, _ = strconv.Atoi(b)
		if result < 0 || point < 0 {
			return nil, api.NewInvalidNextToken("The NextToken is invalid.")
		}
	}
	room := maxPoints
	if in.MaxDatapoints != nil {
		room = int(*in.MaxDatapoints)
	}
	out := &api.GetMetricDataOutput{MetricDataResults: []api.MetricDataResult{}, Messages: []api.MessageData{}}
	for ; result < len(all); result, point = result+1, 0 {
		n := len(all[result].points)
		from := min(point, n)
		to := min(n, from+room)
		if room == 0 && from < n {
			out.NextToken = new(page.Token(shape, strconv.Itoa(result)+"."+strconv.Itoa(from)))
			break
		}
		more := to < n
		r := all[result].part(from, to, rt.Val(in.ScanBy))
		room -= to - from
		if more {
			r.StatusCode = new(api.StatusCodePartialData)
			out.NextToken = new(page.Token(shape, strconv.Itoa(result)+"."+strconv.Itoa(to)))
		}
		out.MetricDataResults = append(out.MetricDataResults, r)
		if more {
			break
		}
	}
	return out, nil
}
