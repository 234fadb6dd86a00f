// Package plain answers queries of Logs Insights slowly, in the most obvious way: every event is decoded whole, every row is a map, every sum a fraction.
// Tests hold the engine against it.
package plain

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"time"

	"unyo/engine/insights"
)

// Event is a line, when it happened, and in which order.
type Event struct {
	Ms      int64
	Message string
}

// instant is a time in milliseconds.
type instant float64

// row is what names mean: nil is missing, other values are string, float64, instant, or a decoded document.
type row struct {
	vals  map[string]any
	event bool
	n     int // place: less comes first
}

// Run answers a query over events that lie in the order of their times. Every row is a line of its columns.
func Run(q *insights.Query, events []Event, limit int) []string {
	var rows []*row
	for i, e := range events {
		r := &row{vals: map[string]any{}, event: true, n: -i}
		flatten(r.vals, "", e.Message)
		r.vals["@message"], r.vals["@timestamp"] = e.Message, instant(e.Ms)
		rows = append(rows, r)
	}
	slices.Reverse(rows) // the newest first
	var cols, shown []string
	named, derived := false, false
	for _, c := range q.Commands {
		switch c := c.(type) {
		case *insights.Fields:
			cols, named = add(cols, items(rows, c.Items)), true
		case *insights.Display:
			shown = items(rows, c.Items)
		case *insights.Filter:
			rows = slices.DeleteFunc(rows, func(r *row) bool { return !truth(r.eval(c.Cond)) })
		case *insights.Extract:
			for _, r := range rows {
				r.extract(c)
			}
			cols = add(cols, c.Names)
		case *insights.Sort:
			order(rows, c.Keys)
		case *insights.Limit:
			rows = rows[:min(len(rows), c.N)]
		case *insights.Dedup:
			rows = dedup(rows, c.Keys)
		case *insights.Stats:
			rows, cols = stats(rows, c)
			shown, named, derived = nil, true, true
		}
	}
	switch {
	case shown != nil:
		cols = shown
	case !named && !derived:
		cols = add([]string{"@timestamp", "@message"}, cols)
	}
	var out []string
	for _, r := range rows[:min(len(rows), limit)] {
		var cells []string
		for _, c := range cols {
			if v := r.vals[c]; v != nil {
				cells = append(cells, c+"="+text(v))
			}
		}
		out = append(out, strings.Join(cells, " "))
	}
	return out
}

func add(cols, more []string) []string {
	cols = slices.Clone(cols)
	for _, c := range more {
		if !slices.Contains(cols, c) {
			cols = append(cols, c)
		}
	}
	return cols
}

// items works out expressions under their names.
func items(rows []*row, list []insights.Item) (names []string) {
	for _, i := range list {
		if n, ok := i.Expr.(*insights.Name); !ok || n.Path != i.Name {
			for _, r := range rows {
				r.vals[i.Name] = r.eval(i.Expr)
			}
		}
		names = add(names, []string{i.Name})
	}
	return names
}

// flatten enters the values of a JSON object under their names.
func flatten(into map[string]any, prefix, message string) {
	var doc map[string]any
	d := json.NewDecoder(strings.NewReader(message))
	d.UseNumber()
	if d.Decode(&doc) == nil {
		spread(into, prefix, doc)
	}
}

func spread(into map[string]any, name string, v any) {
	below := func(key string) string { return strings.TrimPrefix(name+"."+key, ".") }
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			spread(into, below(k), x)
		}
	case []any:
		for i, x := range v {
			spread(into, below(strconv.Itoa(i)), x)
		}
	case json.Number:
		into[name] = string(v)
	case bool:
		into[name] = map[bool]float64{true: 1, false: 0}[v]
	case string:
		into[name] = v
	}
}

func order(rows []*row, keys []insights.SortKey) {
	for _, r := range rows {
		for i, k := range keys {
			r.vals[fmt.Sprint("sort key ", i)] = r.eval(k.Expr)
		}
	}
	sort.SliceStable(rows, func(i, j int) bool {
		for n, k := range keys {
			key := fmt.Sprint("sort key ", n)
			if c := rank(rows[i].vals[key], rows[j].vals[key]); c != 0 {
				return (c < 0) != k.Desc
			}
		}
		return rows[i].n < rows[j].n
	})
	for _, r := range rows {
		for n := range keys {
			delete(r.vals, fmt.Sprint("sort key ", n))
		}
	}
}

func dedup(rows []*row, keys []insights.Item) (out []*row) {
	seen := map[string]bool{}
	for _, r := range rows {
		key, whole := "", true
		for _, k := range keys {
			v := r.eval(k.Expr)
			whole = whole && v != nil
			key += fmt.Sprintf("%q", identity(v))
		}
		if whole && seen[key] {
			continue
		}
		seen[key] = whole
		out = append(out, r)
	}
	return out
}

// identity is what makes two values the same.
func identity(v any) string {
	switch v := v.(type) {
	case nil:
		return "missing"
	case instant:
		return fmt.Sprint("time ", float64(v))
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1e15 {
			return "text " + strconv.FormatInt(int64(v), 10)
		}
		return "text " + strconv.FormatFloat(v, 'g', -1, 64)
	}
	return "text " + text(v)
}

