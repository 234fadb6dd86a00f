package columnar

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"testing"
)

// What liblzo2 2.10 has packed, at its fastest and at its densest, is read as pages have it: in one block of two chunks.
func TestLZO(t *testing.T) {
	text := "GET /api/v2/items/17 200\nGET /api/v2/items/18 200\nGET /api/v2/items/19 404\nPOST /api/v2/items 201\n"
	var page []byte
	page = binary.BigEndian.AppendUint32(page, uint32(2*len(text)))
	for _, packed := range []string{
		"0007474554202f6170692f76322f6974656d732f3137203230300a31610038366000000b39203430340a504f5354202f6170692f76322f6974656d73203230310a110000",
		"2a474554202f6170692f76322f6974656d732f3137203230300a316100383660000639203430340a504f532d64005e05310a110000",
	} {
		chunk, err := hex.DecodeString(packed)
		if err != nil {
			t.Fatal(err)
		}
		page = append(binary.BigEndian.AppendUint32(page, uint32(len(chunk))), chunk...)
	}
	if got, err := decompress(codecLZO, nil, page, 2*len(text)); err != nil || string(got) != text+text {
		t.Errorf("%q, %v", got, err)
	}
	r := rand.New(rand.NewPCG(9, 9))
	for range 20000 {
		b := append([]byte(nil), page[:len(page)-r.IntN(2)*r.IntN(len(page))]...)
		for range r.IntN(3) {
			b[r.IntN(len(b))] = byte(r.Uint32())
		}
		if got, err := decompress(codecLZO, nil, b, 2*len(text)); err != nil && !errors.Is(err, ErrCorrupt) || err == nil && len(got) != 2*len(text) {
			t.Fatalf("%x: %d bytes, %v", b, len(got), err)
		}
	}
}
