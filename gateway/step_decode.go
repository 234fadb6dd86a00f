package gateway

import (
	"context"
	"errors"
	"io"
	"net/http"

	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/wire"
)

// decode fills the input from the wire, and on the way back puts the output onto it. What cannot be read is refused behind the record: it is known
// who asks, and for what.
func (g *Gateway) decode(ctx context.Context, c *Exchange, _ Next) error {
	if c.unread == nil {
		c.in, c.unread = c.read(c.body, c.raw)
	}
	if c.unread != nil {
		c.in, _ = c.read(nil, nil)
	}
	err := run(ctx, g.inward, c)
	if c.answered = g.kernel.Clock.Now(); err != nil {
		return err
	}
	return wire.Encode(c.w, &wire.Response{
		Protocol: c.protocol, Model: c.table.Model, Op: c.op, Out: c.out,
		RequestID: c.requestID, HostID: c.hostID, Method: c.r.Method,
		Hold: func() (release func()) { return g.kernel.Clock.Enter(call.With(ctx, c.call)) },
	})
}

// read decodes the input. Of one whose body cannot be read, members that stand in the address and the headers are there even so.
func (c *Exchange) read(body io.Reader, raw []byte) (in any, err error) {
	in = c.op.New()
	return in, wire.Decode(&wire.Request{
		Protocol: c.protocol, Model: c.table.Model, Op: c.op, HTTP: c.r,
		Path: c.path, Query: c.query, Body: body, Raw: raw, Form: c.form,
	}, in)
}

// refuse answers an error in the protocol's shape. What is not meant for callers becomes InternalFailure
// and stands in the log with the request's id.
func (g *Gateway) refuse(c *Exchange, err error) {
	var e awserr.Error
	if !errors.As(err, &e) {
		if c.r.Context().Err() == nil {
			g.log.Error("internal failure", "request", c.requestID, "operation", c.name(), "error", err)
		}
		e = awserr.New(http.StatusInternalServerError, "InternalFailure", "The request processing has failed because of an unknown error, exception or failure.")
		if c.protocol == rt.RestXML {
			e = awserr.New(http.StatusInternalServerError, "InternalError", "We encountered an internal error. Please try again.")
		}
	}
	if f, ok := e.(interface{ Headers() http.Header }); ok {
		for k, v := range f.Headers() {
			c.w.Header()[k] = v
		}
	}
	r := &wire.ErrorResponse{Protocol: c.protocol, Op: c.op, Err: e, RequestID: c.requestID, HostID: c.hostID, Method: c.r.Method, Resource: c.r.URL.Path}
	if c.table != nil {
		r.Model = c.table.Model
	}
	wire.EncodeError(c.w, r)
}

// name is service:Operation, as far as it is known.
func (c *Exchange) name() string {
	switch {
	case c.table == nil:
		return ""
	case c.op == nil:
		return c.table.Model.Service
	}
	return c.table.Model.Service + ":" + c.op.Name
}
