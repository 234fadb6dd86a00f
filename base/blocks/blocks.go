// Package blocks reads what lies elsewhere here and there, a block at a time.
package blocks

import (
	"io"
	"sync"
)

// blockBytes is how much is read at once where a file is read here and there.
const blockBytes = 1 << 20

// Reader reads an object here and there. It keeps the last few blocks.
type Reader struct {
	size  int64
	fetch func(p []byte, off int64) (int, error)
	end   *Last // that others who read the same object keep too

	mu   sync.Mutex
	kept []block // the latest last
}

// New reads an object of so many bytes by fetch, which fills p from a place on. Who else reads it has the same end.
func New(size int64, end *Last, fetch func(p []byte, off int64) (int, error)) *Reader {
	return &Reader{size: size, fetch: fetch, end: end}
}

// Last is the last block of an object, in which a file of columns tells what it has: each that reads a part of the file looks there first.
type Last struct {
	mu    sync.Mutex
	data  []byte
	parts int // that have not been read
}

// Shared is the last block of an object that is read in so many parts.
func Shared(parts int) *Last { return &Last{parts: parts} }

// Leave is called when a part has been read; after the last nobody needs the block.
func (l *Last) Leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.parts--; l.parts <= 0 {
		l.data = nil
	}
}

type block struct {
	number int64
	data   []byte
}

const keptBlocks = 4

// ReadAt reads a long stretch as such, and a short one from its block.
func (b *Reader) ReadAt(p []byte, off int64) (n int, err error) {
	if off < 0 || off >= b.size {
		return 0, io.EOF
	}
	if rest := b.size - off; int64(len(p)) > rest {
		if n, err = b.ReadAt(p[:rest], off); err == nil {
			err = io.EOF
		}
		return n, err
	}
	if len(p) >= blockBytes/4 { // who reads so much goes on behind it, and not back
		return b.fetch(p, off)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for n < len(p) {
		data, err := b.block((off + int64(n)) / blockBytes)
		if err != nil {
			return n, err
		}
		n += copy(p[n:], data[(off+int64(n))%blockBytes:])
	}
	return n, nil
}

func (b *Reader) block(number int64) ([]byte, error) {
	if number == (b.size-1)/blockBytes {
		b.end.mu.Lock()
		defer b.end.mu.Unlock()
		if b.end.data != nil {
			return b.end.data, nil
		}
		data, err := b.whole(number)
		b.end.data = data
		return data, err
	}
	for i, k := range b.kept {
		if k.number == number {
			b.kept = append(append(b.kept[:i:i], b.kept[i+1:]...), k)
			return k.data, nil
		}
	}
	data, err := b.whole(number)
	if err != nil {
		return nil, err
	}
	if len(b.kept) == keptBlocks {
		b.kept = b.kept[1:]
	}
	b.kept = append(b.kept, block{number, data})
	return data, nil
}

// whole fetches a block.
func (b *Reader) whole(number int64) ([]byte, error) {
	data := make([]byte, min(blockBytes, b.size-number*blockBytes))
	if _, err := b.fetch(data, number*blockBytes); err != nil {
		return nil, err
	}
	return data, nil
}
