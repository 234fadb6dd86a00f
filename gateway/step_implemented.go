package gateway

import (
	"context"

	"unyo/base/awserr"
)

// implemented answers 501 for an operation without behaviour: no false success.
func (g *Gateway) implemented(ctx context.Context, c *Exchange, next Next) error {
	if _, ok := c.table.Handler(c.op.Name); !ok {
		return awserr.NotImplemented(c.table.Model.Service, c.op.Name)
	}
	return next(ctx)
}
