package exec

import "unyo/engine/sql/fault"

// guarded turns a panic of a goroutine into an error.
func guarded(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fault.Of(p)
		}
	}()
	return f()
}
