package gateway

import (
	"context"

	"unyo/kernel/meter"
)

// meterCall counts the request. What is stored, ingested or scanned the services count themselves.
func (g *Gateway) meterCall(ctx context.Context, c *Exchange, next Next) error {
	usage := meter.Usage{Service: c.table.Model.Service, Type: "Requests"}
	g.kernel.Meter.Count(ctx, meter.Quantity{Usage: usage, Amount: 1})
	return next(ctx)
}
