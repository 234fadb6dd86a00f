package functions

import (
	"context"
	"math/rand/v2"
	"time"

	"unyo/engine/vector"
)

// Context is what a function may know beside its arguments.
type Context struct {
	context.Context
	Now             time.Time
	Zone            uint64 // of the session, as package types numbers them
	User            string
	Catalog, Schema string
	Chance          *rand.Rand
	Hold            func(bytes int64) error // takes so many of what the query may hold; nil: nobody counts
	Give            func(bytes int64)       // gives back
}

// Lambda is an argument that is a function: it computes a value for each of len(parents) rows. Row i of args belongs to row
// parents[i] of the call, where the lambda's other columns are.
type Lambda func(parents []uint32, args ...*vector.Vector) (*vector.Vector, error)

// Arg is an argument: a column, or a lambda.
type Arg struct {
	*vector.Vector
	Lambda Lambda
}

// Kernel computes n rows.
type Kernel func(c *Context, n int, args []Arg) (*vector.Vector, error)
