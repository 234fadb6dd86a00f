package logs

import (
	"fmt"
	"strconv"

	"unyo/engine/logstore"
)

// A place among a group's events is written as 56 digits, as AWS's event ids and tokens are: 1, time (14 digits), batch (20),
// index (7), and 14 digits of the stream, which tell apart the events of different groups.
func eventID(p logstore.Position, stream uint64) string {
	return fmt.Sprintf("1%014d%020d%07d%014d", p.Timestamp, p.Seq, p.Index, stream%1e14)
}

func parseEventID(s string) (p logstore.Position, ok bool) {
	if len(s) != 56 || s[0] != '1' {
		return p, false
	}
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return p, false
		}
	}
	ts, err1 := strconv.ParseInt(s[1:15], 10, 64)
	seq, err2 := strconv.ParseUint(s[15:35], 10, 64)
	idx, err3 := strconv.ParseUint(s[35:42], 10, 32)
	if err1 != nil || err2 != nil || err3 != nil {
		return p, false
	}
	return logstore.Position{Timestamp: ts, Seq: seq, Index: uint32(idx)}, true
}
