package firehose

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/snappy"

	api "unyo/api/firehose"
)

// unhadoop reads as Hadoop's BlockDecompressorStream does, with its buffer.
func unhadoop(t *testing.T, in []byte) string {
	t.Helper()
	var out []byte
	for len(in) > 0 {
		whole, packed := binary.BigEndian.Uint32(in), binary.BigEndian.Uint32(in[4:])
		if packed > hadoopBuffer || whole > hadoopBuffer {
			t.Fatalf("a block of %d bytes, packed %d", whole, packed)
		}
		part, err := snappy.Decode(nil, in[8:8+packed])
		if err != nil || len(part) != int(whole) {
			t.Fatalf("%d bytes of %d, %v", len(part), whole, err)
		}
		out, in = append(out, part...), in[8+packed:]
	}
	return string(out)
}

func TestCompressions(t *testing.T) {
	noise := make([]byte, 700<<10) // cannot be compressed
	r := rand.NewChaCha8([32]byte{})
	_, _ = r.Read(noise)
	records := []string{"one\n", strings.Repeat("two ", 100<<10), string(noise)}
	for format, read := range map[string]func(key string, body []byte) string{
		"UNCOMPRESSED": func(_ string, body []byte) string { return string(body) },
		"ZIP": func(key string, body []byte) string {
			z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
			if err != nil || len(z.File) != 1 || !strings.HasSuffix(key, "/"+z.File[0].Name+".zip") {
				t.Fatalf("%s: %v", key, err)
			}
			file, err := z.File[0].Open()
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(file)
			if err != nil {
				t.Fatal(err)
			}
			return string(text)
		},
		"Snappy": func(key string, body []byte) string {
			text, err := io.ReadAll(snappy.NewReader(bytes.NewReader(body)))
			if err != nil || !strings.HasSuffix(key, ".snappy") {
				t.Fatalf("%s: %v", key, err)
			}
			return string(text)
		},
		"HADOOP_SNAPPY": func(key string, body []byte) string {
			if !strings.HasSuffix(key, ".hsnappy") {
				t.Errorf("object is named %s", key)
			}
			return unhadoop(t, body)
		},
	} {
		f := setUp(t)
		f.create(func(d *api.ExtendedS3DestinationConfiguration) { d.CompressionFormat = new(format) })
		f.put(records...)
		f.advance(301 * time.Second)
		for key, body := range f.bucket.objects {
			if got := read(key, []byte(body)); got != strings.Join(records, "") {
				t.Errorf("%s: %d bytes", format, len(got))
			}
		}
		if len(f.bucket.objects) != 1 {
			t.Errorf("%s: %d objects", format, len(f.bucket.objects))
		}
	}
}
