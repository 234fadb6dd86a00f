package kinesis

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"

	"unyo/base/keywrap"
	"unyo/base/must"
	"unyo/engine/recordstore"
)

// The records of one put in one shard are sealed together, by AES-256-GCM under the stream's key: nonce (12 bytes), bytes, tag. They leave this process sealed,
// also to where records lie that are on no disk of ours. Whose shard of which stream they are is authenticated with them.
//
// The nonce is a MAC over the records and a draw of the call, not chance alone: calls that a crash took back are numbered, and draw, again, with other
// records perhaps. So no nonce serves two contents, and the same calls write the same bytes.

const nonceSize = 12

var errSealed = errors.New("records are not those that were sealed")

// streamKey is the key of a stream.
type streamKey struct {
	aead   cipher.AEAD
	nonces [32]byte
}

// drawKey draws a stream's key; what it returns opens it.
func (s *Service) drawKey(ctx context.Context) []byte {
	wrapped := keywrap.Wrap(s.wrap, [keywrap.KeySize]byte(s.k.Entropy.Bytes(ctx, keywrap.KeySize)))
	return wrapped[:]
}

// openKey is the key of a stream that was wrapped.
func (s *Service) openKey(wrapped []byte) (*streamKey, error) {
	if len(wrapped) != keywrap.Size {
		return nil, errSealed
	}
	key, ok := keywrap.Unwrap(s.wrap, [keywrap.Size]byte(wrapped))
	if !ok {
		return nil, errors.New("the stream's key is another estate's, or changed")
	}
	of := func(purpose string) [32]byte {
		m := hmac.New(sha256.New, key[:])
		m.Write([]byte(purpose))
		return [32]byte(m.Sum(nil))
	}
	records := of("records")
	return &streamKey{must.Do(cipher.NewGCM(must.Do(aes.NewCipher(records[:])))), of("nonces")}, nil
}

// seal seals the batches of a plan.
func (s *Service) seal(ctx context.Context, pl *plan, batches []recordstore.Batch) {
	if pl.key == nil {
		return
	}
	draw := s.k.Entropy.Bytes(ctx, 16)
	for i := range batches {
		about := aboutBatch(pl.id, pl.parts[i].shard.Number)
		m := hmac.New(sha256.New, pl.key.nonces[:])
		m.Write(draw)
		m.Write(about)
		m.Write(batches[i].Data)
		nonce := m.Sum(nil)[:nonceSize]
		out := make([]byte, nonceSize, nonceSize+len(batches[i].Data)+pl.key.aead.Overhead())
		copy(out, nonce)
		batches[i].Data = pl.key.aead.Seal(out, nonce, batches[i].Data, about)
	}
}

// open is what was sealed for a shard.
func (k *streamKey) open(id string, shard int, sealed []byte) ([]byte, error) {
	if len(sealed) < nonceSize {
		return nil, errSealed
	}
	clear, err := k.aead.Open(nil, sealed[:nonceSize], sealed[nonceSize:], aboutBatch(id, shard))
	if err != nil {
		return nil, errSealed
	}
	return clear, nil
}

func aboutBatch(id string, shard int) []byte {
	return binary.BigEndian.AppendUint64([]byte("kinesis "+id), uint64(shard))
}
