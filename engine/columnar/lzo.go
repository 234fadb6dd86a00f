package columnar

import "encoding/binary"

// unlzoHadoop undoes LZO as Hadoop frames it: blocks behind their length, each of chunks behind theirs. Athena reads such files and writes none.
// https://docs.aws.amazon.com/athena/latest/ug/compression-support-hive.html
func unlzoHadoop(dst, src []byte, size int) ([]byte, error) {
	if size > 256*len(src)+64 {
		return nil, corrupt("bad lzo")
	}
	dst = resized(dst, size)[:0]
	for len(dst) < size {
		if len(src) < 4 {
			return nil, errShort
		}
		block := int(binary.BigEndian.Uint32(src))
		if src = src[4:]; block > size-len(dst) {
			return nil, corrupt("bad lzo")
		}
		for end := len(dst) + block; len(dst) < end; {
			if len(src) < 4 || int(binary.BigEndian.Uint32(src)) > len(src)-4 {
				return nil, errShort
			}
			chunk := src[4 : 4+int(binary.BigEndian.Uint32(src))]
			src = src[4+len(chunk):]
			was := len(dst)
			var err error
			if dst, err = unlzo(dst, chunk, end); err != nil {
				return nil, err
			}
			if len(dst) == was {
				return nil, corrupt("bad lzo")
			}
		}
	}
	return dst, nil
}

// unlzo appends what LZO1X has packed to dst, which grows to no more than most bytes. Matches reach back to where dst was.
// https://docs.kernel.org/staging/lzo.html
func unlzo(dst, src []byte, most int) ([]byte, error) {
	l := lzo{dst: dst, src: src, from: len(dst), most: most}
	if len(src) > 0 && src[0] > 17 { // literals first
		n := int(l.byte()) - 17
		l.literals(n)
		l.state = min(n, 4)
	}
	for !l.bad && !l.end {
		l.instruction()
	}
	if l.bad {
		return nil, corrupt("bad lzo")
	}
	return l.dst, nil
}

type lzo struct {
	dst, src   []byte
	from, most int
	state      int // literals that the last instruction copied; 4 for four and more
	bad, end   bool
}

func (l *lzo) byte() byte {
	if len(l.src) == 0 {
		l.bad = true
		return 0
	}
	b := l.src[0]
	l.src = l.src[1:]
	return b
}

// length is a count whose zero means that zeros, of 255 each, and a rest follow.
func (l *lzo) length(n, mask int) int {
	if n != 0 {
		return n
	}
	for n = mask; !l.bad; n += 255 {
		if b := int(l.byte()); b != 0 {
			return n + b
		}
	}
	return 0
}

func (l *lzo) literals(n int) {
	if n > len(l.src) || n > l.most-len(l.dst) {
		l.bad = true
		return
	}
	l.dst = append(l.dst, l.src[:n]...)
	l.src = l.src[n:]
}

// match copies what lies some bytes back, and the literals after it.
func (l *lzo) match(back, n, literals int) {
	if back > len(l.dst)-l.from || n > l.most-len(l.dst) {
		l.bad = true
		return
	}
	for range n { // what is copied may be copied again
		l.dst = append(l.dst, l.dst[len(l.dst)-back])
	}
	l.literals(literals)
	l.state = literals
}

func (l *lzo) instruction() {
	c := int(l.byte())
	switch {
	case l.bad:
	case c >= 64:
		n := c>>5 + 1
		l.match(int(l.byte())<<3+c>>2&7+1, n, c&3)
	case c >= 32:
		n := l.length(c&31, 31) + 2
		low := int(l.byte())
		l.match(int(l.byte())<<6+low>>2+1, n, low&3)
	case c >= 16:
		n := l.length(c&7, 7) + 2
		low := int(l.byte())
		back := c&8<<11 + int(l.byte())<<6 + low>>2
		if back == 0 {
			l.end = !l.bad
			return
		}
		l.match(back+16384, n, low&3)
	case l.state == 0:
		l.literals(l.length(c, 15) + 3)
		l.state = 4
	case l.state == 4:
		l.match(int(l.byte())<<2+c>>2+2049, 3, c&3)
	default:
		l.match(int(l.byte())<<2+c>>2+1, 2, c&3)
	}
}
