// Package must stops the process where an invariant of the house is broken: the impossible panics, the expected is a value.
package must

import "fmt"

// Hold panics «BUG: …» unless ok.
func Hold(ok bool, format string, args ...any) {
	if !ok {
		panic("BUG: " + fmt.Sprintf(format, args...))
	}
}

// Do returns v, and panics «BUG: …» on err. For values that only our own mistake can make invalid.
func Do[T any](v T, err error) T {
	if err != nil {
		panic("BUG: " + err.Error())
	}
	return v
}
