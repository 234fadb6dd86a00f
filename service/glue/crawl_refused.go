package glue

import (
	"strings"

	api "unyo/api/glue"
	"unyo/api/rt"
)

// refused tells what became of no partition of a batch, and counts it. done is the error that says that the work is done: the process has died since
// it did it, or somebody else was quicker.
func (c *step) refused(p *planned, verb string, errs []api.PartitionError, done string) (n int) {
	var first *api.PartitionError
	for i := range errs {
		if rt.Val(errs[i].ErrorDetail.ErrorCode) == done {
			continue
		}
		if n++; first == nil {
			first = &errs[i]
		}
	}
	if first != nil {
		c.say("ERROR", "Could not %s %d partitions of table %s in database %s, the first because of %s: %s (%s)", verb, n, p.Name, p.Database,
			rt.Val(first.ErrorDetail.ErrorCode), rt.Val(first.ErrorDetail.ErrorMessage), strings.Join(first.PartitionValues, ", "))
	}
	return n
}
