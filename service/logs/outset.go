package logs

import (
	"slices"

	"unyo/engine/logstore"
)

// outset is where in a group's log begins what the commit of a batch has begun. The log has batches in the order in which they were staged, but
// they commit in any: what was staged before and commits later is of it too, although it lies among batches that are not.
type outset struct {
	From uint64   // batches behind this one
	Late []uint64 `json:",omitempty"` // and these, in order
}

func outsetOf(ref logstore.Ref) outset {
	head, late := ref.Begin()
	return outset{head, late}
}

// takes reports whether a batch is meant.
func (o *outset) takes(seq uint64) bool { return seq > o.From || slices.Contains(o.Late, seq) }

// before is the batch behind which all that is meant lies.
func (o *outset) before() uint64 {
	if len(o.Late) > 0 {
		return o.Late[0] - 1
	}
	return o.From
}

// behind is o as it is known when another has begun at last: a later beginning has a higher number, by which it is found.
func (o outset) behind(last outset) outset {
	o.Late = slices.Clone(o.Late)
	for o.From < last.From || o.From == last.From && len(last.Late) > 0 {
		o.From++
		o.Late = append(o.Late, o.From)
	}
	return o
}
