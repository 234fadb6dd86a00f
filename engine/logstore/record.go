package logstore

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"slices"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A record of the log is one batch:
//
//	length of payload  4 bytes, little endian
//	sequence           8 bytes
//	nonce              12 bytes of chance
//	payload            stream (8 bytes), number, ingestion, count; time and length of each event; the messages. All of it encrypted
//	tag                16 bytes
//
// and in a log that is not encrypted
//
//	length of payload  4 bytes
//	crc32c             4 bytes, of payload and sequence
//	sequence           8 bytes
//	payload
//
// Numbers in the payload are varints; the first time is a difference to the ingestion, the others to the one before.
const (
	frameHeader  = 12 + nonceSize
	recordHeader = 16 // of one that is not encrypted
	minPayload   = 11
	// maxPayload bounds what is believed of a length field. A batch of AWS's is at most 1 MiB of text in 10,000 events.
	maxPayload = 64 << 20
)

// appendRecord encodes b with an empty header and room for the tag; frame completes it.
func appendRecord(dst []byte, b *Batch) []byte {
	size := frameHeader + 8 + 3*binary.MaxVarintLen64 + tagSize
	for i := range b.Events {
		size += len(b.Events[i].Message) + 4 // few need more for time and length
	}
	dst = append(slices.Grow(dst, size), make([]byte, frameHeader)...)
	dst = binary.LittleEndian.AppendUint64(dst, b.Stream)
	dst = binary.AppendUvarint(dst, b.Number)
	dst = binary.AppendVarint(dst, b.Ingestion)
	dst = binary.AppendUvarint(dst, uint64(len(b.Events)))
	last := b.Ingestion
	for i := range b.Events {
		e := &b.Events[i]
		dst = binary.AppendVarint(dst, e.Timestamp-last)
		last = e.Timestamp
		dst = binary.AppendUvarint(dst, uint64(len(e.Message)))
	}
	for i := range b.Events {
		dst = append(dst, b.Events[i].Message...)
	}
	return dst
}

// frame encrypts a record where it lies, for its place in the log. The nonce is of chance: what stood at that place before may be on some disk still, if a
// write failed or a crash took it back.
func (k *fileKey) frame(rec []byte, at int64, seq uint64) []byte {
	head := rec[:frameHeader]
	binary.LittleEndian.PutUint32(head, uint32(len(rec)-frameHeader))
	binary.LittleEndian.PutUint64(head[4:], seq)
	_, _ = rand.Read(head[12:]) // never fails
	return k.seal(head, head[12:], rec[frameHeader:], uint64(at), seq)
}

// cut takes the record that is at a place of the log off b, which changes. ok=false: what is there is no whole record.
func (w *wal) cut(b []byte, at int64) (payload []byte, seq uint64, size int, ok bool) {
	if w.key == nil {
		return cutRecord(b)
	}
	if len(b) < frameHeader {
		return nil, 0, 0, false
	}
	n := int64(binary.LittleEndian.Uint32(b))
	seq = binary.LittleEndian.Uint64(b[4:])
	if n < minPayload || n > maxPayload || n > int64(len(b)-frameHeader-tagSize) {
		return nil, 0, 0, false
	}
	size = frameHeader + int(n) + tagSize
	payload, err := w.key.open(b[12:frameHeader], b[frameHeader:size], uint64(at), seq)
	if err != nil {
		return nil, 0, 0, false
	}
	return payload, seq, size, true
}

// header is how long that of the log's records is.
func (w *wal) header() int64 {
	if w.key == nil {
		return recordHeader
	}
	return frameHeader
}

// read appends a batch to raw and its events to rows.
func (w *wal) read(b *batch, raw []byte, rows []row) ([]byte, []row, error) {
	from := len(raw)
	raw = slices.Grow(raw, int(b.size))[:from+int(b.size)]
	if _, err := w.file.ReadAt(raw[from:], b.at); err != nil {
		return raw, rows, fmt.Errorf("cannot read batch %d of %s: %w", b.seq, walName(w.base), err)
	}
	payload, seq, _, ok := w.cut(raw[from:], b.at)
	if !ok || seq != b.seq {
		return raw, rows, fmt.Errorf("%w: batch %d of %s", ErrCorrupt, b.seq, walName(w.base))
	}
	rows, err := appendRows(rows, payload, seq, from+int(w.header()))
	return raw, rows, err
}

