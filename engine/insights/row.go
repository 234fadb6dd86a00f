package insights

import (
	"math"

	"unyo/base/regex"
)

// Event is one log event.
type Event struct {
	Timestamp, Ingestion int64 // ms
	Stream               uint64
	Seq                  uint64 // with Index, its place among its group's events of that time
	Index                uint32
	Message              []byte // as it may be shown; of an event in lines taken apart, nil until it is asked for
	Raw                  []byte // as it was sent, where that is not Message

	asked bool         // Group.Transform has been asked
	made  *Transformed // what it said
}

// Transformed is what a transformer has made of an event.
type Transformed struct {
	Fields []byte // the JSON object that the event's fields are found in; nil: it could not
	Raw    []byte // the same without a mask, where that is not Fields
	Fault  string // @transformationError: why it could not
}

// Group is a log group that is asked.
type Group struct {
	Name      string
	Label     string                                   // @log
	Streams   map[uint64]string                        // their names
	Pointer   func(e *Event) string                    // @ptr
	Entity    func(e *Event) map[string]string         // @entity.…, by what stands behind that; nil: nothing is known of any
	Transform func(e *Event, sent []byte) *Transformed // asked when a field is looked up, of an event as it was sent; it or its answer nil: nothing is transformed
	Lambda    bool                                     // it is a function's: fields come from the first JSON object in a line, wherever it begins
}

// row is one event on its way through the commands, or one row of what has been gathered.
type row struct {
	p     *program
	ev    *Event // nil: none of an event
	group *Group
	at    place   // in the order so far
	born  place   // in the order of time
	vals  []Value // by slot
	have  []bool  // which of them have been looked up or set
	found bool    // the JSON fields have been looked up
	past  bool    // it is of the period that diff compares with
	raw   bool    // what is looked up now is of Event.Raw
	apart *apart  // stands at the event's line, when its block is taken apart

	mem    []byte // texts made for this row
	a, b   []byte // to compare with
	groups []int  // of a match
	bins   []binned
	sink   sink
	steps  int
	look   func() error // whether the query may go on; nil: it may
}

// ended is what a row's commands panic with when the query may not go on.
type ended struct{ error }

// step is called for what one event may do any number of times: now and then it looks whether the query may go on.
func (r *row) step() {
	if r.steps++; r.steps%256 == 0 && r.look != nil {
		if err := r.look(); err != nil {
			panic(ended{err})
		}
	}
}

// matches tells whether a text matches, unless the query may not go on.
func (r *row) matches(re *regex.Regexp, text []byte) bool {
	is, err := re.Matches(text, r.look)
	if err != nil {
		panic(ended{err})
	}
	return is
}

// first is where the first match and its groups stand.
func (r *row) first(re *regex.Regexp, text []byte) []int {
	at, err := re.First(text, r.look)
	if err != nil {
		panic(ended{err})
	}
	return at
}

// guarded has f do a row's commands, and gives the error that ended them.
func guarded(f func()) (err error) {
	defer func() {
		if p := recover(); p != nil {
			e, ok := p.(ended)
			if !ok {
				panic(p)
			}
			err = e.error
		}
	}()
	f()
	return nil
}

// place is where a row stands when nothing says otherwise: the newest event first.
type place struct {
	ts    int64
	group int
	seq   uint64
	idx   uint32
	sub   int // of several rows made of one
}

// compare is negative when p comes first.
func (p *place) compare(o *place) int {
	switch {
	case p.ts != o.ts:
		return order(p.ts > o.ts)
	case p.group != o.group:
		return order(p.group < o.group)
	case p.seq != o.seq:
		return order(p.seq > o.seq)
	case p.idx != o.idx:
		return order(p.idx > o.idx)
	}
	return p.sub - o.sub
}

func order(first bool) int {
	if first {
		return -1
	}
	return 1
}

// nth is the place of the n-th row of a list.
func nth(n int) place { return place{seq: math.MaxUint64 - uint64(n)} }

func (p *program) row() *row {
	return &row{p: p, vals: make([]Value, p.width), have: make([]bool, p.width), bins: make([]binned, p.bins)}
}

// reset begins with an event.
func (r *row) reset(e *Event, g *Group, n int) {
	r.ev, r.group, r.found, r.apart = e, g, false, nil
	r.at = place{e.Timestamp, n, e.Seq, e.Index, 0}
	r.born = r.at
	r.mem = r.mem[:0]
	clear(r.have)
}

// keep makes b last as long as the row's event: room for a text that is made of others.
func (r *row) keep(b []byte) []byte {
	n := len(r.mem)
	r.mem = append(r.mem, b...)
	return r.mem[n:len(r.mem):len(r.mem)]
}

func (r *row) set(slot int, v Value) { r.vals[slot], r.have[slot] = v, true }

// kept is a row that outlives its event's memory.
type kept struct {
	at    place
	born  place
	ev    *Event
	group *Group
	vals  []Value // of the slots that were set; what is looked up in the event is looked up again
	set   []bool
}

// save copies r.
func (r *row) save() *kept {
	k := &kept{at: r.at, born: r.born, group: r.group, vals: make([]Value, len(r.p.made)), set: make([]bool, len(r.p.made))}
	if r.ev != nil {
		r.message()
		e := *r.ev
		e.Message = append([]byte(nil), e.Message...)
		if e.Raw != nil {
			e.Raw = append([]byte(nil), e.Raw...)
		}
		k.ev = &e
	}
	for i, slot := range r.p.made {
		if r.have[slot] {
			k.vals[i], k.set[i] = r.vals[slot].clone(), true
		}
	}
	return k
}

// size is about how many bytes of memory k takes.
func (k *kept) size() int {
	n := 160 + 41*len(k.vals)
	if k.ev != nil {
		n += 104 + len(k.ev.Message) + len(k.ev.Raw)
		if m := k.ev.made; m != nil {
			n += 64 + len(m.Fields) + len(m.Raw) + len(m.Fault)
		}
	}
	for i := range k.vals {
		n += len(k.vals[i].Text)
	}
	return n
}

// load makes r the row that was saved.
func (r *row) load(k *kept) {
	r.ev, r.group, r.at, r.born, r.found, r.apart = k.ev, k.group, k.at, k.born, false, nil
	r.mem = r.mem[:0]
	clear(r.have)
	for i, set := range k.set {
		if set {
			r.set(r.p.made[i], k.vals[i])
		}
	}
}
