// Package memory is the store engine of tests and throw-away estates: rows in a tree that copies the path it
// changes, so that a snapshot is one pointer.
package memory

import (
	"sync/atomic"

	"unyo/kernel/store"
)

// Engine keeps rows in memory. They are gone when the process is.
type Engine struct{ root atomic.Pointer[node] }

// New returns an empty engine.
func New() *Engine { return &Engine{} }

// Snapshot implements store.Engine.
func (e *Engine) Snapshot() store.Snapshot { return snapshot{e.root.Load()} }

// Commit implements store.Engine. There is nothing to wait for.
func (e *Engine) Commit(writes []store.Write, until store.Until) (func() error, error) {
	root := e.root.Load()
	for _, w := range writes {
		switch {
		case w.End != "":
			low, rest := split(root, w.Key)
			_, high := split(rest, w.End)
			root = join(low, high)
		case w.Value == nil:
			root = remove(root, w.Key)
		default:
			root = put(root, &node{key: w.Key, value: w.Value, rank: rank(w.Key)})
		}
	}
	e.root.Store(root)
	if until == store.Synced {
		return func() error { return nil }, nil
	}
	return nil, nil
}

// Sync implements store.Engine.
func (e *Engine) Sync() error { return nil }

// Close implements store.Engine.
func (e *Engine) Close() error { return nil }

type snapshot struct{ root *node }

func (s snapshot) Get(key string) ([]byte, bool, error) {
	n := s.root
	for n != nil && n.key != key {
		if key < n.key {
			n = n.left
		} else {
			n = n.right
		}
	}
	if n == nil {
		return nil, false, nil
	}
	return n.value, true, nil
}

func (s snapshot) Close() {}

func (s snapshot) Scan(lo, hi string, backwards bool) store.Cursor {
	c := &cursor{lo: lo, hi: hi, backwards: backwards}
	c.descend(s.root)
	return c
}

// cursor keeps the nodes still to be visited, the nearest on top.
type cursor struct {
	lo, hi    string
	backwards bool
	stack     []*node
	at        *node
}

// descend stacks n and what comes before it in the order of the walk, leaving out what the bounds exclude.
func (c *cursor) descend(n *node) {
	for n != nil {
		early, late := n.left, n.right
		out := n.key < c.lo
		if c.backwards {
			early, late = n.right, n.left
			out = c.hi != "" && n.key >= c.hi
		}
		if out {
			n = late
			continue
		}
		c.stack = append(c.stack, n)
		n = early
	}
}

func (c *cursor) Next() bool {
	if len(c.stack) == 0 {
		return false
	}
	c.at = c.stack[len(c.stack)-1]
	c.stack = c.stack[:len(c.stack)-1]
	if c.backwards {
		c.descend(c.at.left)
		return c.at.key >= c.lo
	}
	c.descend(c.at.right)
	return c.hi == "" || c.at.key < c.hi
}

func (c *cursor) Key() string   { return c.at.key }
func (c *cursor) Value() []byte { return c.at.value }
func (c *cursor) Close() error  { return nil }
