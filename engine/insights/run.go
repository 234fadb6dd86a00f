package insights

import (
	"context"
	"errors"
	"time"

	"unyo/engine/shaped"
)

// ErrMemory is a query that gathers too much: too many groups, or rows that are too long.
var ErrMemory = errors.New("the query needs more memory than one may have")

// maxMemory is how many bytes a query may gather, if its caller does not say.
const maxMemory = 256 << 20

// littleMemory is how many bytes each query may gather, whatever others do: Options.More.
const littleMemory = 8 << 20

// Events is where a plan's events come from. Sweep hands all wanted events of the groups to yield, from as many workers at once as
// it likes, each of which has a number below workers; group is the index of the event's group. An error of yield ends it.
type Events interface {
	Groups() []*Group
	Workers() int
	Sweep(ctx context.Context, w Wanted, yield Yield) (Swept, error)
}

// Wanted is what a plan asks for.
type Wanted struct {
	From, To int64    // ms, both included
	Contains []string // what is handed out must hold all of these, or may: the plan looks again
	Oldest   bool     // rather the oldest first than the newest
	// Skip, unless nil, tells whether some events, all of those between two times in a group that is asked, need not be handed out.
	Skip func(worker int, lo, hi int64, events int) bool
}

// Yield is given events of a group. With lines, they are those of the block, in its order, and need no Message.
type Yield func(worker, group int, events []Event, lines shaped.Block) error

// Swept is what lies between two times, wanted or not.
type Swept struct{ Events, Bytes int64 }

// Field is a cell of an answer.
type Field struct{ Name, Value string }

// Answer is what a query gives.
type Answer struct {
	Rows    [][]Field
	Matched int64 // events that passed the commands before the first that gathers
	Swept
}

// Run answers the plan over the events with from <= time <= to, ms.
func (p *Plan) Run(ctx context.Context, src Events, from, to int64) (*Answer, error) {
	a := &Answer{}
	list, err := p.sweep(ctx, src, from, to, a)
	if err != nil {
		return nil, err
	}
	for _, s := range p.segments[1:] {
		out, r := s.sink(), s.p.row()
		r.sink, r.look = out, p.look(ctx, out, 1)
		err := guarded(func() {
			for _, k := range list {
				r.load(k)
				r.step()
				s.run(r)
			}
		})
		if err == nil {
			err = r.look()
		}
		if err != nil {
			return nil, err
		}
		list = out.rows()
	}
	a.Rows, err = p.show(ctx, list)
	return a, err
}

// look tells whether the query may go on that gathers into one of so many sinks: nobody has ended it, and it does not hold more than it may. It returns when it is the
// query's turn.
func (p *Plan) look(ctx context.Context, into sink, sinks int) func() error {
	looks := 0
	return func() error {
		if err := p.room(ctx, into.size()*sinks); err != nil {
			return err
		}
		if looks++; looks%8 == 0 && p.turn != nil {
			return p.turn(ctx)
		}
		return ctx.Err()
	}
}

// room returns when the query may hold so many bytes.
func (p *Plan) room(ctx context.Context, bytes int) error {
	switch {
	case bytes > p.memory:
		return ErrMemory
	case bytes > littleMemory && p.more != nil:
		return p.more(ctx)
	}
	return nil
}

// worker is one of those that go through the events at once.
type worker struct {
	row     *row
	sink    sink
	apart   *apart
	matched int64
	bytes   int // of events since it last looked whether to go on
}

// lookBytes is after how many bytes of events a worker looks whether to go on.
const lookBytes = 1 << 20

// sweep has the first segment's commands done by workers, and brings together what they have gathered.
func (p *Plan) sweep(ctx context.Context, src Events, from, to int64, a *Answer) ([]*kept, error) {
	first, groups := p.segments[0], src.Groups()
	workers := make([]worker, src.Workers())
	for i := range workers {
		w := &workers[i]
		w.row, w.sink, w.apart = first.p.row(), first.sink(), newApart(first.p)
		w.row.sink, w.row.look = &counted{w.sink, &w.matched}, p.look(ctx, w.sink, len(workers))
	}
	yield := func(n, group int, events []Event, lines shaped.Block) error {
		w := &workers[n]
		return guarded(func() {
			if lines != nil {
				w.apart.begin(lines, groups[group])
			}
			from, to := 0, len(events)
			if p.first != nil && p.back == nil {
				from, to = p.first.part(events, w.sink.(*ranking).limit)
				w.matched += int64(len(events) - (to - from))
			}
			for i := range events[:to] {
				if i < from {
					if lines != nil {
						w.apart.step()
					}
					continue
				}
				w.row.reset(&events[i], groups[group], group)
				if lines != nil {
					w.apart.step()
					w.row.apart = w.apart
				}
				w.row.step()
				first.run(w.row)
				if w.bytes += len(events[i].Message); w.bytes > lookBytes {
					w.bytes, w.row.steps = 0, 255 // what a few long events do is much
				}
			}
		})
	}
	var err error
	want := Wanted{From: from, To: to, Contains: p.Pushed}
	if p.first != nil && p.back == nil {
		want.Oldest, want.Skip = p.first.oldest, p.first.skip(workers)
	}
	if a.Swept, err = src.Sweep(ctx, want, yield); err != nil {
		return nil, err
	}
	if p.back != nil {
		for i := range workers {
			workers[i].row.past = true
		}
		want.From, want.To = p.back.before(from, to)
		past, err := src.Sweep(ctx, want, yield)
		if err != nil {
			return nil, err
		}
		a.Events += past.Events
		a.Bytes += past.Bytes
	}
	all := workers[0].sink
	a.Matched = workers[0].matched
	for i := 1; i < len(workers); i++ {
		all.merge(workers[i].sink)
		a.Matched += workers[i].matched
	}
	if err := p.room(ctx, all.size()); err != nil {
		return nil, err
	}
	return all.rows(), nil
}

// counted counts what comes by.
type counted struct {
	sink
	n *int64
}

func (c *counted) add(r *row) {
	*c.n++
	r.step()
	c.sink.add(r)
}

// show is the rows as an answer has them: what is missing is left out, and an event's pointer is always there.
func (p *Plan) show(ctx context.Context, list []*kept) ([][]Field, error) {
	out, bytes := make([][]Field, 0, len(list)), 0
	r := p.segments[len(p.segments)-1].p.row()
	for _, k := range list {
		r.load(k)
		fields := make([]Field, 0, len(p.columns)+1)
		pointed := false
		for _, c := range p.columns {
			if v := c.get(r); v.Kind != Null {
				fields = append(fields, Field{c.name, v.String()})
				bytes += len(fields[len(fields)-1].Value)
				if err := p.room(ctx, bytes); err != nil {
					return nil, err
				}
				pointed = pointed || c.name == "@ptr"
			}
		}
		if k.ev != nil && !pointed {
			fields = append(fields, Field{"@ptr", k.group.Pointer(k.ev)})
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		out = append(out, fields)
	}
	return out, nil
}

// before is the period that diff compares one with.
func (d *Diff) before(from, to int64) (int64, int64) {
	day := int64(24 * time.Hour / time.Millisecond)
	switch d.Against {
	case "previousDay":
		return from - day, to - day
	case "previousWeek":
		return from - 7*day, to - 7*day
	case "previousMonth":
		month := func(ms int64) int64 { return time.UnixMilli(ms).UTC().AddDate(0, -1, 0).UnixMilli() }
		return month(from), month(to)
	}
	return from - (to - from + 1), from - 1
}
