package clock

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"unyo/base/call"
)

// gate is the world lock: many calls inside, or one mover of time. A plain read-write lock could not say for whom
// the mover waits.
type gate struct {
	mu     sync.Mutex
	inside map[*visit]struct{}
	opened chan struct{} // not nil while closed; closed when the gate opens
	empty  chan struct{} // not nil while a mover waits for the last visit to end
}

type visit struct {
	call *call.Call
}

func (g *gate) enter(v *visit) {
	g.mu.Lock()
	for g.opened != nil {
		opened := g.opened
		g.mu.Unlock()
		<-opened
		g.mu.Lock()
	}
	if g.inside == nil {
		g.inside = map[*visit]struct{}{}
	}
	g.inside[v] = struct{}{}
	g.mu.Unlock()
}

func (g *gate) leave(v *visit) {
	g.mu.Lock()
	delete(g.inside, v)
	if len(g.inside) == 0 && g.empty != nil {
		close(g.empty)
		g.empty = nil
	}
	g.mu.Unlock()
}

// close keeps calls out and waits until the last is gone; open lets them in again.
// When ctx ends first the gate is open again and the error says who is still inside.
func (g *gate) close(ctx context.Context) (open func(), err error) {
	g.mu.Lock()
	for g.opened != nil { // another mover
		opened := g.opened
		g.mu.Unlock()
		select {
		case <-opened:
		case <-ctx.Done():
			return nil, fmt.Errorf("another change of the clock is under way: %w", context.Cause(ctx))
		}
		g.mu.Lock()
	}
	g.opened = make(chan struct{})
	empty := make(chan struct{})
	if len(g.inside) == 0 {
		close(empty)
	} else {
		g.empty = empty
	}
	g.mu.Unlock()
	select {
	case <-empty:
		return g.open, nil
	case <-ctx.Done():
		who := g.who()
		g.open()
		return nil, fmt.Errorf("time cannot move while calls run (%s): %w", who, context.Cause(ctx))
	}
}

func (g *gate) open() {
	g.mu.Lock()
	close(g.opened)
	g.opened, g.empty = nil, nil
	g.mu.Unlock()
}

func (g *gate) who() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	var names []string
	for v := range g.inside {
		if v.call == nil {
			names = append(names, "unnamed work")
			continue
		}
		names = append(names, v.call.Service+":"+v.call.Operation+" "+v.call.RequestID)
	}
	slices.Sort(names)
	if more := len(names) - 5; more > 0 {
		names = append(names[:5], fmt.Sprintf("and %d more", more))
	}
	return strings.Join(names, ", ")
}

// find returns the visit of c.
func (g *gate) find(c *call.Call) *visit {
	g.mu.Lock()
	defer g.mu.Unlock()
	for v := range g.inside {
		if c != nil && v.call == c {
			return v
		}
	}
	return nil
}
