package organizations

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
)

// This file works out what policies say together that are attached one above the other: the operators of management policies.
// https://docs.aws.amazon.com/organizations/latest/userguide/policy-operators.html

// Operators that set values.
const (
	opAssign = "@@assign"
	opAppend = "@@append"
	opRemove = "@@remove"
	opNone   = "@@none"
	opAll    = "@@all"
	opChild  = "@@operators_allowed_for_child_policies"
)

var valueOperators = []string{opAssign, opAppend, opRemove}

// element is a place in the effective policy.
type element struct {
	name    string // as it was written first
	below   map[string]*element
	values  []string
	list    bool            // the values are a list, also when it is one
	allowed map[string]bool // what policies below may do here; nil is all
	next    map[string]bool // the same, as the level at work has it
}

func newElement(name string) *element { return &element{name: name, below: map[string]*element{}} }

// inherit lays levels of policies, root first, over each other.
func inherit(levels [][]map[string]any) *element {
	root := newElement("")
	for _, level := range levels {
		for _, p := range level {
			root.lay(p, nil)
		}
		root.commit()
	}
	return root
}

// lay applies one policy's object. allowed are the operators that policies above leave to this one.
func (e *element) lay(object map[string]any, allowed map[string]bool) {
	if e.allowed != nil {
		allowed = e.allowed
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		switch value := object[key]; {
		case key == opChild:
			if allowed == nil || len(allowed) > 0 { // who may do nothing here may not give leave either
				e.next = permitted(texts(value))
			}
		case slices.Contains(valueOperators, key):
			if allowed == nil || allowed[key] {
				e.operate(key, value)
			}
		default:
			below, ok := value.(map[string]any)
			if !ok {
				continue
			}
			child := e.below[strings.ToLower(key)]
			if child == nil {
				child = newElement(key)
				e.below[strings.ToLower(key)] = child
			}
			child.lay(below, allowed)
		}
	}
}

func (e *element) operate(op string, value any) {
	given := texts(value)
	_, list := value.([]any)
	e.list = e.list || list
	switch op {
	case opAssign:
		e.values, e.list = slices.Clone(given), list
	case opAppend:
		for _, v := range given {
			if !slices.Contains(e.values, v) {
				e.values = append(e.values, v)
			}
		}
	case opRemove:
		e.values = slices.DeleteFunc(e.values, func(v string) bool { return slices.Contains(given, v) })
	}
}

// commit lets what a level says about policies below it hold from the next level on.
func (e *element) commit() {
	if e.next != nil {
		e.allowed, e.next = e.next, nil
	}
	for _, child := range e.below {
		child.commit()
	}
}

func permitted(operators []string) map[string]bool {
	out := map[string]bool{}
	for _, op := range operators {
		switch op {
		case opAll:
			for _, v := range valueOperators {
				out[v] = true
			}
		case opNone:
			return map[string]bool{}
		default:
			out[op] = true
		}
	}
	return out
}

func texts(value any) (list []string) {
	switch v := value.(type) {
	case string:
		return []string{v}
	case []any:
		for _, x := range v {
			if s, ok := x.(string); ok {
				list = append(list, s)
			}
		}
	}
	return list
}

// plain is the effective policy: values, and no operators.
func (e *element) plain() any {
	if len(e.below) > 0 {
		out := map[string]any{}
		for key, child := range e.below {
			if v := child.plain(); v != nil {
				out[key] = v
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	switch {
	case e.list && len(e.values) > 0:
		return e.values
	case len(e.values) > 0:
		return e.values[0]
	}
	return nil
}

var errTagPolicy = errors.New("not a tag policy")

// readTagPolicy takes a tag policy apart and holds it to its grammar.
// https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_example-tag-policies.html
func readTagPolicy(text string) (map[string]any, error) {
	var p map[string]any
	if json.Unmarshal([]byte(text), &p) != nil || len(p) == 0 {
		return nil, errTagPolicy
	}
	for key, value := range p {
		tags, ok := value.(map[string]any)
		if key == opChild {
			continue
		}
		if key != "tags" || !ok {
			return nil, errTagPolicy
		}
		for name, tag := range tags {
			if !checkOperator(name, tag) && !checkTag(tag) {
				return nil, errTagPolicy
			}
		}
	}
	return p, nil
}

// tagElements are what a tag policy says of a tag, and whether it is a list.
var tagElements = map[string]bool{"tag_key": false, "tag_value": true, "enforced_for": true}

func checkTag(tag any) bool {
	object, ok := tag.(map[string]any)
	for name, value := range object {
		if checkOperator(name, value) {
			continue
		}
		list, known := tagElements[name]
		operators, isObject := value.(map[string]any)
		if !known || !isObject || len(operators) == 0 {
			return false
		}
		for op, v := range operators {
			_, isList := v.([]any)
			_, isText := v.(string)
			if !checkOperator(op, v) && !(slices.Contains(valueOperators, op) && (list && isList || !list && isText && op == opAssign)) {
				return false
			}
		}
	}
	return ok
}

func checkOperator(name string, value any) bool {
	if name != opChild {
		return false
	}
	list, ok := value.([]any)
	for _, v := range list {
		s, _ := v.(string)
		if s != opNone && s != opAll && !slices.Contains(valueOperators, s) {
			return false
		}
	}
	return ok && len(list) > 0
}
