package glue

import (
	"fmt"
	"io"

	s3api "unyo/api/s3"
	"unyo/base/blocks"
)

// open reads an object in S3 here and there.
func (p *pageOf) open(key string, o *s3api.Object) io.ReaderAt {
	return blocks.New(*o.Size, blocks.Shared(1), func(b []byte, off int64) (int, error) {
		got, err := p.s.peers.S3.GetObject(p.as, &s3api.GetObjectInput{Bucket: &p.bucket, Key: &key, IfMatch: o.ETag, Range: new(fmt.Sprintf("bytes=%d-%d", off, off+int64(len(b))-1))})
		if err != nil {
			return 0, err
		}
		if c, ok := got.Body.(io.Closer); ok {
			defer c.Close()
		}
		return io.ReadFull(got.Body, b)
	})
}
