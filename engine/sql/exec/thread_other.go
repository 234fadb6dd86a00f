//go:build !linux

package exec

import "time"

// timeIs is what threadTime tells: systems but Linux do not say how long a thread was busy.
const timeIs = "Elapsed"

var start = time.Now()

func threadTime() time.Duration { return time.Since(start) }
