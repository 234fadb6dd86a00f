package blob

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

var (
	// ErrFull is a disk without space. Nothing was staged; later calls succeed when space returns.
	ErrFull = errors.New("disk full")
	// ErrDamaged is a blob that is not on disk as it was staged.
	ErrDamaged = errors.New("blob is damaged")
	// ErrClosed is a store after Close.
	ErrClosed = errors.New("blob store is closed")
)

// Ref names a staged blob. Its text form is what rows hold.
type Ref struct {
	File   uint64 // number of the segment or file; 0: the empty blob, which is nowhere
	Offset int64  // of the record in its segment; -1: a file of its own
	Size   int64  // bytes of payload
	Sum    uint64 // CRC-64/NVME of the payload
	Sealed bool   // it is encrypted; false only of blobs from before, and of the empty one
}

// own reports whether the blob has a file of its own.
func (r Ref) own() bool { return r.Offset < 0 }

// empty reports whether there is nothing on disk.
func (r Ref) empty() bool { return r.File == 0 }

// head is how long the header before the payload is.
func (r Ref) head() int64 {
	switch {
	case r.Sealed:
		return headerSize
	case r.own():
		return 0
	}
	return plainHeaderSize
}

// length is how much of its segment or file the blob takes.
func (r Ref) length() int64 { return r.head() + r.Size }

func (r Ref) String() string {
	place := "f"
	if !r.own() {
		place = strconv.FormatInt(r.Offset, 10)
	}
	text := fmt.Sprintf("%d.%s.%d.%016x", r.File, place, r.Size, r.Sum)
	if r.Sealed {
		text += sealedMark
	}
	return text
}

const sealedMark = ".e"

// MarshalText implements encoding.TextMarshaler.
func (r Ref) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (r *Ref) UnmarshalText(b []byte) error {
	var p [4]string
	rest, sealed := strings.CutSuffix(string(b), sealedMark)
	more := true
	for i := range p {
		if !more {
			return fmt.Errorf("no blob ref: %q", b)
		}
		p[i], rest, more = strings.Cut(rest, ".")
	}
	if more {
		return fmt.Errorf("no blob ref: %q", b)
	}
	var errs [4]error
	out := Ref{Sealed: sealed}
	out.File, errs[0] = strconv.ParseUint(p[0], 10, 64)
	if p[1] == "f" {
		out.Offset = -1
	} else if out.Offset, errs[1] = strconv.ParseInt(p[1], 10, 64); out.Offset < 0 {
		errs[1] = errors.New("negative offset")
	}
	if out.Size, errs[2] = strconv.ParseInt(p[2], 10, 64); out.Size < 0 {
		errs[2] = errors.New("negative size")
	}
	out.Sum, errs[3] = strconv.ParseUint(p[3], 16, 64)
	if err := errors.Join(errs[:]...); err != nil {
		return fmt.Errorf("no blob ref: %q: %w", b, err)
	}
	*r = out
	return nil
}
