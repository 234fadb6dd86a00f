// Package inflate unpacks gzip streams (RFC 1952, RFC 1951) at about twice the speed of what the standard library has: it looks at eight bytes at a time, and its
// tables give two literals for one look where their codes are short.
package inflate

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// Errors of streams that are none, or damaged. One that ends too early gives io.ErrUnexpectedEOF.
var (
	ErrHeader  = errors.New("gzip: invalid header")
	ErrSum     = errors.New("gzip: invalid checksum")
	ErrCorrupt = errors.New("gzip: corrupt data")
)

const (
	window  = 32 << 10
	outRoom = window + 128<<10
	slack   = 258 + 16 // what one step may write beyond where it was told to stop
	inRoom  = 64 << 10
	padding = 16 // zeros behind the input's end, so that eight bytes can be looked at
)

// What comes next in the stream.
type state uint8

const (
	atMember state = iota // the head of a member, or the end
	atBlock
	inStored
	inCodes
	atSums
)

// Reader unpacks a stream of gzip members. Its errors are final.
type Reader struct {
	src   io.Reader
	in    []byte // of end bytes, and padding
	pos   int
	end   int
	ended bool // src

	bits uint64
	n    uint // bits that count; those above are of the bytes from pos on

	out   []byte
	given int // of out, what has been handed out
	w     int // of out, where the next byte is written

	state  state
	last   bool // the block is the member's last
	stored int  // bytes of a stored block that are still to come
	sum    uint32
	size   uint32
	any    bool // a member was read
	err    error

	lits  litTable
	dists distTable
}

// NewReader returns a reader of src. It reads further than the stream's end.
func NewReader(src io.Reader) *Reader {
	return &Reader{src: src, in: make([]byte, inRoom+padding), out: make([]byte, outRoom+slack)}
}

// Reset makes z a reader of src.
func (z *Reader) Reset(src io.Reader) {
	*z = Reader{src: src, in: z.in, out: z.out, lits: z.lits, dists: z.dists}
}

func (z *Reader) Read(p []byte) (int, error) {
	for z.given == z.w {
		if z.err != nil {
			return 0, z.err
		}
		if len(p) == 0 {
			return 0, nil
		}
		z.step()
	}
	n := copy(p, z.out[z.given:z.w])
	z.given += n
	return n, nil
}

// step goes on until something is there to be handed out, or an error.
func (z *Reader) step() {
	if z.w > outRoom-1024 { // what is behind may be gone but for the window
		copy(z.out, z.out[z.w-window:z.w])
		z.w, z.given = window, window
	}
	from := z.w
	for z.w == from && z.err == nil {
		switch z.state {
		case atMember:
			z.err = z.member()
			from = z.w
		case atBlock:
			z.err = z.block()
		case inStored:
			z.err = z.copyStored()
		case inCodes:
			z.err = z.codes()
		case atSums:
			z.err = z.sums()
		}
	}
	made := z.out[from:z.w]
	z.sum, z.size = crc32.Update(z.sum, crc32.IEEETable, made), z.size+uint32(len(made))
}

// fill reads more input, as long as there is any, until a good deal is there.
func (z *Reader) fill() error {
	if z.ended {
		return nil
	}
	back := int(z.n >> 3) // bytes of which the bits are at hand: they may be given back
	z.end = copy(z.in, z.in[z.pos-back:z.end])
	z.pos = back
	for tries := 0; z.end < inRoom/2; {
		n, err := z.src.Read(z.in[z.end:inRoom])
		z.end += n
		if err == io.EOF {
			z.ended = true
			break
		}
		if err != nil {
			return err
		}
		if n > 0 {
			tries = 0
		} else if tries++; tries > 100 {
			return io.ErrNoProgress
		}
	}
	clear(z.in[z.end : z.end+padding])
	return nil
}

// refill has at least 56 bits at hand. Behind the end they are zeros.
func (z *Reader) refill() error {
	if z.overrun() {
		return io.ErrUnexpectedEOF
	}
	if z.pos+8 > z.end && !z.ended {
		if err := z.fill(); err != nil {
			return err
		}
	}
	z.bits |= binary.LittleEndian.Uint64(z.in[min(z.pos, z.end+padding-8):]) << z.n
	more := (63 - z.n) >> 3
	z.pos += int(more)
	z.n += more * 8
	return nil
}