func (r *row) extract(c *insights.Extract) {
	v := r.eval(c.From)
	for _, n := range c.Names {
		r.vals[n] = nil
	}
	if v == nil {
		return
	}
	re := (*regexp.Regexp)(nil)
	if c.Regex != nil {
		re = c.Regex.Regexp
	}
	if re == nil {
		pattern := ""
		for i, g := range c.Glob {
			if i > 0 {
				pattern += map[bool]string{true: "((?s:.*))", false: "((?s:.*?))"}[i == len(c.Glob)-1 && g == ""]
			}
			pattern += regexp.QuoteMeta(g)
		}
		re = regexp.MustCompile(pattern)
	}
	m := re.FindStringSubmatchIndex(text(v))
	n := 0
	for i, name := range re.SubexpNames() {
		if i == 0 || c.Regex != nil && name == "" {
			continue
		}
		if m != nil && m[2*i] >= 0 {
			r.vals[c.Names[n]] = text(v)[m[2*i]:m[2*i+1]]
		}
		n++
	}
}

// stats groups rows by what by gives.
func stats(rows []*row, c *insights.Stats) ([]*row, []string) {
	groups := map[string][]*row{}
	var keys []string
	var cols []string
	heads := map[string]*row{}
	for _, r := range rows {
		key, head := "", &row{vals: map[string]any{}}
		for _, b := range c.By {
			v := r.eval(b.Expr)
			head.vals[b.Name] = v
			key += fmt.Sprintf("%q", identity(v))
		}
		if heads[key] == nil {
			heads[key] = head
			keys = append(keys, key)
		}
		for name, v := range head.vals { // a number that is the same as a text is shown as it
			if _, ok := v.(string); ok {
				heads[key].vals[name] = v
			}
		}
		groups[key] = append(groups[key], r)
	}
	if len(c.By) == 0 && len(keys) == 0 {
		keys, heads[""] = []string{""}, &row{vals: map[string]any{}}
	}
	for _, b := range c.By {
		cols = add(cols, []string{b.Name})
	}
	var out []*row
	for _, k := range keys {
		r := heads[k]
		for _, i := range c.Items {
			r.vals[i.Name] = r.within(groups[k]).eval(i.Expr)
			cols = add(cols, []string{i.Name})
		}
		delete(r.vals, "group")
		out = append(out, r)
	}
	sort.SliceStable(out, func(i, j int) bool {
		for _, b := range c.By {
			if c := rank(out[i].vals[b.Name], out[j].vals[b.Name]); c != 0 {
				return c < 0
			}
		}
		return false
	})
	for i, r := range out {
		r.n = i
	}
	return out, cols
}

func (r *row) within(group []*row) *row {
	r.vals["group"] = group
	return r
}

// aggregate works out a function over a group.
func aggregate(e *insights.Call, group []*row) any {
	var vals []any
	for _, r := range group {
		if len(e.Args) == 0 {
			vals = append(vals, 1.0)
		} else if _, star := e.Args[0].(*insights.Star); star {
			vals = append(vals, 1.0)
		} else if v := r.eval(e.Args[0]); v != nil {
			vals = append(vals, v)
		}
	}
	var nums []float64
	sum, squares := new(big.Rat), new(big.Rat)
	different := map[string]bool{}
	for _, v := range vals {
		different[identity(v)] = true
		if n, ok := num(v); ok {
			nums = append(nums, n)
			x := new(big.Rat).SetFloat64(n)
			sum.Add(sum, x)
			squares.Add(squares, new(big.Rat).Mul(x, x))
		}
	}
	count := new(big.Rat).SetInt64(int64(len(nums)))
	switch e.Func {
	case "count":
		return float64(len(vals))
	case "count_distinct":
		return float64(len(different))
	case "min", "sortsfirst", "max", "sortslast":
		if len(vals) == 0 {
			return nil
		}
		f := slices.MinFunc[[]any, any]
		if e.Func == "max" || e.Func == "sortslast" {
			f = slices.MaxFunc[[]any, any]
		}
		return f(vals, rank)
	case "latest", "earliest": // the newest is first
		if len(vals) == 0 {
			return nil
		}
		byPlace := slices.Clone(group)
		slices.SortStableFunc(byPlace, func(a, b *row) int { return cmp.Compare(a.n, b.n) })
		if e.Func == "earliest" {
			slices.Reverse(byPlace)
		}
		for _, r := range byPlace {
			if v := r.eval(e.Args[0]); v != nil {
				return v
			}
		}
	}
	if len(nums) == 0 {
		return nil
	}
	switch e.Func {
	case "sum":
		f, _ := sum.Float64()
		return f
	case "avg":
		f, _ := sum.Quo(sum, count).Float64()
		return f
	case "stddev":
		mean := new(big.Rat).Quo(sum, count)
		variance := new(big.Rat).Quo(squares, count)
		variance.Sub(variance, mean.Mul(mean, mean))
		f, _ := new(big.Float).Sqrt(new(big.Float).SetPrec(200).SetRat(variance)).Float64()
		return f
	case "pct":
		slices.Sort(nums)
		p, _ := num(group[0].eval(e.Args[1]))
		at := int(math.Ceil(p/100*float64(len(nums))-1e-9)) - 1
		return nums[max(0, at)]
	}
	panic("no function " + e.Func)
}

// text is a value as an answer shows it.
func text(v any) string {
	switch v := v.(type) {
	case instant:
		return time.UnixMilli(int64(v)).UTC().Format("2006-01-02 15:04:05.000")
	case float64:
		if v == math.Trunc(v) && math.Abs(v) < 1e15 {
			return strconv.FormatInt(int64(v), 10)
		}
		if math.Abs(v) >= 1e15 || math.Abs(v) < 1e-4 {
			return strconv.FormatFloat(v, 'E', -1, 64)
		}
		return strings.TrimRight(strings.TrimRight(fmt.Sprintf("%.4f", v), "0"), ".")
	case string:
		return v
	case nil:
		return ""
	}
	panic(fmt.Sprintf("no text of %T", v))
}
