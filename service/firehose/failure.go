package firehose

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"unyo/base/must"
	"unyo/engine/blob"
	"unyo/kernel/store"
)

// failure is why a record cannot be delivered.
type failure struct {
	Kind          string // what the error prefix calls it: processing-failed
	Code, Message string
}

// catalogTable is a table as the documents of failed conversions name it.
type catalogTable struct {
	CatalogID string `json:"catalogId"`
	Database  string `json:"databaseName"`
	Table     string `json:"tableName"`
	Region    string `json:"region"`
	Version   string `json:"versionId"`
}

// document is what is delivered in place of a record that failed: the record, and why.
// https://docs.aws.amazon.com/firehose/latest/dev/data-transformation-failure-handling.html
func (f *failure) document(record []byte, attempts int, arrival, end time.Time) []byte {
	return f.documentOf(nil, record, attempts, arrival, end)
}

// documentOf is the document of a record that was to be converted by a table, if one is given.
// https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion-error-handling.html
func (f *failure) documentOf(t *catalogTable, record []byte, attempts int, arrival, end time.Time) []byte {
	out := make([]byte, 0, 256+base64.StdEncoding.EncodedLen(len(record)))
	code, message := "errorCode", "errorMessage"
	if t != nil { // AWS's pages differ
		code, message = "ErrorCode", "ErrorMessage"
	}
	out = fmt.Appendf(out, `{"attemptsMade":%d,"arrivalTimestamp":%d,%q:`, attempts, arrival.UnixMilli(), code)
	out = appendText(out, f.Code)
	out = fmt.Appendf(out, `,%q:`, message)
	out = appendText(out, f.Message)
	out = append(out, `,"attemptEndingTimestamp":`...)
	out = strconv.AppendInt(out, end.UnixMilli(), 10)
	out = append(out, `,"rawData":"`...)
	out = base64.StdEncoding.AppendEncode(out, record)
	out = append(out, '"')
	if t != nil {
		out = append(out, `,"sequenceNumber":null,"subSequenceNumber":null,"dataCatalogTable":`...)
		out = append(out, must.Do(json.Marshal(t))...)
	}
	return append(out, "}\n"...)
}

// fail gives a flight up: its records go to the error prefix, each with the reason. It goes on where a crash has left it, for each
// transaction takes away what it has written.
func (s *Service) fail(ctx context.Context, a flushArg, row *stream, f *flight) error {
	why := f.Failed
	var table *catalogTable
	if why.Kind == failedConversion {
		table = tableOf(ctx, row.Conversion)
	}
	for more := true; more; {
		list, keys, err := s.oldest(ctx, a, f)
		if err != nil {
			return err
		}
		w := s.newSpill(ctx)
		err = s.each(list, func(b *batch, record []byte) error {
			return w.put(errorsOf+why.Kind, nil, b.At, why.documentOf(table, record, f.Attempts, b.At, s.k.Clock.Now()))
		})
		if err == nil {
			err = w.finish()
		}
		if err != nil {
			return w.giveBack(err)
		}
		var freed []blob.Ref
		err = s.k.Update(ctx, func(tx *store.Tx) error {
			freed, more = freed[:0], false
			if now, ok := s.streams.Get(tx, a.Stream); !ok || now.ID != a.ID {
				return errGone
			}
			for i, key := range keys {
				freed = append(freed, s.release(tx, a.ID, key, &list[i])...)
			}
			w.add(tx, row)
			if more = len(keys) == settleRows; !more {
				s.land(ctx, tx, a)
			}
			return nil
		})
		if err != nil {
			return w.settled(err)
		}
		s.blobs.Free(freed...)
	}
	return nil
}

// oldest lists the first batches of a flight.
func (s *Service) oldest(ctx context.Context, a flushArg, f *flight) (list []batch, keys []string, err error) {
	err = s.k.View(ctx, func(tx *store.Tx) error {
		list, keys = list[:0], keys[:0]
		for key, b := range s.batches.Between(tx, position(a.ID, a.Buffer, f.From), position(a.ID, a.Buffer, f.To)) {
			if len(keys) == settleRows {
				break
			}
			list, keys = append(list, b), append(keys, key)
		}
		return nil
	})
	return list, keys, err
}

// appendText appends text as a JSON string.
func appendText(dst []byte, text string) []byte {
	return append(dst, must.Do(json.Marshal(text))...)
}
