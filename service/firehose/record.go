package firehose

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"unyo/engine/blob"
)

// A batch's blob is its records one after another, each with its length in front, as a varint.

// frame appends a record to a batch.
func frame(dst, record []byte) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(record))), record...)
}

var errFrame = errors.New("batch is not as it was written")

// unframe takes the first record off a batch.
func unframe(raw []byte) (record, rest []byte, err error) {
	n, w := binary.Uvarint(raw)
	if w <= 0 || n > uint64(len(raw)-w) {
		return nil, nil, errFrame
	}
	return raw[w:][:n:n], raw[w:][n:], nil
}

// load reads a batch's blob.
func (s *Service) load(ref blob.Ref) ([]byte, error) {
	r, err := s.blobs.Read(ref, 0, -1)
	if err != nil {
		return nil, fmt.Errorf("cannot read a buffered batch: %w", err)
	}
	raw := make([]byte, ref.Size)
	_, err = io.ReadFull(r, raw)
	if e := r.Close(); err == nil {
		err = e
	}
	return raw, err
}

// each visits the records of batches in their order, until visit fails.
func (s *Service) each(list []batch, visit func(b *batch, record []byte) error) error {
	for i := range list {
		raw, err := s.load(list[i].Ref)
		if err != nil {
			return err
		}
		for len(raw) > 0 {
			var record []byte
			if record, raw, err = unframe(raw); err != nil {
				return err
			}
			if err := visit(&list[i], record); err != nil {
				return err
			}
		}
	}
	return nil
}
