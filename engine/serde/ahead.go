package serde

import (
	"fmt"
	"io"
	"sync"
)

// ahead unpacks while what was unpacked before is used: on the second core, two blocks further at most.
type ahead struct {
	in     io.Reader
	stored *Counted
	begin  sync.Once
	end    sync.Once
	full   chan aheadBlock
	empty  chan []byte
	done   chan struct{}
	ended  chan struct{}

	held aheadBlock
	left []byte // of the block held
}

// aheadBlock is some bytes, with how much of what is stored had been read for them. So bytes scanned depend on what was used
// and not on how far ahead the other side was.
type aheadBlock struct {
	b      []byte
	stored int64
	err    error
}

const (
	aheadBytes  = 256 << 10
	aheadBlocks = 3
)

func newAhead(in io.Reader, stored *Counted) *ahead {
	a := &ahead{in: in, stored: stored, full: make(chan aheadBlock, aheadBlocks), empty: make(chan []byte, aheadBlocks), done: make(chan struct{}), ended: make(chan struct{})}
	for range aheadBlocks {
		a.empty <- nil
	}
	return a
}

// Read gives what is unpacked; it is called by one side only.
func (a *ahead) Read(b []byte) (int, error) {
	a.begin.Do(func() { go a.run() })
	for len(a.left) == 0 {
		if a.held.err != nil {
			return 0, a.held.err
		}
		if a.held.b != nil {
			a.empty <- a.held.b
		}
		select {
		case a.held = <-a.full:
		case <-a.done:
			return 0, io.ErrClosedPipe
		}
		a.left = a.held.b
	}
	n := copy(b, a.left)
	a.left = a.left[n:]
	return n, nil
}

func (a *ahead) run() {
	defer close(a.ended)
	defer func() {
		if r := recover(); r != nil { // a decompressor that trusts its input too far
			a.full <- aheadBlock{err: broken(fmt.Errorf("%v", r))}
		}
	}()
	for {
		var b []byte
		select {
		case <-a.done:
			return
		case b = <-a.empty:
		}
		if b == nil {
			b = make([]byte, aheadBytes)
		}
		n, err := io.ReadFull(a.in, b[:aheadBytes])
		if err == io.ErrUnexpectedEOF && n > 0 { // fewer than a block; what it ends with comes next
			err = nil
		}
		a.full <- aheadBlock{b[:n], a.stored.N, err} // there is room: no more blocks than places
		if err != nil {
			return
		}
	}
}

// scanned is how much of what is stored was read for what has been used.
func (a *ahead) scanned() int64 { return a.held.stored }

// Close waits until nothing reads any more.
func (a *ahead) Close() {
	a.begin.Do(func() { close(a.ended) }) // it has not begun, and will not
	a.end.Do(func() { close(a.done) })
	<-a.ended
}
