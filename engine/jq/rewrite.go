package jq

import (
	"fmt"
	"strings"

	"github.com/itchyny/gojq"
)

// rewriter walks a query, refuses what is not available, and puts the scales in.
type rewriter struct {
	own map[string]bool // functions that the query defines, name/arguments
	err error
}

// rewrite bounds a query in place.
func rewrite(q *gojq.Query) error {
	r := &rewriter{own: map[string]bool{}}
	r.define(q)
	r.query(q)
	return r.err
}

func (r *rewriter) refuse(format string, args ...any) {
	if r.err == nil {
		r.err = refused(format, args...)
	}
}

// call makes the query of a call.
func call(name string, args ...*gojq.Query) *gojq.Query {
	return &gojq.Query{Term: &gojq.Term{Type: gojq.TermTypeFunc, Func: &gojq.Func{Name: name, Args: args}}}
}

// then makes "a | b" a term.
func then(a, b *gojq.Query) *gojq.Term {
	return &gojq.Term{Type: gojq.TermTypeQuery, Query: &gojq.Query{Left: a, Op: gojq.OpPipe, Right: b}}
}

// define takes note of a function and its arguments, wherever in the query it is defined.
func (r *rewriter) define(q *gojq.Query) {
	for _, d := range q.FuncDefs {
		names := []string{fmt.Sprintf("%s/%d", d.Name, len(d.Args))}
		for _, a := range d.Args {
			if !strings.HasPrefix(a, "$") {
				names = append(names, a+"/0")
			} else { // $a is also a function
				names = append(names, a[1:]+"/0")
			}
		}
		for _, n := range names {
			if builtins[n] || strings.HasPrefix(n, "_") {
				r.refuse("another meaning for %s", n)
			}
			r.own[n] = true
		}
	}
}

func (r *rewriter) query(q *gojq.Query) {
	if q == nil || r.err != nil {
		return
	}
	if q.Meta != nil || len(q.Imports) > 0 {
		r.refuse("modules")
		return
	}
	r.define(q)
	for _, d := range q.FuncDefs {
		r.query(d.Body)
	}
	for _, p := range q.Patterns {
		r.pattern(p)
	}
	if q.Term != nil {
		r.term(q.Term)
		return
	}
	if q.Op >= gojq.OpAssign {
		r.refuse("assignment")
		return
	}
	r.query(q.Left)
	r.query(q.Right)
	var made *gojq.Query
	switch q.Op {
	case gojq.OpAdd, gojq.OpDiv:
		made = &gojq.Query{Term: then(&gojq.Query{Left: q.Left, Op: q.Op, Right: q.Right}, call(weighName))}
	case gojq.OpMul:
		made = call(multiplyName, q.Left, q.Right)
	case gojq.OpSub:
		made = call(subtractName, q.Left, q.Right)
	default:
		return
	}
	q.Term, q.Left, q.Right, q.Op = made.Term, nil, nil, 0
}

func (r *rewriter) term(t *gojq.Term) {
	if t == nil || r.err != nil {
		return
	}
	for _, s := range t.SuffixList {
		r.index(s.Index)
	}
	r.index(t.Index)
	switch t.Type {
	case gojq.TermTypeFunc:
		r.function(t)
	case gojq.TermTypeObject:
		for _, kv := range t.Object.KeyVals {
			r.text(kv.KeyString)
			r.query(kv.KeyQuery)
			r.query(kv.Val)
			if kv.Key == "$ENV" {
				r.refuse("$ENV")
			}
		}
		r.weighed(t)
	case gojq.TermTypeArray:
		r.query(t.Array.Query)
		r.weighed(t)
	case gojq.TermTypeUnary:
		r.term(t.Unary.Term)
	case gojq.TermTypeString, gojq.TermTypeFormat:
		if t.Str != nil && t.Str.Queries != nil || t.Type == gojq.TermTypeFormat {
			r.text(t.Str)
			r.weighed(t)
		}
	case gojq.TermTypeNumber:
		if len(t.Number) > maxDigits {
			r.refuse("a number of %d digits", len(t.Number))
		}
	case gojq.TermTypeQuery:
		r.query(t.Query)
	default:
		r.control(t)
	}
}

