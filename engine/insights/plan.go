package insights

import (
	"cmp"
	"context"
	"maps"
	"slices"
)

// segment is commands that look at one row each, and the one that gathers behind them.
type segment struct {
	p     *program
	steps []func(next step) step
	drops bool // a step may not hand a row on, or hand on several
	run   step
	sink  func() sink
}

// sink gathers rows. Each worker has its own; merged, they hold the same whoever got which row.
type sink interface {
	add(r *row)
	merge(o sink)
	rows() []*kept // in order
	size() int     // about how many bytes of memory it takes
}

// column is a field of the answer.
type column struct {
	name string
	get  eval
}

// Plan is a query made ready to run.
type Plan struct {
	Query    *Query
	segments []*segment
	columns  []column
	Pushed   []string // what every wanted message contains
	Unmasks  bool     // a field is wanted as it was sent: Event.Raw must be there, and logs:Unmask be allowed
	back     *Diff    // a period before is looked at as well
	first    *newest  // only some events at an end of the time are wanted; nil: not so
	memory   int
	turn     func(ctx context.Context) error
	more     func(ctx context.Context) error
	Records  bool // the answer's rows are events
}

// Options of a plan.
type Options struct {
	Started int64 // now, ms
	Limit   int   // of rows, where the query says nothing; 0: 10,000
	Memory  int   // bytes that it may gather; 0: 256 MiB
	// Turn, unless nil, is asked now and then, by all workers, and returns when the query may compute.
	Turn func(ctx context.Context) error
	// More, unless nil, is asked while the query gathers more than a little, time and again, by all workers, and returns when it may.
	More func(ctx context.Context) error
}

// planner goes through the commands.
type planner struct {
	*compiler
	plan  *Plan
	cur   *segment
	order []orderKey
	shown []column // of display; nil: those of fields
	cols  []column
	named bool // fields was there
	limit int
}

type orderKey struct {
	slot int
	desc bool
	time bool // it is the event's time
}

func newScope(p *program, events bool) *scope {
	return &scope{p: p, events: events, slots: map[string]int{}, found: map[string]int{}}
}

// Compile makes a query ready.
func Compile(q *Query, o Options) (*Plan, *Error) {
	p := &program{started: float64(o.Started / 1000)}
	x := &planner{compiler: &compiler{scope: newScope(p, true), text: q.Text}, plan: &Plan{Query: q, memory: cmp.Or(o.Memory, maxMemory), turn: o.Turn, more: o.More}, limit: cmp.Or(o.Limit, maxLimit)}
	x.cur = &segment{p: p}
	for _, cmd := range q.Commands {
		if err := x.command(cmd); err != nil {
			err.Span = Span{chars(q.Text, err.Start), chars(q.Text, err.End)}
			return nil, err
		}
	}
	x.gather(x.top(x.limit))
	plan := x.plan
	plan.columns, plan.Records = x.columns(), x.events
	plan.Unmasks = p.masked
	for _, s := range plan.segments {
		s.run = func(r *row) { r.sink.add(r) }
		for _, f := range slices.Backward(s.steps) {
			s.run = f(s.run)
		}
	}
	plan.Pushed = pushed(q)
	return plan, nil
}

// gather ends a segment; what follows goes on with its rows.
func (x *planner) gather(s func() sink) {
	x.cur.sink = s
	x.plan.segments = append(x.plan.segments, x.cur)
	x.cur = &segment{p: x.p}
	x.order = nil
}

func (x *planner) step(f func(next step) step) {
	x.cur.steps, x.cur.drops = append(x.cur.steps, f), true
}

// each adds a step that changes a row.
func (x *planner) each(f func(r *row)) {
	x.cur.steps = append(x.cur.steps, func(next step) step { return func(r *row) { f(r); next(r) } })
}

// top is a sink for the first n rows.
func (x *planner) top(n int) func() sink {
	keys := x.order
	if len(x.plan.segments) == 0 && !x.cur.drops && (len(keys) == 0 || keys[0].time) {
		x.plan.first = &newest{oldest: len(keys) > 0 && !keys[0].desc}
	}
	return func() sink { return &ranking{keys: keys, limit: n} }
}

