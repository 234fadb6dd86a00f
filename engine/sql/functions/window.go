package functions

import (
	"unyo/engine/sql/fault"
	"unyo/engine/sql/types"
)

// https://trino.io/docs/current/functions/window.html: the executor computes them; here is what they take and give.
var windowFunctions = map[string][]string{
	"row_number": {"row_number() bigint"}, "rank": {"rank() bigint"}, "dense_rank": {"dense_rank() bigint"}, "percent_rank": {"percent_rank() double"},
	"cume_dist": {"cume_dist() double"}, "ntile": {"ntile(bigint) bigint"}, "first_value": {"first_value(T) T"}, "last_value": {"last_value(T) T"},
	"nth_value": {"nth_value(T,bigint) T"}, "lead": {"lead(T) T", "lead(T,bigint) T", "lead(T,bigint,T) T"}, "lag": {"lag(T) T", "lag(T,bigint) T", "lag(T,bigint,T) T"},
}

// IsWindow tells whether a function has a meaning only over a window.
func IsWindow(name string) bool { return windowFunctions[name] != nil }

// ResolveWindow is what a window function gives, and what its arguments are coerced to.
func ResolveWindow(name string, args []*types.Type) (*types.Type, []*types.Type, error) {
	given := make([]Given, len(args))
	for i, t := range args {
		given[i] = Given{t, -1}
	}
	for _, text := range windowFunctions[name] {
		s := parseSignature(text)
		b, _, ok := s.fits(given)
		if !ok {
			continue
		}
		var want []*types.Type
		for i, p := range s.args {
			t, err := p.bound(b, args[i])
			if err != nil {
				return nil, nil, err
			}
			want = append(want, t)
		}
		result, err := s.result.bound(b, nil)
		return result, want, err
	}
	return nil, nil, fault.New(fault.FunctionNotFound, "Unexpected parameters for function %s. Expected: %s", name, windowFunctions[name][0])
}
