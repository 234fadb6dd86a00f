package blob

import (
	"encoding/binary"
	"hash/crc32"

	"github.com/minio/crc64nvme"
)

// A record is
//
//	0   4  "UNYB"
//	4   4  size of the payload, big endian
//	8   8  CRC-64/NVME of the payload
//	16  4  CRC-32C of the sixteen bytes before
//	20  4  zero
//	24     payload
const (
	headerSize  = 24
	recordMagic = "UNYB"
)

// MaxSmall is the largest payload that goes into a segment.
const MaxSmall = 1 << 20

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func appendRecord(b, payload []byte, sum uint64) []byte {
	from := len(b)
	b = append(b, recordMagic...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(payload)))
	b = binary.BigEndian.AppendUint64(b, sum)
	b = binary.BigEndian.AppendUint32(b, crc32.Checksum(b[from:], castagnoli))
	b = append(b, 0, 0, 0, 0)
	return append(b, payload...)
}

// parseRecord returns the payload of the record that b begins with, and its sum. ok=false: there is no whole, unharmed record.
func parseRecord(b []byte) (payload []byte, sum uint64, ok bool) {
	if len(b) < headerSize || string(b[:4]) != recordMagic || crc32.Checksum(b[:16], castagnoli) != binary.BigEndian.Uint32(b[16:]) {
		return nil, 0, false
	}
	size := int64(binary.BigEndian.Uint32(b[4:]))
	if size > MaxSmall || int64(len(b)) < headerSize+size {
		return nil, 0, false
	}
	payload, sum = b[headerSize:headerSize+size], binary.BigEndian.Uint64(b[8:])
	return payload, sum, crc64nvme.Checksum(payload) == sum
}
