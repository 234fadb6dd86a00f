package firehose

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	api "unyo/api/firehose"
	"unyo/base/awserr"
)

// The record, the query and the prefix of AWS's page.
// https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-s3bucketprefix.html
func TestPartitions(t *testing.T) {
	f := setUp(t)
	f.create(func(d *api.ExtendedS3DestinationConfiguration) {
		partitioned(d, "customer_id=!{partitionKeyFromQuery:customer_id}/device=!{partitionKeyFromQuery:device}/year=!{partitionKeyFromQuery:year}/month=!{partitionKeyFromQuery:month}/day=!{partitionKeyFromQuery:day}/hour=!{partitionKeyFromQuery:hour}/",
			`{customer_id: .customer_id, device: .type.device, year: .event_timestamp|strftime("%Y"), month: .event_timestamp|strftime("%m"), day: .event_timestamp|strftime("%d"), hour: .event_timestamp|strftime("%H")}`,
			processorOf(api.ProcessorTypeAppendDelimiterToRecord, api.ProcessorParameterNameDelimiter, `\n`))
	})
	one := `{"type":{"device":"mobile","event":"user_clicked_submit_button"},"customer_id":"1234567890","event_timestamp":1565382027,"region":"sample_region"}`
	two := strings.Replace(one, "mobile", "desktop", 1)
	f.put(one, two, one)
	f.put(two)
	f.advance(301 * time.Second)
	const prefix = "customer_id=1234567890/device=%s/year=2019/month=08/day=09/hour=20/"
	if got := f.under(fmt.Sprintf(prefix, "mobile")); got != one+"\n"+one+"\n" {
		t.Errorf("mobile: %q", got)
	}
	if got := f.under(fmt.Sprintf(prefix, "desktop")); got != two+"\n"+two+"\n" {
		t.Errorf("desktop: %q", got)
	}
	if len(f.bucket.objects) != 2 {
		t.Errorf("objects: %v", slices.Sorted(maps.Keys(f.bucket.objects)))
	}
	if f.sum("DeliveryToS3.Success") != 2 || f.sum("DeliveryToS3.Records") != 4 || f.sum("IncomingRecords") != 4 {
		t.Error("metrics")
	}
	f.put(one) // a partition that was emptied is opened again
	f.advance(301 * time.Second)
	if len(f.bucket.objects) != 3 {
		t.Errorf("%d objects", len(f.bucket.objects))
	}
}

// refusal is a record of the error prefix.
// https://docs.aws.amazon.com/firehose/latest/dev/data-transformation-failure-handling.html
type refusal struct {
	AttemptsMade           int    `json:"attemptsMade"`
	ArrivalTimestamp       int64  `json:"arrivalTimestamp"`
	ErrorCode              string `json:"errorCode"`
	ErrorMessage           string `json:"errorMessage"`
	AttemptEndingTimestamp int64  `json:"attemptEndingTimestamp"`
	RawData                []byte `json:"rawData"`
	// of failed conversions
	SequenceNumber, SubSequenceNumber, DataCatalogTable any
}

// refusals are what stands below an error prefix.
func (f *fixture) refusals(prefix string) (list []refusal) {
	f.t.Helper()
	for line := range strings.Lines(f.under(prefix)) {
		var r refusal
		dec := json.NewDecoder(strings.NewReader(line))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&r); err != nil {
			f.t.Fatalf("%q: %v", line, err)
		}
		list = append(list, r)
	}
	return list
}

// What a query cannot place goes to the error prefix, and nothing else with it.
func TestRecordsWithoutPartition(t *testing.T) {
	f := setUp(t)
	f.create(func(d *api.ExtendedS3DestinationConfiguration) {
		partitioned(d, "k=!{partitionKeyFromQuery:k}/", `{k: .k}`)
	})
	bad := []string{"no JSON", `{"k":null}`, `{"k":""}`, `{"k":[1]}`, `[]`, `{"k":"` + strings.Repeat("x", 511) + `"}`, `{"k":1}{"k":2}`, ""}
	f.put(append(slices.Clone(bad), `{"k":"good"}`, `{"k":7}`, `{"k":true}`)...)
	f.advance(301 * time.Second)
	if f.under("k=good/") != `{"k":"good"}` || f.under("k=7/") != `{"k":7}` || f.under("k=true/") != `{"k":true}` {
		t.Errorf("delivered: %v", f.bucket.objects)
	}
	list := f.refusals("errors/processing-failed/")
	if len(list) != len(bad) {
		t.Fatalf("%d refused of %d", len(list), len(bad))
	}
	for i, r := range list {
		if string(r.RawData) != bad[i] || r.ErrorCode != extractionFailed || r.ErrorMessage == "" || r.AttemptsMade != 1 || r.ArrivalTimestamp != begin.UnixMilli() || r.AttemptEndingTimestamp != begin.UnixMilli() {
			t.Errorf("%q: %+v", bad[i], r)
		}
	}
}

