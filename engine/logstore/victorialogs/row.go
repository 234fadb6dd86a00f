package victorialogs

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"unyo/engine/logstore"
)

// maxText is the longest message that is kept as text. VictoriaLogs ignores rows of more than 2 MB, and JSON may make
// six bytes of one.
const maxText = 300 << 10

// parts is over how many streams of VictoriaLogs the rows of a group are spread, for a cluster keeps a stream on one node.
const parts = 4

// appendRow writes an event as VictoriaLogs takes it. Below the millisecond its time says where the event stands within
// it, as well as there is room, so that VictoriaLogs' own tools show nearly the same order; ours is by time, sequence and index.
// A message that VictoriaLogs would not give back as it was is kept as base64 in the field raw.
func appendRow(dst []byte, mark, group string, e *logstore.Event) []byte {
	below := int64(e.Seq%100)*10_000 + int64(e.Index%10_000)
	at := time.UnixMilli(e.Timestamp).Add(time.Duration(below)).UTC()
	dst = append(dst, `{"_time":"`...)
	dst = at.AppendFormat(dst, time.RFC3339Nano)
	dst = append(dst, `","unyo":"`...)
	dst = append(dst, mark...)
	dst = append(dst, `","group":`...)
	dst = appendJSON(dst, []byte(group))
	dst = append(dst, `,"part":"`...)
	dst = strconv.AppendUint(dst, e.Seq%parts, 10)
	dst = append(dst, `","seq":"`...)
	dst = strconv.AppendUint(dst, e.Seq, 10)
	dst = append(dst, `","idx":"`...)
	dst = strconv.AppendUint(dst, uint64(e.Index), 10)
	dst = append(dst, `","stream":"`...)
	dst = strconv.AppendUint(dst, e.Stream, 10)
	dst = append(dst, `","ingested":"`...)
	dst = strconv.AppendInt(dst, e.Ingestion, 10)
	if len(e.Message) == 0 || len(e.Message) > maxText || !utf8.Valid(e.Message) {
		dst = append(dst, `","_msg":"(see raw)","raw":"=`...)
		dst = base64.StdEncoding.AppendEncode(dst, e.Message)
		return append(dst, "\"}\n"...)
	}
	dst = append(dst, `","_msg":`...)
	dst = appendJSON(dst, e.Message)
	return append(dst, "}\n"...)
}

// appendJSON writes valid UTF-8 as a JSON string.
func appendJSON(dst, text []byte) []byte {
	const digits = "0123456789abcdef"
	dst = append(dst, '"')
	for _, c := range text {
		switch {
		case c == '"', c == '\\':
			dst = append(dst, '\\', c)
		case c < 0x20:
			dst = append(dst, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}

// row is an event as VictoriaLogs gives it.
type row struct {
	Time     time.Time `json:"_time"`
	Message  string    `json:"_msg"`
	Raw      string
	Seq      uint64 `json:",string"`
	Idx      uint32 `json:",string"`
	Stream   uint64 `json:",string"`
	Ingested int64  `json:",string"`
}

// parseRow reads a row. ok=false: it is none of ours. VictoriaLogs shows rows without fields where it has deleted some.
func parseRow(line []byte) (e logstore.Event, ok bool, err error) {
	var r row
	if err := json.Unmarshal(line, &r); err != nil {
		return e, false, fmt.Errorf("cannot read a row of VictoriaLogs: %w", err)
	}
	e = logstore.Event{Timestamp: r.Time.UnixMilli(), Ingestion: r.Ingested, Stream: r.Stream, Seq: r.Seq, Index: r.Idx, Message: []byte(r.Message)}
	if r.Raw != "" {
		if e.Message, err = base64.StdEncoding.DecodeString(r.Raw[1:]); err != nil {
			return e, false, fmt.Errorf("cannot read a row of VictoriaLogs: %w", err)
		}
	}
	return e, r.Seq > 0, nil
}
