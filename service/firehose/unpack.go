package firehose

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"

	api "unyo/api/firehose"
)

// maxUnpacked bounds what one record may unpack to, in bytes. An envelope of CloudWatch Logs holds about 1 MB; a bomb has no bottom.
const maxUnpacked = 32 << 20

var errBomb = errors.New("the record decompresses to more than 32 MiB")

// unpack is unpack as the stream is configured, counted.
// https://docs.aws.amazon.com/firehose/latest/dev/decomp-faq.html
func (p *pass) unpack(record []byte) ([][]byte, *failure) {
	step := p.row.Processing.step(api.ProcessorTypeCloudWatchLogProcessing)
	list, why := unpack(record, step != nil && step.value(api.ProcessorParameterNameDataMessageExtraction) == "true")
	if why != nil && why.Kind == failedUnpack {
		p.packed.records++
		p.packed.bytes += len(record)
		return nil, why
	}
	for _, one := range list {
		p.unpacked.records++
		p.unpacked.bytes += len(one)
	}
	return list, why
}

// unpack decompresses a record and, where asked, takes the messages out of the envelope that CloudWatch Logs has sent. An envelope
// that only tests the destination holds none.
// https://docs.aws.amazon.com/firehose/latest/dev/writing-with-cloudwatch-logs-decompression.html
func unpack(record []byte, extract bool) ([][]byte, *failure) {
	text, err := gunzip(record)
	if err != nil {
		return nil, &failure{failedUnpack, "Decompression.Failed", "The record could not be decompressed: " + err.Error()}
	}
	if !extract {
		return [][]byte{text}, nil
	}
	var envelope struct {
		MessageType string `json:"messageType"`
		LogEvents   []struct {
			Message *string `json:"message"`
		} `json:"logEvents"`
	}
	if err := json.Unmarshal(text, &envelope); err != nil {
		return nil, &failure{failedWork, "CloudWatchLogProcessing.ParsingFailed", "The record is no message of CloudWatch Logs: " + err.Error()}
	}
	switch envelope.MessageType {
	case "CONTROL_MESSAGE":
		return nil, nil
	case "DATA_MESSAGE":
	default:
		return nil, &failure{failedWork, "CloudWatchLogProcessing.ParsingFailed", "The record is no message of CloudWatch Logs: its messageType is neither DATA_MESSAGE nor CONTROL_MESSAGE."}
	}
	list := make([][]byte, 0, len(envelope.LogEvents))
	for _, e := range envelope.LogEvents {
		if e.Message == nil {
			return nil, &failure{failedWork, "CloudWatchLogProcessing.ParsingFailed", "A log event of the record has no message."}
		}
		list = append(list, []byte(*e.Message))
	}
	return list, nil
}

func gunzip(record []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(record))
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(z, maxUnpacked+1))
	if err == nil && len(text) > maxUnpacked {
		err = errBomb
	}
	return text, err
}
