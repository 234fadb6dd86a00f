package inflate

import (
	"encoding/binary"
	"io"
)

// tables reads the codes of a block.
func (z *Reader) tables() error {
	head, err := z.take(14)
	if err != nil {
		return err
	}
	lits, dists, n := int(head&31)+257, int(head>>5&31)+1, int(head>>10)+4
	if lits > 286 || dists > 30 {
		return ErrCorrupt
	}
	var order [19]uint8
	for i := range n {
		v, err := z.take(3)
		if err != nil {
			return err
		}
		order[lengthOrder[i]] = uint8(v)
	}
	var codes distTable
	if !build(codes[:], order[:], distBits, func(symbol int) entry { return entry(symbol+1) << 16 }) {
		return ErrCorrupt
	}
	var lengths [286 + 30 + 138]uint8 // a repetition may go beyond the end, which is looked at behind
	all := lits + dists
	for i := 0; i < all; {
		if z.n < 16 {
			if err := z.refill(); err != nil {
				return err
			}
		}
		e := codes[z.bits&(1<<distBits-1)]
		if e == 0 {
			return ErrCorrupt
		}
		z.bits >>= e & 0xff
		z.n -= uint(e & 0xff)
		times, value := 1, uint8(e>>16-1)
		switch value {
		case 16:
			if i == 0 {
				return ErrCorrupt
			}
			times, value = 3+int(z.bits&3), lengths[i-1]
			z.bits, z.n = z.bits>>2, z.n-2
		case 17:
			times, value = 3+int(z.bits&7), 0
			z.bits, z.n = z.bits>>3, z.n-3
		case 18:
			times, value = 11+int(z.bits&127), 0
			z.bits, z.n = z.bits>>7, z.n-7
		}
		for range times {
			lengths[i] = value
			i++
		}
		if i > all {
			return ErrCorrupt
		}
	}
	if z.overrun() {
		return io.ErrUnexpectedEOF
	}
	if lengths[256] == 0 || !z.lits.build(lengths[:lits]) || !z.dists.build(lengths[lits:all]) {
		return ErrCorrupt
	}
	return nil
}

// codes unpacks some of a block, until the block, the room or the input that is at hand comes to its end. It is one loop over values of its own: a call for each
// symbol would take as long as the symbol.
func (z *Reader) codes() error {
	if z.overrun() {
		return io.ErrUnexpectedEOF
	}
	if z.end-z.pos < padding && !z.ended {
		if err := z.fill(); err != nil {
			return err
		}
	}
	in, out := z.in[:z.end+padding], z.out
	pos, w, bits, n := z.pos, z.w, z.bits, z.n
	stop := z.end - 8 // where more must be read, or it must be seen that there is no more
	if z.ended {
		stop = z.end + 8
	}
	var err error
	for w < outRoom && pos <= stop {
		bits |= binary.LittleEndian.Uint64(in[pos:]) << (n & 63)
		pos += int((63 - n) >> 3)
		n |= 56
		e := z.lits[bits&(1<<litBits-1)]
		for range 3 { // of 11 bits each; what follows takes at most 15 and 5
			if e&isLiteral == 0 {
				break
			}
			out[w], out[w+1] = byte(e>>16), byte(e>>24)
			w += 1 + int(e&isTwo)>>14
			bits >>= e & 63
			n -= uint(e & 63)
			e = z.lits[bits&(1<<litBits-1)]
		}
		if e&isLiteral != 0 {
			continue
		}
		if e&isTable != 0 {
			bits >>= litBits
			n -= litBits
			e = z.lits[(uint64(e>>16)+bits&(1<<(e>>8&extraMask)-1))&uint64(len(z.lits)-1)]
			if e&isLiteral != 0 {
				out[w] = byte(e >> 16)
				w++
				bits >>= e & 63
				n -= uint(e & 63)
				continue
			}
		}
		if e&0xff == 0 {
			err = ErrCorrupt
			break
		}
		bits >>= e & 63
		n -= uint(e & 63)
		if e&isEnd != 0 {
			z.state = atBlock
			break
		}
		extra := e >> 8 & extraMask
		length := int(e>>16) + int(bits&(1<<extra-1))
		bits >>= extra
		n -= uint(extra)

		bits |= binary.LittleEndian.Uint64(in[min(pos, len(in)-8):]) << (n & 63)
		pos += int((63 - n) >> 3)
		n |= 56
		e = z.dists[bits&(1<<distBits-1)]
		if e&isTable != 0 {
			bits >>= distBits
			n -= distBits
			e = z.dists[(uint64(e>>16)+bits&(1<<(e>>8&extraMask)-1))&uint64(len(z.dists)-1)]
		}
		if e&0xff == 0 {
			err = ErrCorrupt
			break
		}
		bits >>= e & 63
		n -= uint(e & 63)
		extra = e >> 8 & extraMask
		back := int(e>>16) + int(bits&(1<<extra-1))
		bits >>= extra
		n -= uint(extra)
		if back > w {
			err = ErrCorrupt
			break
		}
		w = again(out, w, back, length)
	}
	z.pos, z.w, z.bits, z.n = pos, w, bits, n
	if err == nil && z.overrun() {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// again writes what was written back bytes before once more; it may write some bytes beyond. It tells where it ends.
func again(out []byte, w, back, length int) int {
	end := w + length
	if back < 8 {
		for ; w < end; w++ {
			out[w] = out[w-back]
		}
		return end
	}
	for ; w < end; w += 8 {
		binary.LittleEndian.PutUint64(out[w:], binary.LittleEndian.Uint64(out[w-back:]))
	}
	return end
}