// overrun tells whether more has been used than is there.
func (z *Reader) overrun() bool { return z.pos-int(z.n>>3) > z.end }

// take is the next n bits, at most 32.
func (z *Reader) take(n uint) (uint32, error) {
	if z.n < n {
		if err := z.refill(); err != nil {
			return 0, err
		}
	}
	v := uint32(z.bits & (1<<n - 1))
	z.bits >>= n
	z.n -= n
	if z.overrun() {
		return 0, io.ErrUnexpectedEOF
	}
	return v, nil
}

// align goes to the next whole byte, and has no bits at hand.
func (z *Reader) align() {
	z.pos -= int(z.n >> 3)
	z.bits, z.n = 0, 0
}

// bytes takes n bytes into the sum of bits, lowest first.
func (z *Reader) bytes(n uint) (uint32, error) { return z.take(8 * n) }

// Flags of a member's head.
const (
	hasSum     = 1 << 1
	hasExtra   = 1 << 2
	hasName    = 1 << 3
	hasComment = 1 << 4
)

// member reads the head of the next member; io.EOF if there is none.
func (z *Reader) member() error {
	z.align()
	if z.end-z.pos < padding && !z.ended {
		if err := z.fill(); err != nil {
			return err
		}
	}
	if z.pos >= z.end {
		if z.any {
			return io.EOF
		}
		return io.ErrUnexpectedEOF
	}
	head, err := z.bytes(4)
	if err != nil {
		return err
	}
	if head&0xffffff != 0x088b1f {
		return ErrHeader
	}
	if _, err := z.bytes(4); err != nil { // when
		return err
	}
	if _, err := z.bytes(2); err != nil { // how, and on what system
		return err
	}
	if err := z.skipHead(byte(head >> 24)); err != nil {
		return err
	}
	z.any, z.sum, z.size, z.state = true, 0, 0, atBlock
	z.w, z.given = 0, 0 // nothing that was before is referred to
	return nil
}

// skipHead passes over what a member's head has beyond what is in all.
func (z *Reader) skipHead(flags byte) error {
	if flags&hasExtra != 0 {
		n, err := z.bytes(2)
		for ; n > 0 && err == nil; n-- {
			_, err = z.bytes(1)
		}
		if err != nil {
			return err
		}
	}
	for _, f := range []byte{hasName, hasComment} {
		for flags&f != 0 {
			c, err := z.bytes(1)
			if err != nil {
				return err
			}
			if c == 0 {
				break
			}
		}
	}
	if flags&hasSum != 0 {
		if _, err := z.bytes(2); err != nil {
			return err
		}
	}
	return nil
}

// sums checks what a member ends with.
func (z *Reader) sums() error {
	z.align()
	sum, err := z.bytes(4)
	if err != nil {
		return err
	}
	size, err := z.bytes(4)
	if err != nil {
		return err
	}
	if sum != z.sum || size != z.size {
		return ErrSum
	}
	z.state = atMember
	return nil
}

// block reads the head of a block.
func (z *Reader) block() error {
	if z.last {
		z.last, z.state = false, atSums
		return nil
	}
	head, err := z.take(3)
	if err != nil {
		return err
	}
	z.last = head&1 == 1
	switch head >> 1 {
	case 0:
		z.align()
		n, err := z.bytes(4)
		if err != nil {
			return err
		}
		if n&0xffff != ^n>>16 {
			return ErrCorrupt
		}
		z.align()
		z.stored, z.state = int(n&0xffff), inStored
		return nil
	case 1:
		z.lits, z.dists = fixedLits, fixedDists
	case 2:
		if err := z.tables(); err != nil {
			return err
		}
	default:
		return ErrCorrupt
	}
	z.state = inCodes
	return nil
}

// copyStored copies some of a stored block.
func (z *Reader) copyStored() error {
	if z.stored == 0 {
		z.state = atBlock
		return nil
	}
	if z.pos >= z.end {
		if err := z.fill(); err != nil {
			return err
		}
		if z.pos >= z.end {
			return io.ErrUnexpectedEOF
		}
	}
	n := copy(z.out[z.w:min(outRoom, z.w+z.stored)], z.in[z.pos:z.end])
	z.w += n
	z.pos += n
	z.stored -= n
	return nil
}
