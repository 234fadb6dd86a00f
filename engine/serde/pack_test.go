package serde

import (
	"bytes"
	"encoding/binary"
	"io"
	"os/exec"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"

	"unyo/engine/columnar"
)

func value(n int) *columnar.Value { return &columnar.Value{Valid: true, Int: int64(n)} }

// packed is a text as the extension of that number tells.
func packed(t testing.TB, extension int, text []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	switch extensions[extension] {
	case ".gz":
		w = gzip.NewWriter(&b)
	case ".bz2": // the standard library only reads it
		cmd := exec.Command("python3", "-c", "import sys,bz2; sys.stdout.buffer.write(bz2.compress(sys.stdin.buffer.read()))")
		cmd.Stdin = bytes.NewReader(text)
		out, err := cmd.Output()
		if err != nil {
			t.Skip("no python3 to write bzip2: ", err)
		}
		return out
	case ".zst":
		z, err := zstd.NewWriter(&b)
		if err != nil {
			t.Fatal(err)
		}
		w = z
	case ".deflate":
		w = zlib.NewWriter(&b)
	case ".snappy":
		w = s2.NewWriter(&b, s2.WriterSnappyCompat())
	case ".lz4":
		w = lz4.NewWriter(&b)
	default:
		return text
	}
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Hadoop's codecs frame snappy and lz4 otherwise: blocks of chunks behind lengths.
func TestHadoopFraming(t *testing.T) {
	text := bytes.Repeat([]byte("1,a\n2,b\n"), 1000)
	want := string(bytes.Repeat([]byte("1|\"a\"\n2|\"b\"\n"), 1000))
	tbl := table(t, lazyClass, map[string]string{"field.delim": ","}, "n int", "s string")
	for ext, pack := range map[string]func([]byte) []byte{
		".snappy": func(b []byte) []byte { return s2.EncodeSnappy(nil, b) },
		".lz4": func(b []byte) []byte {
			out := make([]byte, lz4.CompressBlockBound(len(b)))
			n, err := lz4.CompressBlock(b, out, nil)
			if err != nil {
				t.Fatal(err)
			}
			return out[:n]
		},
	} {
		var b []byte
		for _, block := range [][]byte{text[:3000], text[3000:]} {
			b = binary.BigEndian.AppendUint32(b, uint32(len(block)))
			for _, chunk := range [][]byte{block[:1000], block[1000:]} {
				p := pack(chunk)
				b = append(binary.BigEndian.AppendUint32(b, uint32(len(p))), p...)
			}
		}
		expect(t, tbl, object("x"+ext, b), want)
		if _, err := all(tbl, object("x"+ext, b[:len(b)-10])); err == nil {
			t.Errorf("%s: cut short, and nobody says so", ext)
		}
	}
}
