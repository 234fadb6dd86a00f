package logs

import (
	"bytes"
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/klauspost/compress/gzip"

	"unyo/engine/logstore"
)

// What Logs sends to a subscription is a JSON document, packed by gzip.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html

// control is the message that tests a destination.
func control(now int64, vendor string) []byte {
	return fmt.Appendf(nil, `{"messageType":"CONTROL_MESSAGE","owner":"CloudwatchLogs","logGroup":"","logStream":"","subscriptionFilters":[],"logEvents":[{"id":"","timestamp":%d,"message":"CWL CONTROL MESSAGE: Checking health of destination %s."}]}`, now, vendor)
}

// beginData begins the message with events of one stream; appendEvent and endData go on.
func beginData(dst []byte, account, group, stream, filter string) []byte {
	dst = append(dst, `{"messageType":"DATA_MESSAGE","owner":`...)
	dst = appendJSON(dst, account)
	dst = append(dst, `,"logGroup":`...)
	dst = appendJSON(dst, group)
	dst = append(dst, `,"logStream":`...)
	dst = appendJSON(dst, stream)
	dst = append(dst, `,"subscriptionFilters":[`...)
	dst = appendJSON(dst, filter)
	return append(dst, `],"logEvents":[`...)
}

func appendEvent(dst []byte, e *logstore.Event) []byte {
	if dst[len(dst)-1] != '[' {
		dst = append(dst, ',')
	}
	dst = append(dst, `{"id":"`...)
	dst = append(dst, eventID(e.Position(), e.Stream)...)
	dst = append(dst, `","timestamp":`...)
	dst = strconv.AppendInt(dst, e.Timestamp, 10)
	dst = append(dst, `,"message":`...)
	dst = appendJSON(dst, e.Message)
	return append(dst, '}')
}

func endData(dst []byte) []byte { return append(dst, `]}`...) }

// appendJSON writes text as a JSON string. Bytes that are no UTF-8 become U+FFFD.
func appendJSON[T string | []byte](dst []byte, text T) []byte {
	const digits = "0123456789abcdef"
	dst = append(dst, '"')
	from := 0
	for i := 0; i < len(text); {
		c := text[i]
		if c >= 0x20 && c < 0x80 && c != '"' && c != '\\' {
			i++
			continue
		}
		if c >= 0x80 {
			r, n := utf8.DecodeRuneInString(string(text[i:min(len(text), i+utf8.UTFMax)]))
			if r == utf8.RuneError && n == 1 {
				dst = append(append(dst, text[from:i]...), "\uFFFD"...)
				from = i + 1
			}
			i += n
			continue
		}
		dst = append(dst, text[from:i]...)
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		case '\n':
			dst = append(dst, `\n`...)
		case '\r':
			dst = append(dst, `\r`...)
		case '\t':
			dst = append(dst, `\t`...)
		default:
			dst = append(dst, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		}
		i++
		from = i
	}
	return append(append(dst, text[from:]...), '"')
}

// pack compresses a message. The same message always gives the same bytes.
func pack(message []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(message); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
