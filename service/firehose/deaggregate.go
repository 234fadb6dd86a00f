package firehose

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"

	api "unyo/api/firehose"
)

// maxParts is how many records one record may hold.
// https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-multirecord-deaggergation.html
const maxParts = 500

// deaggregate takes a record apart: JSON objects one after another, or what a delimiter separates.
func (step *processor) deaggregate(record []byte) ([][]byte, *failure) {
	var list [][]byte
	var err error
	if step.value(api.ProcessorParameterNameSubRecordType) == "JSON" {
		list, err = splitJSON(record)
	} else {
		delimiter, _ := base64.StdEncoding.DecodeString(step.value(api.ProcessorParameterNameDelimiter)) // checked when it was set
		for piece := range bytes.SplitSeq(record, delimiter) {
			if len(piece) > 0 {
				list = append(list, piece)
			}
		}
	}
	if err == nil && len(list) > maxParts {
		err = errParts
	}
	if err != nil {
		return nil, &failure{failedWork, "DynamicPartitioning.DeaggregationFailed", "Record deaggregation failed: " + err.Error()}
	}
	return list, nil
}

var (
	errParts  = errors.New("a record holds at most 500 records")
	errObject = errors.New("the record is not a sequence of JSON objects")
)

// splitJSON separates JSON objects. An array of them is none.
func splitJSON(record []byte) (list [][]byte, err error) {
	dec := json.NewDecoder(bytes.NewReader(record))
	for len(list) <= maxParts {
		var one json.RawMessage
		if err := dec.Decode(&one); err == io.EOF {
			return list, nil
		} else if err != nil {
			return nil, errObject
		}
		if one[0] != '{' {
			return nil, errObject
		}
		list = append(list, one)
	}
	return list, nil
}
