package firehose

import (
	"bytes"
	"crypto/md5"
	"encoding/binary"
)

// What the Kinesis Producer Library has put together is taken apart before it is delivered.
// https://docs.aws.amazon.com/firehose/latest/dev/writing-with-kinesis-streams.html
// https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md

var aggregated = []byte{0xF3, 0x89, 0x9A, 0xC2}

// disaggregate gives the records that a producer has put into one; a record that is no such aggregate stays as it is.
func disaggregate(data []byte) [][]byte {
	whole := [][]byte{data}
	body, is := bytes.CutPrefix(data, aggregated)
	if !is || len(body) < md5.Size {
		return whole
	}
	message, sum := body[:len(body)-md5.Size], body[len(body)-md5.Size:]
	if want := md5.Sum(message); !bytes.Equal(want[:], sum) {
		return whole
	}
	const records, ofData = 3, 3 // numbers of the fields
	var list [][]byte
	if !fields(message, func(number uint64, record []byte) bool {
		if number != records {
			return true
		}
		var payload []byte
		ok := fields(record, func(number uint64, value []byte) bool {
			if number == ofData {
				payload = value
			}
			return true
		})
		list = append(list, payload)
		return ok
	}) {
		return whole
	}
	return list
}

// fields visits the fields of a protocol buffer that hold bytes; false when it is not one.
func fields(message []byte, visit func(number uint64, value []byte) bool) bool {
	for len(message) > 0 {
		tag, n := binary.Uvarint(message)
		if n <= 0 {
			return false
		}
		v, m := binary.Uvarint(message[n:])
		if m <= 0 {
			return false
		}
		message = message[n+m:]
		switch tag & 7 {
		case 0: // a number
		case 2:
			if v > uint64(len(message)) || !visit(tag>>3, message[:v:v]) {
				return false
			}
			message = message[v:]
		default:
			return false
		}
	}
	return true
}
