package s3

import (
	"fmt"
	"io"
	"time"

	"unyo/engine/blob"
	"unyo/kernel/store"
)

// Multipart uploads. Parts are rows under the upload's id until it is completed; then those that make up the object move, in their
// order, into a few rows of table extents, which belong to the object from then on.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
const (
	maxParts      = 10000
	minPart       = 5 << 20 // every part but the last
	partsInExtent = 250     // keeps a row below its limit
)

// upload is a row.
type upload struct {
	Initiated time.Time `json:"at"`
	Initiator string    `json:"by"`                // account
	Name      string    `json:"arn"`               // of the principal that began it
	Draft     object    `json:"draft"`             // the object to be, without its content; Sum says how it will be checked
	Due       string    `json:"due,omitempty"`     // day under which it is in table due
	Default   bool      `json:"default,omitempty"` // nobody asked for a checksum
}

// part is a row: an uploaded part.
type part struct {
	Number   int32     `json:"n"`
	Size     int64     `json:"size"`
	ETag     string    `json:"etag,omitempty"` // of uploads under way
	Sum      string    `json:"sum,omitempty"`  // of the upload's algorithm, base64
	Modified time.Time `json:"at,omitzero"`    // of uploads under way
	Blob     blob.Ref  `json:"blob"`
}

func partKey(upload string, n int32) string { return store.Key(upload, fmt.Sprintf("%05d", n)) }

// partsOf returns the parts of a completed upload.
func (s *Service) partsOf(tx *store.Tx, upload string) []part {
	var all []part
	for _, ps := range s.extents.Prefix(tx, store.Key(upload, ""), "") {
		all = append(all, ps...)
	}
	return all
}

// maxDropped is how many uploads one transaction takes back.
const maxDropped = 400

// dropUploads takes back all uploads under way in a bucket; false when there are too many for one transaction.
func (s *Service) dropUploads(tx *store.Tx, name string) bool {
	n := 0
	for k := range s.uploads.Prefix(tx, store.Key(name, ""), "") {
		if n++; n > maxDropped {
			return false
		}
		p, _ := store.Split(k, 3)
		s.dropUpload(tx, name, p[1], p[2], nil)
	}
	return true
}

// dropUpload forgets an upload and its parts, and frees what is not kept.
func (s *Service) dropUpload(tx *store.Tx, name, key, id string, keep map[int32]bool) {
	var refs []blob.Ref
	lo := store.Key(id, "")
	for _, p := range s.parts.Prefix(tx, lo, "") {
		if !keep[p.Number] {
			refs = append(refs, p.Blob)
		}
	}
	s.parts.Erase(tx, lo, successor(lo))
	if u, ok := s.uploads.Get(tx, store.Key(name, key, id)); ok {
		s.unplanUpload(tx, name, key, id, &u)
	}
	s.uploads.Delete(tx, store.Key(name, key, id))
	tx.After(func() { s.blobs.Free(refs...) })
}

// spreadReader reads an object of several parts, opening one after another.
type spreadReader struct {
	s       *Service
	parts   []part
	skip    int64 // bytes of parts[0] to leave out
	left    int64
	open    blob.Reader
	release func()
}

// spread reads size bytes from offset from on.
func (s *Service) spread(parts []part, from, size int64, release func()) blob.Reader {
	for len(parts) > 0 && from >= parts[0].Size {
		from -= parts[0].Size
		parts = parts[1:]
	}
	return &spreadReader{s: s, parts: parts, skip: from, left: size, release: release}
}

// next opens the next part; io.EOF at the end.
func (r *spreadReader) next() error {
	if r.left == 0 {
		return io.EOF
	}
	if len(r.parts) == 0 {
		return io.ErrUnexpectedEOF
	}
	p := r.parts[0]
	n := min(p.Size-r.skip, r.left)
	open, err := r.s.blobs.Read(p.Blob, r.skip, n)
	if err != nil {
		return err
	}
	r.open, r.parts, r.skip = open, r.parts[1:], 0
	r.left -= n
	return nil
}

func (r *spreadReader) Read(p []byte) (int, error) {
	for {
		if r.open == nil {
			if err := r.next(); err != nil {
				return 0, err
			}
		}
		n, err := r.open.Read(p)
		if err == io.EOF {
			_ = r.open.Close()
			r.open, err = nil, nil
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

func (r *spreadReader) WriteTo(w io.Writer) (total int64, err error) {
	for {
		if r.open == nil {
			if err := r.next(); err == io.EOF {
				return total, nil
			} else if err != nil {
				return total, err
			}
		}
		n, err := r.open.WriteTo(w)
		total += n
		_ = r.open.Close()
		r.open = nil
		if err != nil {
			return total, err
		}
	}
}

func (r *spreadReader) Close() error {
	r.release()
	if r.open != nil {
		return r.open.Close()
	}
	return nil
}
