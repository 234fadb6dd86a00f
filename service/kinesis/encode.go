package kinesis

import (
	"encoding/binary"
	"errors"

	"unyo/base/call"
	"unyo/engine/recordstore"
)

// errCut is a batch that is not as it was written.
var errCut = errors.New("records are cut off")

// encode writes the records that are taken, those of each shard together, each as length and bytes of key and data.
func (p *put) encode(scope call.Scope, pl plan) []recordstore.Batch {
	batches := make([]recordstore.Batch, len(pl.parts))
	for i := range pl.parts {
		part := &pl.parts[i]
		b := make([]byte, 0, p.room(part.records))
		for _, n := range part.records {
			r := &p.records[n]
			b = binary.AppendUvarint(b, uint64(len(*r.PartitionKey)))
			b = append(b, *r.PartitionKey...)
			b = binary.AppendUvarint(b, uint64(len(r.Data)))
			b = append(b, r.Data...)
		}
		batches[i] = recordstore.Batch{Shard: scope.Account + "/" + scope.Region + "/" + p.name + "/" + part.shard.id(), Data: b}
	}
	return batches
}

// room is what those records take at most when they are encoded.
func (p *put) room(records []int) (n int) {
	for _, i := range records {
		n += size(&p.records[i]) + 2*binary.MaxVarintLen32
	}
	return n
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
