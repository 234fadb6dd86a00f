package functions

import (
	"slices"
	"strings"
)

// Listed is a function as SHOW FUNCTIONS tells it.
type Listed struct {
	Name, Result, Args string
	Kind               string // scalar, aggregate, window
	Fixed              bool   // it gives the same of the same
}

// List is all functions by name; each signature is one.
func List() (out []Listed) {
	add := func(name, text, kind string, fixed bool) {
		if !isWord(name) {
			return
		}
		open, shut := strings.IndexByte(text, '('), strings.LastIndexByte(text, ' ')
		args := strings.TrimSuffix(strings.TrimSpace(text[open+1:shut]), ")")
		out = append(out, Listed{name, text[shut+1:], strings.ReplaceAll(args, ",", ", "), kind, fixed})
	}
	for name, list := range scalars {
		for _, s := range list {
			add(name, s.text, "scalar", !s.chance)
		}
	}
	for name, list := range aggregates {
		for _, a := range list {
			add(name, a.text, "aggregate", true)
		}
	}
	add("reduce_agg", "reduce_agg(T,S,function(S,T,S),function(S,S,S)) S", "aggregate", true)
	for name, list := range windowFunctions {
		for _, text := range list {
			add(name, text, "window", true)
		}
	}
	slices.SortFunc(out, func(a, b Listed) int {
		return strings.Compare(a.Name+"\x00"+a.Args+"\x00"+a.Kind, b.Name+"\x00"+b.Args+"\x00"+b.Kind)
	})
	return out
}
