package logstore

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/klauspost/compress/zstd"

	"unyo/base/must"
)

// blockTarget is how many bytes of messages go into one block before it is closed.
const blockTarget = 384 << 10

// maxBlock bounds what a block may unpack to: one batch's largest event beyond the target, and the columns.
const maxBlock = 64 << 20

// The codecs are made when they are first needed.
var (
	encoder = sync.OnceValue(func() *zstd.Encoder {
		return must.Do(zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true), zstd.WithWindowSize(512<<10), zstd.WithEncoderCRC(false)))
	})
	decoder = sync.OnceValue(func() *zstd.Decoder {
		return must.Do(zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(maxBlock), zstd.IgnoreChecksum(true)))
	})
)

// blockInfo is what the index of a segment says of one block.
type blockInfo struct {
	off, size              int64 // compressed, in the file
	sum                    uint32
	raw                    int
	count                  int
	bytes                  int64 // of messages
	first                  key
	lo, hi                 int64    // times
	streams                []uint32 // numbers in the segment's table, sorted
	filterOff, filterBytes int64
}

// A block is, before compression: count; for each event a row; then the messages. A row is
//
//	1 byte: 1 = same batch as the row before, next index; 0 = stream, sequence (difference), index and ingestion (difference) follow
//	time (difference to the row before), length of the message
func appendBlock(dst []byte, rows []row, buf []byte, stream func(uint64) uint32) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(rows)))
	dst = appendHeads(dst, rows, stream, true)
	for i := range rows {
		dst = append(dst, buf[rows[i].off:rows[i].end]...)
	}
	return dst
}

// appendHeads encodes rows. In a shaped block the lengths follow from the lines.
func appendHeads(dst []byte, rows []row, stream func(uint64) uint32, lengths bool) []byte {
	var p row
	for i := range rows {
		r := &rows[i]
		if i > 0 && r.seq == p.seq && r.idx == p.idx+1 {
			dst = append(dst, 1)
		} else {
			dst = append(dst, 0)
			dst = binary.AppendUvarint(dst, uint64(stream(r.stream)))
			dst = binary.AppendVarint(dst, int64(r.seq-p.seq))
			dst = binary.AppendUvarint(dst, uint64(r.idx))
			dst = binary.AppendVarint(dst, r.ingest-p.ingest)
		}
		dst = binary.AppendVarint(dst, r.ts-p.ts)
		if lengths {
			dst = binary.AppendUvarint(dst, uint64(r.end-r.off))
		}
		p = *r
	}
	return dst
}

// parseBlock decodes the rows of an unpacked block; the messages stay in raw, to which the rows refer.
func parseBlock(rows []row, raw []byte, streams []uint64) ([]row, error) {
	r := reader{b: raw}
	n := r.uvarint()
	if r.bad || n > uint64(len(raw)) || len(raw) > math.MaxUint32 {
		return rows, fmt.Errorf("%w: block header", ErrCorrupt)
	}
	rows, err := parseHeads(rows[:0], &r, int(n), streams, true)
	if err != nil {
		return rows, err
	}
	total := uint64(0)
	for i := range rows {
		total += uint64(rows[i].end) // until here a length
	}
	if total != uint64(len(r.b)) {
		return rows[:0], fmt.Errorf("%w: messages of a block", ErrCorrupt)
	}
	at := uint32(len(raw) - len(r.b))
	for i := range rows {
		rows[i].off, rows[i].end = at, at+rows[i].end
		at = rows[i].end
	}
	return rows, nil
}

// parseHeads decodes n rows; each has its length, if there are lengths, as its end.
func parseHeads(rows []row, r *reader, n int, streams []uint64, lengths bool) ([]row, error) {
	rows = slices.Grow(rows, n)
	var p row
	for range n {
		if len(r.b) == 0 {
			return rows[:0], fmt.Errorf("%w: block ends within its rows", ErrCorrupt)
		}
		same := r.b[0]
		r.b = r.b[1:]
		if same == 1 {
			p.idx++
		} else {
			s := r.uvarint()
			if s >= uint64(len(streams)) {
				return rows[:0], fmt.Errorf("%w: stream %d of a block", ErrCorrupt, s)
			}
			p.stream = streams[s]
			p.seq += uint64(r.varint())
			p.idx = uint32(r.uvarint())
			p.ingest += r.varint()
		}
		p.ts += r.varint()
		length := uint64(0)
		if lengths {
			length = r.uvarint()
		}
		if r.bad || length > maxBlock {
			return rows[:0], fmt.Errorf("%w: row of a block", ErrCorrupt)
		}
		p.end = uint32(length)
		rows = append(rows, p)
	}
	return rows, nil
}