func (x *planner) command(cmd Command) *Error {
	switch cmd := cmd.(type) {
	case *Fields:
		cols, err := x.itemColumns(cmd.Items)
		if err != nil {
			return err
		}
		x.named = true
		x.cols = join(x.cols, cols)
	case *Display:
		cols, err := x.itemColumns(cmd.Items)
		if err != nil {
			return err
		}
		x.shown = cols
	case *Filter:
		cond, err := x.expr(cmd.Cond)
		if err != nil {
			return err
		}
		x.step(func(next step) step {
			return func(r *row) {
				if v := cond(r); v.truth() {
					next(r)
				}
			}
		})
	case *Sort:
		return x.sort(cmd)
	case *Limit:
		x.gather(x.top(min(cmd.N, maxLimit)))
		x.limit = maxLimit
	case *Extract:
		return x.extract(cmd)
	case *Unnest:
		return x.unnest(cmd)
	case *Dedup:
		return x.dedup(cmd)
	case *Stats:
		return x.stats(cmd)
	case *Pattern:
		return x.pattern(cmd)
	case *Diff:
		return x.diff(cmd)
	}
	return nil
}

// itemColumns compiles a list of expressions into columns. What is more than a name is worked out at this place.
func (x *planner) itemColumns(items []Item) ([]column, *Error) {
	var cols []column
	for _, i := range items {
		f, err := x.expr(i.Expr)
		if err != nil {
			return nil, err
		}
		if n, ok := i.Expr.(*Name); !ok || i.As && n.Path != i.Name {
			f = x.assign(i.Name, f)
		}
		cols = join(cols, []column{{i.Name, f}})
	}
	return cols, nil
}

// assign has a step set a name to what f gives, and returns the name's use.
func (x *planner) assign(name string, f eval) eval {
	slot := x.make(name)
	x.each(func(r *row) { r.set(slot, f(r)) })
	return func(r *row) Value { return r.field(slot) }
}

// join appends columns; one of the same name takes the place of the one before.
func join(cols, more []column) []column {
	cols = slices.Clone(cols)
	for _, c := range more {
		if i := slices.IndexFunc(cols, func(o column) bool { return o.name == c.name }); i >= 0 {
			cols[i] = c
		} else {
			cols = append(cols, c)
		}
	}
	return cols
}

// columns are what the answer shows.
func (x *planner) columns() []column {
	switch {
	case x.shown != nil:
		return x.shown
	case x.events && !x.named:
		var cols []column
		for _, n := range []string{"@timestamp", "@message"} {
			cols = append(cols, column{n, x.name(&Name{Path: n, Parts: []string{n}})})
		}
		return join(cols, x.cols)
	}
	return x.cols
}

// sort has the keys worked out here; the rows are put in order where they are gathered.
func (x *planner) sort(cmd *Sort) *Error {
	x.order = nil
	for _, k := range cmd.Keys {
		f, err := x.expr(k.Expr)
		if err != nil {
			return err
		}
		slot := x.hidden()
		x.each(func(r *row) { r.set(slot, f(r)) })
		n, ok := k.Expr.(*Name)
		x.order = append(x.order, orderKey{slot, k.Desc, ok && n.Path == "@timestamp" && x.own("@timestamp")})
	}
	return nil
}

// renew begins a scope whose rows are not events: their columns are names.
func (x *planner) renew(names []string) {
	x.compiler = &compiler{scope: newScope(&program{started: x.p.started}, false), text: x.text}
	x.cur = &segment{p: x.p}
	x.cols, x.shown, x.named = nil, nil, true
	for _, n := range names {
		slot := x.make(n)
		x.cols = append(x.cols, column{n, func(r *row) Value { return r.field(slot) }})
	}
}

func keys[V any](m map[string]V) func(func(string) bool) { return maps.Keys(m) }
