package kinesis

import (
	"encoding/binary"
	"errors"
)

// errCut is a batch that is not as it was written.
var errCut = errors.New("records are cut off")

// encode writes the records that are taken, shard after shard, each as length and bytes of key and data, and notes
// in the plan where each shard's lie.
func (p *put) encode(pl plan) []byte {
	var b []byte
	for i := range pl.parts {
		part := &pl.parts[i]
		part.offset = int64(len(b))
		for _, n := range part.records {
			r := &p.records[n]
			b = binary.AppendUvarint(b, uint64(len(*r.PartitionKey)))
			b = append(b, *r.PartitionKey...)
			b = binary.AppendUvarint(b, uint64(len(r.Data)))
			b = append(b, r.Data...)
		}
		part.size = int64(len(b)) - part.offset
	}
	return b
}

// decode takes the first record off b.
func decode(b []byte) (key string, data, rest []byte, err error) {
	k, b, err := cut(b)
	if err != nil {
		return "", nil, nil, err
	}
	data, rest, err = cut(b)
	return string(k), data, rest, err
}

func cut(b []byte) (field, rest []byte, err error) {
	n, used := binary.Uvarint(b)
	if used <= 0 || n > uint64(len(b)-used) {
		return nil, nil, errCut
	}
	return b[used : used+int(n)], b[used+int(n):], nil
}