// control rewrites what a term branches or loops into.
func (r *rewriter) control(t *gojq.Term) {
	switch t.Type {
	case gojq.TermTypeIf:
		r.query(t.If.Cond)
		r.query(t.If.Then)
		for _, e := range t.If.Elif {
			r.query(e.Cond)
			r.query(e.Then)
		}
		r.query(t.If.Else)
	case gojq.TermTypeTry:
		r.query(t.Try.Body)
		r.query(t.Try.Catch)
	case gojq.TermTypeReduce:
		r.query(t.Reduce.Query)
		r.patterns(t.Reduce.Patterns)
		r.query(t.Reduce.Start)
		r.query(t.Reduce.Update)
	case gojq.TermTypeForeach:
		r.query(t.Foreach.Query)
		r.patterns(t.Foreach.Patterns)
		r.query(t.Foreach.Start)
		r.query(t.Foreach.Update)
		r.query(t.Foreach.Extract)
	case gojq.TermTypeLabel:
		r.query(t.Label.Body)
	}
}

func (r *rewriter) patterns(list []*gojq.Pattern) {
	for _, p := range list {
		r.pattern(p)
	}
}

func (r *rewriter) pattern(p *gojq.Pattern) {
	if p == nil {
		return
	}
	r.patterns(p.Array)
	for _, o := range p.Object {
		r.text(o.KeyString)
		r.query(o.KeyQuery)
		r.pattern(o.Val)
	}
}

func (r *rewriter) text(s *gojq.String) {
	if s == nil {
		return
	}
	for _, q := range s.Queries {
		r.query(q)
	}
}

func (r *rewriter) index(i *gojq.Index) {
	if i == nil {
		return
	}
	r.text(i.Str)
	r.query(i.Start)
	r.query(i.End)
}

// weighed puts the scales behind a term, before what is taken out of it.
func (r *rewriter) weighed(t *gojq.Term) {
	inner, suffixes := *t, t.SuffixList
	inner.SuffixList = nil
	*t = *then(&gojq.Query{Term: &inner}, call(weighName))
	t.SuffixList = suffixes
}

// function bounds a call.
func (r *rewriter) function(t *gojq.Term) {
	f := t.Func
	name := fmt.Sprintf("%s/%d", f.Name, len(f.Args))
	switch {
	case f.Name == "$ENV":
		r.refuse("$ENV")
	case strings.HasPrefix(f.Name, "$") || r.own[name]:
		r.arguments(f)
	case available[name]:
		r.arguments(f)
		r.weighed(t)
	case isSearch(name):
		r.arguments(f)
		r.before(t, call(textName))
	case isCompare(name):
		r.arguments(f)
		r.before(t, call(pairName, f.Args[0]))
	case replacing[name]:
		text := f.Args[len(f.Args)-1]
		if f.Name != "join" {
			text = f.Args[1]
		}
		if text.Term == nil || text.Term.Type != gojq.TermTypeString || text.Term.Str.Queries != nil || len(text.Term.Str.Str) > shortText {
			r.refuse("%s with other than a plain text of at most %d bytes", f.Name, shortText)
		}
		r.arguments(f)
		if f.Name == "join" {
			r.weighed(t)
		} else {
			r.before(t, call(textName))
		}
	default:
		r.refuse("%s", name)
	}
}

func (r *rewriter) arguments(f *gojq.Func) {
	for _, a := range f.Args {
		r.query(a)
	}
}

// before has guard look at the input of a call, and weighs what comes out.
func (r *rewriter) before(t *gojq.Term, guard *gojq.Query) {
	inner, suffixes := *t, t.SuffixList
	inner.SuffixList = nil
	*t = *then(&gojq.Query{Left: guard, Op: gojq.OpPipe, Right: &gojq.Query{Term: &inner}}, call(weighName))
	t.SuffixList = suffixes
}
