package firehose

import (
	"fmt"
	"strings"
	"time"

	"unyo/engine/blob"
	"unyo/kernel/store"
)

// A buffer is where records wait together for one delivery. A stream has several:
//
//	in            what has arrived and is to be processed; due at once
//	out           what goes to the destination
//	part/<sum>    what goes to one partition of the destination
//	copy          source records, for the backup
//	error/<type>  records that failed, for the error prefix
//
// A buffer is due when it is full or its oldest batch has waited long enough. Its job then takes the oldest batches into a flight,
// a row that names what will be sent and as what; sends it; and settles, which takes the batches away.
const (
	bufferIn     = "in"
	bufferOut    = "out"
	bufferCopy   = "copy"
	partitionOf  = "part/"
	errorsOf     = "error/"
	failedWork   = "processing-failed"
	failedUnpack = "decompression-failed"
	failedHTTP   = "http-endpoint-failed"

	failedConversion = "format-conversion-failed"
)

// fill is how full a buffer is.
type fill struct {
	Bytes int64             // waiting and not in flight
	First time.Time         // arrival of the oldest such batch; zero: none waits
	Skip  int               `json:",omitempty"` // records of the oldest batch that have been processed already
	Keys  map[string]string `json:",omitempty"` // of a partition
}

// batch is records that arrived together.
type batch struct {
	Ref     blob.Ref
	Bytes   int64 // of data
	Records int
	At      time.Time
}

// add puts a batch into a buffer and sees that the buffer will be flushed. While a delivery is under way, the job that carries it
// looks after the buffer when it ends.
func (s *Service) add(tx *store.Tx, row *stream, buffer string, keys map[string]string, list ...batch) {
	if len(list) == 0 {
		return
	}
	t, _ := s.tallies.Get(tx, row.ID)
	at := store.Key(row.ID, buffer)
	f, known := s.fills.Get(tx, at)
	if !known && strings.HasPrefix(buffer, partitionOf) {
		f.Keys = keys
		t.Partitions++
	}
	was, waited := row.due(buffer, &f)
	for _, b := range list {
		if f.First.IsZero() {
			f.First = b.At
		}
		s.batches.Put(tx, position(row.ID, buffer, t.Next), b)
		t.Next++
		f.Bytes += b.Bytes
	}
	s.tallies.Put(tx, row.ID, t)
	s.fills.Put(tx, at, f)
	if due, _ := row.due(buffer, &f); waited && due.Equal(was) {
		return
	}
	if _, set := s.flush.DueKey(tx, at); set && s.flights.Has(tx, at) {
		return
	}
	s.arm(tx, row, buffer, &f)
}

// due is when a buffer is to be flushed: at once when it is full, and else when its oldest batch has waited long enough.
// waiting=false: it is empty.
func (row *stream) due(buffer string, f *fill) (at time.Time, waiting bool) {
	size, wait := row.hints(buffer)
	if f.First.IsZero() || f.Bytes >= size {
		return f.First, !f.First.IsZero()
	}
	return f.First.Add(wait), true
}

// hints are how much a buffer collects, and for how long.
func (row *stream) hints(buffer string) (size int64, wait time.Duration) {
	switch {
	case buffer == bufferIn:
		return 0, 0
	case buffer == bufferCopy && row.Backup != nil:
		return row.Backup.hints()
	case buffer == bufferOut && row.HTTP != nil:
		return int64(row.HTTP.BufferMB) << 20, time.Duration(row.HTTP.BufferSeconds) * time.Second
	}
	return row.S3.hints()
}

func (d *target) hints() (int64, time.Duration) {
	return int64(d.BufferMB) << 20, time.Duration(d.BufferSeconds) * time.Second
}

// arm sets the job that will flush a buffer.
func (s *Service) arm(tx *store.Tx, row *stream, buffer string, f *fill) {
	if due, waiting := row.due(buffer, f); waiting {
		s.flush.AtKey(tx, store.Key(row.ID, buffer), due, flushArg{row.Name, row.ID, buffer})
	}
}

// gather counts off the oldest batches up to the buffer's size, and says since when the rest waits.
func (s *Service) gather(tx *store.Tx, row *stream, buffer string, fill *fill) (f flight) {
	size, _ := row.hints(buffer)
	fill.First = time.Time{}
	for key, b := range s.batches.Prefix(tx, position(row.ID, buffer), "") {
		if f.Batches == maxInFlight || (f.Batches > 0 && f.Bytes+b.Bytes > size) {
			fill.First = b.At
			break
		}
		if f.Batches == 0 {
			f.First, f.From = b.At, sequenceOf(key)
		}
		f.To = sequenceOf(key) + 1
		f.Batches++
		f.Records += b.Records
		f.Bytes += b.Bytes
	}
	fill.Bytes -= f.Bytes
	return f
}

// release takes a batch away and returns its blob, if nothing else holds it.
func (s *Service) release(tx *store.Tx, id, key string, b *batch) []blob.Ref {
	s.batches.Delete(tx, key)
	share := store.Key(id, b.Ref.String())
	if s.shares.Has(tx, share) {
		s.shares.Delete(tx, share)
		return nil
	}
	return []blob.Ref{b.Ref}
}

// emptied takes away what is known of a buffer that nothing waits in.
func (s *Service) emptied(tx *store.Tx, row *stream, buffer string) {
	s.fills.Delete(tx, store.Key(row.ID, buffer))
	if strings.HasPrefix(buffer, partitionOf) {
		t, _ := s.tallies.Get(tx, row.ID)
		t.Partitions--
		s.tallies.Put(tx, row.ID, t)
	}
}

// position is the key of a batch; without a sequence, what the keys of a buffer's batches begin with.
func position(id, buffer string, sequence ...uint64) string {
	if len(sequence) == 0 {
		return store.Key(id, buffer, "")
	}
	return store.Key(id, buffer, fmt.Sprintf("%016x", sequence[0]))
}

func sequenceOf(key string) (n uint64) {
	parts, _ := store.Split(key, 3)
	_, _ = fmt.Sscanf(parts[2], "%016x", &n) // our own row
	return n
}