// cutRecord takes the first record off b, which is not encrypted. ok=false: what follows is no whole record.
func cutRecord(b []byte) (payload []byte, seq uint64, size int, ok bool) {
	if len(b) < recordHeader {
		return nil, 0, 0, false
	}
	n := int64(binary.LittleEndian.Uint32(b))
	if n < minPayload || n > maxPayload || n > int64(len(b)-recordHeader) {
		return nil, 0, 0, false
	}
	payload = b[recordHeader : recordHeader+n]
	sum := crc32.Update(crc32.Checksum(payload, castagnoli), castagnoli, b[8:16])
	if sum != binary.LittleEndian.Uint32(b[4:]) {
		return nil, 0, 0, false
	}
	return payload, binary.LittleEndian.Uint64(b[8:]), recordHeader + int(n), true
}

// row is one event within a buffer of messages.
type row struct {
	ts, ingest int64
	seq        uint64
	stream     uint64
	idx        uint32
	off, end   uint32 // of the message in the buffer
}

// key is the order of events.
type key struct {
	ts  int64
	seq uint64
	idx uint32
}

func (r *row) key() key { return key{r.ts, r.seq, r.idx} }

func (k key) compare(o key) int {
	switch {
	case k.ts != o.ts:
		return sign(k.ts < o.ts)
	case k.seq != o.seq:
		return sign(k.seq < o.seq)
	case k.idx != o.idx:
		return sign(k.idx < o.idx)
	}
	return 0
}

func sign(less bool) int {
	if less {
		return -1
	}
	return 1
}

// head is what a record says of its batch.
type head struct {
	stream, number uint64
	ingest         int64
	count          int
}

// reader takes varints off a slice and remembers whether one was missing.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) uvarint() uint64 {
	if len(r.b) > 0 && r.b[0] < 0x80 { // most are one byte
		v := uint64(r.b[0])
		r.b = r.b[1:]
		return v
	}
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) varint() int64 {
	u := r.uvarint()
	return int64(u>>1) ^ -int64(u&1)
}

func parseHead(payload []byte) (head, reader, error) {
	if len(payload) < minPayload {
		return head{}, reader{}, fmt.Errorf("%w: record of %d bytes", ErrCorrupt, len(payload))
	}
	r := reader{b: payload[8:]}
	h := head{stream: binary.LittleEndian.Uint64(payload), number: r.uvarint(), ingest: r.varint()}
	n := r.uvarint()
	if r.bad || n > uint64(len(r.b)) {
		return head{}, reader{}, fmt.Errorf("%w: record header", ErrCorrupt)
	}
	h.count = int(n)
	return h, r, nil
}

// appendRows decodes a record's events. base is where payload begins in the buffer that the rows will refer to.
func appendRows(rows []row, payload []byte, seq uint64, base int) ([]row, error) {
	h, r, err := parseHead(payload)
	if err != nil {
		return rows, err
	}
	from, last, total := len(rows), h.ingest, uint64(0)
	for i := range h.count {
		last += r.varint()
		n := r.uvarint()
		if total += n; r.bad || n > uint64(len(payload)) || total > uint64(len(payload)) {
			return rows[:from], fmt.Errorf("%w: event %d of a record", ErrCorrupt, i)
		}
		rows = append(rows, row{ts: last, ingest: h.ingest, seq: seq, stream: h.stream, idx: uint32(i), end: uint32(n)})
	}
	if total != uint64(len(r.b)) {
		return rows[:from], fmt.Errorf("%w: messages of a record", ErrCorrupt)
	}
	at := uint32(base + len(payload) - len(r.b))
	for i := from; i < len(rows); i++ {
		rows[i].off, rows[i].end = at, at+rows[i].end
		at = rows[i].end
	}
	return rows, nil
}

// span is the first and last time among rows.
func span(rows []row) (lo, hi int64) {
	lo, hi = math.MaxInt64, math.MinInt64
	for i := range rows {
		lo, hi = min(lo, rows[i].ts), max(hi, rows[i].ts)
	}
	return lo, hi
}
