package gateway

import "context"

// enter keeps time where it is while the call runs; under a held clock Advance waits for it.
func (g *Gateway) enter(ctx context.Context, c *Exchange, next Next) error {
	if c.parent != nil { // the asking call or job already holds it
		return next(ctx)
	}
	leave := g.kernel.Clock.Enter(ctx)
	defer leave()
	c.call.At = g.kernel.Clock.Now()
	return next(ctx)
}
