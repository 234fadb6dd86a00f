package jsonpath

import "unyo/base/regex"

// node is a part of a path; test is a predicate.
type (
	node any
	test any
)

type (
	context   struct{} // $
	item      struct{} // @
	last      struct{}
	parameter struct{ name string }
	literal   struct{ value any }
	infix     struct {
		op   string
		l, r node
	}
	prefix struct {
		op string
		x  node
	}
	member struct { // of every name when all
		x    node
		name string
		all  bool
	}
	descendant struct {
		x    node
		name string
	}
	elements struct { // all of them when there is no subscript
		x    node
		list []subscript
	}
	filter struct {
		x    node
		cond test
	}
	method struct {
		x    node
		name string
	}
	subscript struct{ from, to node }

	and     struct{ l, r test }
	or      struct{ l, r test }
	not     struct{ x test }
	unknown struct{ x test }
	exists  struct{ x node }
	compare struct {
		op   string
		l, r node
	}
	startsWith struct{ x, prefix node }
	likeRegex  struct {
		x node
		p *regex.Regexp
	}
)
