package columnar

import (
	"io"

	"unyo/engine/vector"
)

// ScanORC reads columns of an ORC file.
func ScanORC(r io.ReaderAt, size int64, p Projection) (vector.Reader, error) {
	return nil, ErrUnsupported
}
