package gateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
)

// errBug is what the caller learns of a panic.
var errBug = errors.New("internal failure")

// recoverPanics keeps one broken call from stopping the others. A client that has gone away is no bug.
func (g *Gateway) recoverPanics(ctx context.Context, c *Exchange, next Next) (err error) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		if p == http.ErrAbortHandler {
			panic(p)
		}
		g.log.Error("panic while answering", "request", c.requestID, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		err = errBug
	}()
	return next(ctx)
}
