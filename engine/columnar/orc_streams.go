package columnar

// intStream gives the integers of a stream, some at a time.
type intStream struct {
	r    intReader
	v1   bool
	held []int64 // of the run begun
	at   int
}

func newIntStream(b []byte, encoding uint64, signed bool) *intStream {
	return &intStream{r: intReader{b: b, signed: signed}, v1: encoding < encodingDirectV2}
}

// read makes dst the next n integers.
func (s *intStream) read(dst []int64, n int) ([]int64, error) {
	dst = resized(dst, n)
	for at := 0; at < n; {
		if s.at == len(s.held) {
			if s.at, s.held = 0, s.held[:0]; s.v1 {
				s.held = s.r.runV1(s.held)
			} else {
				s.held = s.r.runV2(s.held)
			}
			if s.r.bad {
				return nil, corrupt("a column ends too early")
			}
		}
		k := copy(dst[at:], s.held[s.at:])
		at += k
		s.at += k
	}
	return dst, nil
}

// byteStream gives the bytes of runs, some at a time.
type byteStream struct {
	b     []byte
	left  int  // of the run
	same  bool // all of the run are value
	value byte
}

func (s *byteStream) read(dst []byte, n int) ([]byte, error) {
	dst = resized(dst, n)
	for at := 0; at < n; {
		if s.left == 0 {
			if len(s.b) < 2 {
				return nil, corrupt("a column ends too early")
			}
			head := int8(s.b[0])
			if s.same = head >= 0; s.same {
				s.left, s.value, s.b = int(head)+3, s.b[1], s.b[2:]
			} else {
				s.left, s.b = -int(head), s.b[1:]
			}
		}
		k := min(s.left, n-at)
		if s.same {
			for i := range dst[at : at+k] {
				dst[at+i] = s.value
			}
		} else {
			if k > len(s.b) {
				return nil, corrupt("a column ends too early")
			}
			s.b = s.b[copy(dst[at:at+k], s.b):]
		}
		at += k
		s.left -= k
	}
	return dst, nil
}

// bitStream gives truths, some at a time, as bytes of 0 and 1.
type bitStream struct {
	bytes byteStream
	room  []byte
	value byte
	left  int // bits of value
}

func (s *bitStream) read(dst []byte, n int) ([]byte, error) {
	dst = resized(dst, n)
	at := 0
	for ; at < n && s.left > 0; at++ {
		s.left--
		dst[at] = s.value >> s.left & 1
	}
	if at == n {
		return dst, nil
	}
	var err error
	if s.room, err = s.bytes.read(s.room, (n-at+7)/8); err != nil {
		return nil, err
	}
	for _, b := range s.room {
		for bit := 7; bit >= 0 && at < n; bit-- {
			dst[at] = b >> bit & 1
			at++
			s.value, s.left = b, bit
		}
	}
	return dst, nil
}
