package jq

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/itchyny/gojq"
)

// Bounds of one run.
const (
	MaxSteps = 50_000
	MaxSize  = 4 << 20 // of a value: bytes of its strings, and 16 for each value in it
	maxQuery = 16 << 10
)

var (
	// ErrRefused is a valid query that uses what is not available here.
	ErrRefused = errors.New("not available in this jq")
	// ErrInput is a record that is not one JSON value.
	ErrInput = errors.New("input is not one JSON value")
	// ErrSteps and ErrSize are a run that was cut off.
	ErrSteps = errors.New("query takes too many steps")
	ErrSize  = errors.New("query makes too large a value")
	// ErrNothing is a run that gave no value, ErrMany one that gave several.
	ErrNothing = errors.New("query gave no value")
	ErrMany    = errors.New("query gave more than one value")
)

// Program is a compiled query. Safe for concurrent use; runs take turns.
type Program struct {
	code *gojq.Code
	keys []string

	mu    sync.Mutex
	meter meter
}

// Compile compiles a query.
func Compile(query string) (*Program, error) {
	if len(query) > maxQuery {
		return nil, fmt.Errorf("%w: a query of %d bytes, at most %d", ErrRefused, len(query), maxQuery)
	}
	tree, err := gojq.Parse(query)
	if err != nil {
		return nil, err
	}
	p := &Program{keys: keysOf(tree)}
	if err := rewrite(tree); err != nil {
		return nil, err
	}
	if p.code, err = gojq.Compile(tree, p.meter.functions()...); err != nil {
		return nil, err
	}
	return p, nil
}

// Keys are the names that the query's object has, in its order; none when the query as a whole is not an object with plain names.
func (p *Program) Keys() []string { return p.keys }

func keysOf(q *gojq.Query) (keys []string) {
	if q.Term == nil || q.Term.Type != gojq.TermTypeObject || len(q.Term.SuffixList) > 0 {
		return nil
	}
	for _, kv := range q.Term.Object.KeyVals {
		switch {
		case kv.Key != "" && kv.Key[0] != '$':
			keys = append(keys, kv.Key)
		case kv.KeyString != nil && kv.KeyString.Queries == nil:
			keys = append(keys, kv.KeyString.Str)
		default:
			return nil
		}
	}
	return keys
}

// Run gives the one value that the query makes of a record: nil, bool, int, float64, *big.Int, string, []any or map[string]any.
func (p *Program) Run(record []byte) (any, error) {
	input, err := parse(record)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.meter.begin()
	results := p.code.RunWithContext(&p.meter, input)
	v, ok := results.Next()
	if !ok {
		return nil, ErrNothing
	}
	if err, failed := v.(error); failed {
		return nil, err
	}
	switch more, ok := results.Next(); err := more.(type) {
	case error:
		return nil, err
	default:
		if ok {
			return nil, ErrMany
		}
	}
	return v, nil
}

// meter is the context of a run: the interpreter asks Done before every step.
type meter struct {
	steps int
	over  error
}

var (
	opened = make(chan struct{})
	closed = func() chan struct{} { c := make(chan struct{}); close(c); return c }()
)

func (m *meter) begin() { m.steps, m.over = 0, nil }

// spend counts work that a step does beyond itself.
func (m *meter) spend(n int) {
	if m.steps += n; m.steps > MaxSteps && m.over == nil {
		m.over = ErrSteps
	}
}

func (m *meter) Done() <-chan struct{} {
	if m.spend(1); m.over != nil {
		return closed
	}
	return opened
}

func (m *meter) Err() error                  { return m.over }
func (m *meter) Deadline() (time.Time, bool) { return time.Time{}, false }
func (m *meter) Value(any) any               { return nil }

var _ context.Context = (*meter)(nil)

// Cache keeps compiled queries. The zero Cache is empty and ready.
type Cache struct {
	mu   sync.Mutex
	kept map[string]*Program
}

// maxKept is how many queries are kept; then it begins anew.
const maxKept = 256

// Compile is Compile, once for each query.
func (c *Cache) Compile(query string) (*Program, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if p := c.kept[query]; p != nil {
		return p, nil
	}
	p, err := Compile(query)
	if err != nil {
		return nil, err
	}
	if c.kept == nil || len(c.kept) >= maxKept {
		c.kept = map[string]*Program{}
	}
	c.kept[query] = p
	return p, nil
}
