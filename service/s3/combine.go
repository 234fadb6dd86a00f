package s3

import (
	"encoding/base64"
	"encoding/binary"
)

// The CRC of a whole follows from the CRCs of its parts: appending n bytes multiplies a CRC, taken as a polynomial over GF(2), by x^(8n)
// modulo the generator. Powers are found by squaring, so joining costs no more for large parts.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html#Full-object-checksums

// generators in reversed bit order.
var generators = map[string]struct {
	poly uint64
	bits int
}{
	"CRC32":     {0xEDB88320, 32},
	"CRC32C":    {0x82F63B78, 32},
	"CRC64NVME": {0x9A6C9329AC4BC9B5, 64},
}

// joinCRC returns the CRC of A followed by B from the CRCs of both and the size of B in bytes.
func joinCRC(algorithm string, a, b uint64, size int64) uint64 {
	g := generators[algorithm]
	power := uint64(1) << (g.bits - 1)  // x^0
	square := uint64(1) << (g.bits - 2) // x^1
	for range 3 {
		square = multiply(square, square, g.poly, g.bits) // x^8 is one byte
	}
	for n := uint64(size); n > 0; n >>= 1 {
		if n&1 == 1 {
			power = multiply(power, square, g.poly, g.bits)
		}
		square = multiply(square, square, g.poly, g.bits)
	}
	return multiply(a, power, g.poly, g.bits) ^ b
}

// multiply is the product of two polynomials in reversed bit order, modulo poly.
func multiply(a, b, poly uint64, bits int) uint64 {
	var out uint64
	for m := uint64(1) << (bits - 1); m != 0; m >>= 1 {
		if a&m != 0 {
			out ^= b
		}
		if b&1 == 1 {
			b = b>>1 ^ poly
		} else {
			b >>= 1
		}
	}
	return out
}

// joinSums makes the checksum of a completed upload from those of its parts.
func joinSums(algorithm, kind string, parts []part) (checksum, bool) {
	out := checksum{Algorithm: algorithm, Type: kind}
	h := newHash(algorithm)
	var crc uint64
	for i, p := range parts {
		raw, err := base64.StdEncoding.DecodeString(p.Sum)
		if err != nil || len(raw) != h.Size() {
			return out, false
		}
		if kind == composite {
			_, _ = h.Write(raw)
			continue
		}
		v := binary.BigEndian.Uint64(append(make([]byte, 8-len(raw)), raw...))
		if i == 0 {
			crc = v
		} else {
			crc = joinCRC(algorithm, crc, v, p.Size)
		}
	}
	if kind == composite {
		out.Value = base64.StdEncoding.EncodeToString(h.Sum(nil))
		return out, true
	}
	out.Value = base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint64(nil, crc)[8-h.Size():])
	return out, true
}
