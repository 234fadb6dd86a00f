package logs

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/klauspost/compress/zstd"

	"unyo/base/must"
	"unyo/engine/insights"
)

// An answer's pieces fit into rows, and some into a transaction.
const (
	pieceBytes = 40 << 10
	pieceBatch = 32
	maxAnswer  = 64 << 20 // of all names and values
)

// The codecs are made once: an encoder takes megabytes, a small answer a moment.
var (
	answerEncoder = sync.OnceValue(func() *zstd.Encoder {
		return must.Do(zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithWindowSize(512<<10), zstd.WithLowerEncoderMem(true)))
	})
	answerDecoder = sync.OnceValue(func() *zstd.Decoder {
		return must.Do(zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(8*maxAnswer)))
	})
)

// packAnswer writes rows, packed: 1 (what begins with a bracket is JSON, as it once was); how many rows; of each how many names and values, and these, each
// behind its length.
func packAnswer(rows [][]insights.Field) ([]byte, error) {
	b, size := binary.AppendUvarint([]byte{1}, uint64(len(rows))), 0
	text := func(s string) {
		s = strings.ToValidUTF8(s, "\uFFFD")
		b = append(binary.AppendUvarint(b, uint64(len(s))), s...)
	}
	for _, r := range rows {
		b = binary.AppendUvarint(b, uint64(2*len(r)))
		for _, f := range r {
			if size += len(f.Name) + len(f.Value); size > maxAnswer {
				return nil, fmt.Errorf("the answer has more than %d bytes", maxAnswer)
			}
			text(f.Name)
			text(f.Value)
		}
	}
	return answerEncoder().EncodeAll(b, nil), nil
}

var errAnswer = errors.New("a query's answer is damaged")

func unpackAnswer(packed []byte) (rows [][]string, err error) {
	if len(packed) == 0 {
		return nil, nil
	}
	b, err := answerDecoder().DecodeAll(packed, nil)
	if err != nil || len(b) == 0 {
		return nil, errors.Join(errAnswer, err)
	}
	if b[0] != 1 {
		return rows, json.Unmarshal(b, &rows)
	}
	text, bad := string(b[1:]), false
	number := func() int {
		n, size := binary.Uvarint(b[len(b)-len(text):])
		if bad = bad || size <= 0 || n > uint64(len(text)-size); bad {
			return 0
		}
		text = text[size:]
		return int(n)
	}
	for range number() {
		row := make([]string, number())
		for i := range row {
			n := number()
			row[i], text = text[:n], text[n:]
		}
		rows = append(rows, row)
	}
	if bad || text != "" {
		return nil, errAnswer
	}
	return rows, nil
}
