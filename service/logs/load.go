package logs

import (
	"strings"

	"unyo/engine/logstore"
	"unyo/engine/pattern"
)

// Limits of one call to Firehose or Kinesis, with room left below AWS's.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html
const (
	maxRecords     = 500
	maxCallBytes   = 4 << 20
	maxRecordBytes = 1_000_000 // of a message before it is packed
	maxLoadBytes   = 16 << 20  // of events looked at for one call
	reserve        = 1_100_000 // what one more batch may add to a call
)

// load gathers whole batches into records: packed messages, each with events of one stream, in the order in which they came.
type load struct {
	pattern *pattern.Pattern
	off     bool // no event of the group is meant
	account string
	mask    *masker
	shape   *shaper // of a filter that wants it
	arg     deliverArg
	name    func(id uint64) (string, error)
	names   map[uint64]string

	begin outset
	until uint64 // with a flight: its last batch
	pick  []int  // with a flight: which of its records

	records []parcel
	to      uint64 // last batch looked at
	more    bool   // there are batches behind it
	packed  int    // bytes of records
	seen    int    // bytes of events looked at

	stream  uint64 // of the open message
	message []byte // nil: none is open
	held    int    // events in it
	err     error
}

// add takes a batch; false when it does not fit any more.
func (l *load) add(b *logstore.Stored) bool {
	if l.until > 0 && b.Seq > l.until {
		l.more = true
		return false
	}
	// With a flight what fits has been decided.
	if l.until == 0 && l.seen > 0 && (l.seen >= maxLoadBytes || len(l.records)+8 > maxRecords || l.packed+len(l.message)+reserve > maxCallBytes) {
		l.more = true
		return false
	}
	if l.to = b.Seq; !l.begin.takes(b.Seq) {
		return true
	}
	for i := range b.Events {
		e := l.mask.event(&b.Events[i])
		if l.shape != nil {
			if e, l.err = l.shape.message(&b.Events[i]); l.err != nil {
				return false
			}
		}
		l.seen += len(e.Message)
		if l.off || !l.pattern.Match(e.Message) {
			continue
		}
		if l.message != nil && (l.stream != e.Stream || len(l.message)+len(e.Message)+128 > maxRecordBytes) {
			if l.err = l.close(); l.err != nil {
				return false
			}
		}
		if l.message == nil {
			if l.err = l.open(e.Stream); l.err != nil {
				return false
			}
		}
		l.message = appendEvent(l.message, e)
		l.held++
	}
	return true
}

func (l *load) open(id uint64) error {
	name, known := l.names[id]
	if !known {
		var err error
		if name, err = l.name(id); err != nil {
			return err
		}
		l.names[id] = name
	}
	l.stream = id
	l.message = beginData(make([]byte, 0, 64<<10), l.account, l.arg.Name, name, strings.TrimPrefix(l.arg.Filter, accountFilter))
	return nil
}

func (l *load) close() error {
	data, err := pack(endData(l.message))
	if err != nil {
		return err
	}
	l.records = append(l.records, parcel{data, l.names[l.stream], l.held})
	l.message, l.held = nil, 0
	l.packed += len(data)
	return nil
}

// finish closes what is open.
func (l *load) finish() error {
	if l.err != nil || l.message == nil {
		return l.err
	}
	return l.close()
}

// left turns the numbers of refused records into numbers within the whole flight; all of them when none is named.
func (l *load) left(failed []int) []int {
	if failed == nil {
		return l.pick
	}
	if l.pick == nil {
		return failed
	}
	out := make([]int, len(failed))
	for i, n := range failed {
		out[i] = l.pick[n]
	}
	return out
}
