package counter

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/hex"
	"testing"
)

// The beginning is AES of 0, of 1, and so on; what lies on disk depends on it.
func TestFrom(t *testing.T) {
	block, err := aes.NewCipher(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	whole := make([]byte, 100)
	cipher.NewCTR(block, make([]byte, aes.BlockSize)).XORKeyStream(whole, whole)
	if got := hex.EncodeToString(whole[:16]); got != "dc95c078a2408989ad48a21492842087" {
		t.Error(got)
	}
	for at := range whole {
		part := make([]byte, len(whole)-at)
		if From(block, int64(at)).XORKeyStream(part, part); !bytes.Equal(part, whole[at:]) {
			t.Errorf("from byte %d: %x, want %x", at, part, whole[at:])
		}
	}
	far, want := make([]byte, 16), append(make([]byte, 8), 1, 0, 0, 0, 0, 0, 0, 0)
	block.Encrypt(want, want)
	if From(block, 1<<56*aes.BlockSize).XORKeyStream(far, far); !bytes.Equal(far, want) {
		t.Errorf("from block 2^56: %x, want %x", far, want)
	}
}
