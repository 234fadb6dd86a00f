package blob

import (
	"encoding/binary"
	"hash/crc32"

	"github.com/minio/crc64nvme"
)

// A header stands before the bytes of every blob:
//
//	0   4  "UNYE"
//	4   4  size of the payload modulo 2³², big endian
//	8   8  CRC-64/NVME of the payload as it lies there, encrypted
//	16  4  CRC-32C of the rest of the header
//	20  4  under what the key is wrapped: 1, the store's
//	24  40 the wrapped key
//	64     payload
type header struct {
	size    uint32
	sum     uint64
	wrapped [wrappedSize]byte
}

const (
	headerSize  = 64
	headerMagic = "UNYE"
	byStore     = 1
)

// MaxSmall is the largest payload that goes into a segment.
const MaxSmall = 1 << 20

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func (h *header) append(b []byte) []byte {
	from := len(b)
	b = append(b, headerMagic...)
	b = binary.BigEndian.AppendUint32(b, h.size)
	b = binary.BigEndian.AppendUint64(b, h.sum)
	b = append(b, 0, 0, 0, 0)
	b = binary.BigEndian.AppendUint32(b, byStore)
	b = append(b, h.wrapped[:]...)
	binary.BigEndian.PutUint32(b[from+16:], headerSum(b[from:]))
	return b
}

func headerSum(b []byte) uint32 {
	return crc32.Update(crc32.Checksum(b[:16], castagnoli), castagnoli, b[20:headerSize])
}

// parseHeader reads the header that b begins with. ok=false: there is no whole, unharmed one.
func parseHeader(b []byte) (h header, ok bool) {
	if len(b) < headerSize || string(b[:4]) != headerMagic || binary.BigEndian.Uint32(b[16:]) != headerSum(b) || binary.BigEndian.Uint32(b[20:]) != byStore {
		return h, false
	}
	return header{binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint64(b[8:]), [wrappedSize]byte(b[24:])}, true
}

// A record from before blobs were encrypted is
//
//	0   4  "UNYB"
//	4   4  size of the payload, big endian
//	8   8  CRC-64/NVME of the payload
//	16  4  CRC-32C of the sixteen bytes before
//	20  4  zero
//	24     payload
const (
	plainHeaderSize = 24
	plainMagic      = "UNYB"
)

// parsePlain returns the payload of such a record, and its sum. ok=false: there is no whole, unharmed record.
func parsePlain(b []byte) (payload []byte, sum uint64, ok bool) {
	if len(b) < plainHeaderSize || string(b[:4]) != plainMagic || crc32.Checksum(b[:16], castagnoli) != binary.BigEndian.Uint32(b[16:]) {
		return nil, 0, false
	}
	size := int64(binary.BigEndian.Uint32(b[4:]))
	if size > MaxSmall || int64(len(b)) < plainHeaderSize+size {
		return nil, 0, false
	}
	payload, sum = b[plainHeaderSize:plainHeaderSize+size], binary.BigEndian.Uint64(b[8:])
	return payload, sum, crc64nvme.Checksum(payload) == sum
}
