package gateway

import "context"

// invoke runs the service's method.
func (g *Gateway) invoke(ctx context.Context, c *Exchange, _ Next) error {
	h, _ := c.table.Handler(c.op.Name)
	out, err := h(ctx, c.in)
	c.out = out
	return err
}
