package glue

import (
	"fmt"
	"io"

	s3api "unyo/api/s3"
)

// crawlBlock is how much of an object is read at once.
const crawlBlock = 512 << 10

// remote reads an object in S3 here and there, a block at a time. It keeps the last one, and the first, to which readers go back.
type remote struct {
	p     *pageOf
	key   string
	etag  *string
	size  int64
	first []byte
	last  []byte
	at    int64 // where last begins
}

func (p *pageOf) open(key string, o *s3api.Object) io.ReaderAt {
	return &remote{p: p, key: key, etag: o.ETag, size: *o.Size, at: -1}
}

// ReadAt fulfils io.ReaderAt.
func (r *remote) ReadAt(b []byte, off int64) (n int, err error) {
	for n < len(b) {
		at := off + int64(n)
		if off < 0 || at >= r.size {
			return n, io.EOF
		}
		block, err := r.block(at / crawlBlock * crawlBlock)
		if err != nil {
			return n, err
		}
		n += copy(b[n:], block[at%crawlBlock:])
	}
	return n, nil
}

func (r *remote) block(at int64) ([]byte, error) {
	switch {
	case at == 0 && r.first != nil:
		return r.first, nil
	case at == r.at:
		return r.last, nil
	}
	b := make([]byte, min(crawlBlock, r.size-at))
	got, err := r.p.s.peers.S3.GetObject(r.p.as, &s3api.GetObjectInput{Bucket: &r.p.bucket, Key: &r.key, IfMatch: r.etag, Range: new(fmt.Sprintf("bytes=%d-%d", at, at+int64(len(b))-1))})
	if err != nil {
		return nil, err
	}
	if c, ok := got.Body.(io.Closer); ok {
		defer c.Close()
	}
	if _, err := io.ReadFull(got.Body, b); err != nil {
		return nil, err
	}
	if at == 0 {
		r.first = b
	} else {
		r.last, r.at = b, at
	}
	return b, nil
}
