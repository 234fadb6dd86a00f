package keywrap

import (
	"bytes"
	"crypto/aes"
	"encoding/hex"
	"testing"
)

// https://www.rfc-editor.org/rfc/rfc3394#section-4.6
func TestWrap(t *testing.T) {
	plain := func(s string) []byte { b, _ := hex.DecodeString(s); return b }
	under, _ := aes.NewCipher(plain("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F"))
	key := [KeySize]byte(plain("00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F"))
	want := plain("28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21")
	wrapped := Wrap(under, key)
	if !bytes.Equal(wrapped[:], want) {
		t.Errorf("%x", wrapped)
	}
	if back, ok := Unwrap(under, wrapped); !ok || back != key {
		t.Errorf("%x, %v", back, ok)
	}
	for i := range wrapped {
		wrapped[i]++
		if _, ok := Unwrap(under, wrapped); ok {
			t.Errorf("byte %d changed, and it opens", i)
		}
		wrapped[i]--
	}
}
