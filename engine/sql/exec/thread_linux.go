package exec

import (
	"syscall"
	"time"
)

// timeIs is what threadTime tells.
const timeIs = "CPU"

// threadTime is how long this thread has kept a processor busy.
func threadTime() time.Duration {
	const thread = 1 // RUSAGE_THREAD
	var u syscall.Rusage
	if syscall.Getrusage(thread, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
