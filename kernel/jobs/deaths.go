package jobs

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync"

	"unyo/kernel/store"
)

// maxDeaths is how often in a row the process may die while a job runs. Then the job is not run again but kept as work that could not be done:
// one that takes all of the machine's memory would otherwise do so at every start, and the estate could never be served again.
const maxDeaths = 5

// deaths notes in a file which jobs are running, so that the next process can tell which were when this one died. It is no part of the store:
// what is done does not depend on it until a job is given up. It is not synced either, since what a process has written outlives it, and a
// machine that loses power is no job's fault. A nil deaths notes nothing.
//
// The file is slots of slotSize bytes: due key (16 bytes), how often the process has died (4 bytes), 1 if the job is running (4 bytes), zeros. Numbers are big endian.
type deaths struct {
	alone chan struct{} // held by the one suspect that runs

	mu    sync.Mutex
	file  *os.File
	slots map[string]slot // due key
	free  []int64
	end   int64 // slots in the file
}

type slot struct {
	n    int64
	died uint32
}

const slotSize = 32 // no slot lies across two pages

// Watch has the queue count in a file how often the process dies while a job runs. Jobs that were running when the last process died are
// counted now.
func (q *Queue) Watch(ctx context.Context, path string) error {
	d := &deaths{alone: make(chan struct{}, 1), slots: map[string]slot{}}
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("cannot read which jobs were running: %w", err)
	}
	err = q.store.View(ctx, func(tx *store.Tx) error {
		for b := old; len(b) >= slotSize; b = b[slotSize:] {
			at, died := string(b[:16]), binary.BigEndian.Uint32(b[16:])
			if b[23] == 1 {
				died++
			}
			if died == 0 || !q.due.Has(tx, at) {
				continue
			}
			q.log.Warn("the process has died while a job ran", "job", jobID(sequence(at)), "times", died)
			d.slots[at] = slot{d.end, died}
			d.end++
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("cannot read the jobs: %w", err)
	}
	if err := d.renew(path); err != nil { // on a full disk, on which the estate can still be read
		q.log.Warn("it is not noted which jobs run", "error", err)
		return nil
	}
	q.deaths = d
	return nil
}

// renew writes the file anew, in place of the old one at once: a process that dies here has counted either none or all.
func (d *deaths) renew(path string) (err error) {
	fresh := make([]byte, d.end*slotSize)
	for at, s := range d.slots {
		copy(fresh[s.n*slotSize:], s.bytes(at, false))
	}
	if err := os.WriteFile(path+".new", fresh, 0o600); err != nil {
		return err
	}
	if err := os.Rename(path+".new", path); err != nil {
		return err
	}
	d.file, err = os.OpenFile(path, os.O_RDWR, 0)
	return err
}

// Close ends what Watch began.
func (q *Queue) Close() error {
	if q.deaths == nil {
		return nil
	}
	if err := q.deaths.file.Close(); !errors.Is(err, os.ErrClosed) {
		return err
	}
	return nil
}

func (s slot) bytes(at string, running bool) []byte {
	b := make([]byte, slotSize)
	copy(b, at)
	binary.BigEndian.PutUint32(b[16:], s.died)
	if running {
		b[23] = 1
	}
	return b
}

// begin notes that the job at that due key is about to run, and tells how often the process has died of it, or of what ran beside it.
// So that the innocent are soon cleared, suspects run one at a time. err: ctx ended while the job waited for its turn.
func (d *deaths) begin(ctx context.Context, at string) (died uint32, err error) {
	if d == nil {
		return 0, nil
	}
	d.mu.Lock()
	s, suspect := d.slots[at]
	d.mu.Unlock()
	if suspect {
		select {
		case d.alone <- struct{}{}:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if !suspect {
		if n := len(d.free); n > 0 {
			s.n, d.free = d.free[n-1], d.free[:n-1]
		} else {
			s.n, d.end = d.end, d.end+1
		}
		d.slots[at] = s
	}
	d.write(s.n, s.bytes(at, true))
	return s.died, nil
}

// done notes that the job does not run any more. Unless it is over, because the process stops in good order, what is counted stays.
func (d *deaths) done(at string, over bool) {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.slots[at]
	if s.died > 0 {
		<-d.alone
	}
	if s.died > 0 && !over {
		d.write(s.n, s.bytes(at, false))
		return
	}
	delete(d.slots, at)
	d.free = append(d.free, s.n)
	d.write(s.n, make([]byte, slotSize))
}

// restart forgets everything.
func (d *deaths) restart() {
	if d == nil {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	for at, s := range d.slots {
		if s.died > 0 {
			delete(d.slots, at)
			d.free = append(d.free, s.n)
			d.write(s.n, make([]byte, slotSize))
		}
	}
}

// write fills a slot. A note that cannot be written, on a full disk, holds up no work.
func (d *deaths) write(n int64, b []byte) { _, _ = d.file.WriteAt(b, n*slotSize) }