// At most 500 partitions are active; the records of others go to the error prefix.
// https://docs.aws.amazon.com/firehose/latest/dev/limits.html
func TestPartitionLimit(t *testing.T) {
	f := setUp(t)
	f.create(func(d *api.ExtendedS3DestinationConfiguration) {
		partitioned(d, "k=!{partitionKeyFromQuery:k}/", `{k: .k}`)
	})
	for i := range 3 {
		var list []string
		for n := range 200 {
			list = append(list, fmt.Sprintf(`{"k":%d}`, i*200+n))
		}
		f.put(list...)
		f.advance(0)
	}
	f.advance(301 * time.Second)
	refused := f.refusals("errors/")
	if len(f.bucket.objects) != maxPartitions+1 || len(refused) != 100 || string(refused[0].RawData) != `{"k":500}` || f.sum("PartitionCountExceeded") != 1 {
		t.Errorf("%d objects, %d refused, exceeded %v", len(f.bucket.objects), len(refused), f.sum("PartitionCountExceeded"))
	}
	f.put(`{"k":500}`) // there is room again
	f.advance(301 * time.Second)
	if f.under("k=500/") != `{"k":500}` {
		t.Error("no room for another partition after all were delivered")
	}
}

// https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-multirecord-deaggergation.html
func TestDeaggregation(t *testing.T) {
	many := strings.Repeat(`{"k":1}`, maxParts)
	for name, c := range map[string]struct {
		step    api.Processor
		record  string
		want    string
		refused bool
	}{
		"json":          {processorOf(api.ProcessorTypeRecordDeAggregation, "SubRecordType", "JSON"), `{"k":1}{"k":2} {"k":1}` + "\n", `k1 {"k":1}|{"k":1}| k2 {"k":2}|`, false},
		"an array":      {processorOf(api.ProcessorTypeRecordDeAggregation, "SubRecordType", "JSON"), `[{"k":1},{"k":2}]`, "", true},
		"half":          {processorOf(api.ProcessorTypeRecordDeAggregation, "SubRecordType", "JSON"), `{"k":1}{"k":`, "", true},
		"500":           {processorOf(api.ProcessorTypeRecordDeAggregation, "SubRecordType", "JSON"), many, "k1 " + strings.ReplaceAll(many, "}", "}|"), false},
		"501":           {processorOf(api.ProcessorTypeRecordDeAggregation, "SubRecordType", "JSON"), many + `{"k":1}`, "", true},
		"delimited":     {processorOf(api.ProcessorTypeRecordDeAggregation, "SubRecordType", "DELIMITED", "Delimiter", base64.StdEncoding.EncodeToString([]byte("####"))), `{"k":1}####{"k":2}`, `k1 {"k":1}| k2 {"k":2}|`, false},
		"501 delimited": {processorOf(api.ProcessorTypeRecordDeAggregation, "SubRecordType", "DELIMITED", "Delimiter", base64.StdEncoding.EncodeToString([]byte(","))), strings.Repeat("1,", 501), "", true},
	} {
		f := setUp(t)
		f.create(func(d *api.ExtendedS3DestinationConfiguration) {
			partitioned(d, "k!{partitionKeyFromQuery:k}/", `{k: .k}`, c.step, processorOf(api.ProcessorTypeAppendDelimiterToRecord, "Delimiter", "|"))
		})
		f.put(c.record)
		f.advance(301 * time.Second)
		got := ""
		for _, k := range []string{"k1", "k2"} {
			if text := f.under(k + "/"); text != "" {
				got += " " + k + " " + text
			}
		}
		if strings.TrimSpace(got) != strings.TrimSpace(c.want) {
			t.Errorf("%s: %.80q, want %.80q", name, got, c.want)
		}
		if list := f.refusals("errors/"); c.refused != (len(list) == 1) || c.refused && string(list[0].RawData) != c.record {
			t.Errorf("%s: refused %+v", name, list)
		}
	}
}

func zipText(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(text))
	_ = z.Close()
	return b.String()
}

