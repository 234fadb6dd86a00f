package gateway

import (
	"context"

	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/base/must"
	"unyo/base/partition"
)

// Invoke carries a service's call to another service through the inner chain: the same identity,
// authorisation and record as for a customer. It fulfils rt.Invoker.
//
// The call is made in a session of a role (call.As), as a service principal (call.AsService), or else as
// whoever made the call in ctx. Invoke must not be called inside a transaction.
func (g *Gateway) Invoke(ctx context.Context, m *rt.Model, op *rt.Operation, in any) (any, error) {
	parent := call.From(ctx)
	must.Hold(parent != nil, "%s:%s called outside any call", m.Service, op.Name)
	must.Hold(!parent.InTx(), "%s:%s called inside a transaction", m.Service, op.Name)
	t := g.tables[m.Service]
	if t == nil {
		return nil, awserr.NotImplemented(m.Service, op.Name)
	}
	c := &Exchange{table: t, protocol: m.Protocols[0], op: op, in: in, parent: parent, scope: parent.Scope, principal: parent.Principal}
	if c.scope.Region == "" {
		c.scope.Region = partition.Home(c.scope.Partition)
	}
	if role, ok := call.AsOf(ctx); ok {
		p, err := g.session(ctx, parent, role)
		if err != nil {
			return nil, err
		}
		c.role, c.principal, c.scope.Account = role, p, p.Account
	} else if role, ok := call.ServiceOf(ctx); ok {
		c.role = role
		c.principal = call.Principal{Kind: call.AWSService, ARN: role.Service, ID: role.Service, Service: role.Service}
	}
	err := run(ctx, g.inward, c)
	g.witness(c, nil, err)
	if err != nil {
		return nil, err
	}
	return c.out, nil
}
