package firehose

import (
	"archive/zip"
	"encoding/binary"
	"io"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
)

// compression is one way to pack an object. The same records always give the same bytes.
type compression struct {
	suffix string
	writer func(w io.Writer, name string) (io.WriteCloser, error) // nil: as it is
}

// compressions are the API's CompressionFormat.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_ExtendedS3DestinationConfiguration.html
var compressions = map[string]compression{
	"UNCOMPRESSED": {},
	"GZIP": {".gz", func(w io.Writer, _ string) (io.WriteCloser, error) {
		return gzip.NewWriterLevel(w, gzip.DefaultCompression)
	}},
	"ZIP": {".zip", newZip},
	// The framing format: https://github.com/google/snappy/blob/main/framing_format.txt
	"Snappy":        {".snappy", func(w io.Writer, _ string) (io.WriteCloser, error) { return snappy.NewBufferedWriter(w), nil }},
	"HADOOP_SNAPPY": {".hsnappy", func(w io.Writer, _ string) (io.WriteCloser, error) { return &hadoopSnappy{w: w}, nil }},
}

// zipped is an archive of one file.
type zipped struct {
	io.Writer
	archive *zip.Writer
}

func newZip(w io.Writer, name string) (io.WriteCloser, error) {
	z := zip.NewWriter(w)
	file, err := z.CreateHeader(&zip.FileHeader{Name: strings.TrimSuffix(name, ".zip"), Method: zip.Deflate})
	return &zipped{file, z}, err
}

func (z *zipped) Close() error { return z.archive.Close() }

// hadoopBlock is how much Hadoop's codec packs at a time: io.compression.codec.snappy.buffersize, 256 KiB, less what snappy may add, for a
// reader's buffer is of that size too.
const hadoopBlock = hadoopBuffer - (hadoopBuffer/6 + 32)

const hadoopBuffer = 256 << 10

// hadoopSnappy writes as Hadoop's BlockCompressorStream does: the size of a block, then the size of what it is compressed to,
// both as big-endian numbers of 4 bytes, and that.
type hadoopSnappy struct {
	w     io.Writer
	block []byte
}

func (h *hadoopSnappy) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		c := min(len(p), hadoopBlock-len(h.block))
		h.block = append(h.block, p[:c]...)
		p = p[c:]
		if len(h.block) == hadoopBlock {
			if err := h.flush(); err != nil {
				return 0, err
			}
		}
	}
	return n, nil
}

func (h *hadoopSnappy) flush() error {
	packed := snappy.Encode(nil, h.block)
	head := binary.BigEndian.AppendUint32(nil, uint32(len(h.block)))
	head = binary.BigEndian.AppendUint32(head, uint32(len(packed)))
	h.block = h.block[:0]
	if _, err := h.w.Write(head); err != nil {
		return err
	}
	_, err := h.w.Write(packed)
	return err
}

func (h *hadoopSnappy) Close() error {
	if len(h.block) == 0 {
		return nil
	}
	return h.flush()
}