// Envelopes of CloudWatch Logs. What fails after they were unpacked is delivered compressed.
// https://docs.aws.amazon.com/firehose/latest/dev/writing-with-cloudwatch-logs-decompression.html
// https://docs.aws.amazon.com/firehose/latest/dev/decomp-faq.html
func TestUnpack(t *testing.T) {
	data := zipText(`{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"g","logStream":"s","subscriptionFilters":["f"],"logEvents":[{"id":"1","timestamp":1,"message":"{\"k\":1}"},{"id":"2","timestamp":2,"message":"two"}]}`)
	control := zipText(`{"messageType":"CONTROL_MESSAGE","logEvents":[{"id":"","timestamp":1,"message":"CWL CONTROL MESSAGE: Checking health of destination Firehose."}]}`)
	odd := zipText(`{"messageType":"OTHER"}`)
	run := func(extract string, partition bool, records ...string) *fixture {
		f := setUp(t)
		f.create(func(d *api.ExtendedS3DestinationConfiguration) {
			steps := []api.Processor{processorOf(api.ProcessorTypeDecompression, "CompressionFormat", "GZIP")}
			if extract != "" {
				steps = append(steps, processorOf(api.ProcessorTypeCloudWatchLogProcessing, "DataMessageExtraction", extract))
			}
			if partition {
				partitioned(d, "k!{partitionKeyFromQuery:k}/", `{k: .k}`, steps...)
				return
			}
			d.Prefix, d.ErrorOutputPrefix = new("out/"), new("errors/!{firehose:error-output-type}/")
			d.ProcessingConfiguration = processors(append(steps, processorOf(api.ProcessorTypeAppendDelimiterToRecord))...)
		})
		if err := f.tryPut("", records...); awserr.Code(err) != "InvalidSourceException" {
			t.Errorf("anyone may put: %v", err)
		}
		if err := f.tryPut("logs.amazonaws.com", records...); err != nil {
			t.Fatal(err)
		}
		f.advance(301 * time.Second)
		return f
	}
	f := run("true", false, data, control, "not gzip", odd, data[:20])
	if got := f.under("out/"); got != "{\"k\":1}\ntwo\n" {
		t.Errorf("extracted: %q", got)
	}
	if list := f.refusals("errors/decompression-failed/"); len(list) != 2 || string(list[0].RawData) != "not gzip" || string(list[1].RawData) != data[:20] {
		t.Errorf("not decompressed: %+v", list)
	}
	if list := f.refusals("errors/processing-failed/"); len(list) != 1 || string(list[0].RawData) != odd {
		t.Errorf("not processed: %+v", list)
	}
	if f.sum("OutputDecompressedRecords.Success") != 2 || f.sum("OutputDecompressedRecords.Failed") != 2 {
		t.Error("metrics")
	}
	if f := run("", false, data); !strings.HasPrefix(f.under("out/"), `{"messageType":"DATA_MESSAGE","owner":"1"`) {
		t.Errorf("only decompressed: %q", f.all())
	}
	f = run("true", true, data)
	if list := f.refusals("errors/processing-failed/"); f.under("k1/") != `{"k":1}` || len(list) != 1 || string(list[0].RawData) != data {
		t.Errorf("partitioned: %v", f.bucket.objects)
	}
}

// Envelopes that CloudWatch Logs has put into a Kinesis stream are unpacked when they are read from there.
// https://docs.aws.amazon.com/firehose/latest/dev/writing-with-cloudwatch-logs-decompression-enabling-console.html
func TestUnpackFromKinesis(t *testing.T) {
	f := setUp(t)
	f.river.born, f.river.shards = begin, []*reach{{parent: -1, adjacent: -1}}
	in := fromRiver()
	d := in.ExtendedS3DestinationConfiguration
	d.Prefix, d.ErrorOutputPrefix = new("out/"), new("errors/!{firehose:error-output-type}/")
	d.ProcessingConfiguration = processors(processorOf(api.ProcessorTypeDecompression, "CompressionFormat", "GZIP"),
		processorOf(api.ProcessorTypeCloudWatchLogProcessing, "DataMessageExtraction", "true"), processorOf(api.ProcessorTypeAppendDelimiterToRecord))
	if err := f.make(in); err != nil {
		t.Fatal(err)
	}
	f.advance(0)
	f.river.flow(f, 0, zipText(`{"messageType":"DATA_MESSAGE","logEvents":[{"message":"one"},{"message":"two"}]}`), zipText(`{"messageType":"CONTROL_MESSAGE"}`), "plain")
	f.advance(90 * time.Second)
	if got := f.under("out/"); got != "one\ntwo\n" {
		t.Errorf("extracted: %q", got)
	}
	if list := f.refusals("errors/decompression-failed/"); len(list) != 1 || string(list[0].RawData) != "plain" {
		t.Errorf("not decompressed: %+v", list)
	}
}

// What one record unpacks to is bounded.
func TestBomb(t *testing.T) {
	bomb := zipText(strings.Repeat("0", maxUnpacked+1))
	if _, why := unpack([]byte(bomb), false); why == nil || why.Kind != failedUnpack {
		t.Errorf("unpacked: %+v", why)
	}
}

func FuzzUnpack(f *testing.F) {
	f.Add([]byte(zipText(`{"messageType":"DATA_MESSAGE","logEvents":[{"message":"m"}]}`)), true)
	f.Add([]byte{0x1f, 0x8b}, false)
	f.Fuzz(func(t *testing.T, record []byte, extract bool) {
		list, why := unpack(record, extract)
		if why != nil && (len(list) > 0 || why.Code == "") {
			t.Errorf("%d records and %+v", len(list), why)
		}
	})
}

func FuzzDeaggregate(f *testing.F) {
	f.Add([]byte(`{"a":1}{"b":2}`), "JSON", "")
	f.Add([]byte(`a,b,,c`), "DELIMITED", "LA==")
	f.Fuzz(func(t *testing.T, record []byte, kind, delimiter string) {
		step := processor{Parameters: []parameter{{api.ProcessorParameterNameSubRecordType, kind}, {api.ProcessorParameterNameDelimiter, delimiter}}}
		if step.checkDeaggregation() != nil {
			return
		}
		list, _ := step.deaggregate(record)
		size := 0
		for _, one := range list {
			size += len(one)
		}
		if size > len(record) || len(list) > maxParts {
			t.Errorf("%d bytes in %d records of %d bytes", size, len(list), len(record))
		}
	})
}
