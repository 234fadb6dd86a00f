package exec

import (
	"unyo/engine/sql/types"
	"unyo/engine/vector"
)

// few is texts of which there are few different ones under a dictionary of those: what is made of them is found once for each, and not for each row that is held,
// in every worker anew.
func few(t *types.Type, v *vector.Vector) *vector.Vector {
	const looked, most = 1024, 64 // rows; of them one in so many
	if v.Kind != vector.Bytes || v.Dict != nil || v.Len < looked {
		return v
	}
	c := newColumn(t)
	index := make([]uint32, 0, v.Len)
	for at := 0; at < v.Len; at += looked {
		index = append(index, c.number(v.Slice(at, min(at+looked, v.Len)), true)...)
		if c.values.Len > max(len(index)/most, looked/4) {
			return v
		}
	}
	return dictionary(c.values, index)
}
