package firehose

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"

	api "unyo/api/firehose"
	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/engine/jq"
	"unyo/kernel/store"
)

// partitioning is the dynamic partitioning of a stream.
// https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning.html
type partitioning struct {
	Query        string
	Keys         []string // that it extracts
	RetrySeconds int32
}

const (
	// maxPartitions is how many partitions of a stream may hold something at a time: the default of AWS's quota.
	// https://docs.aws.amazon.com/firehose/latest/dev/limits.html
	maxPartitions = 500
	// partitionMB is the least a buffer may collect, and the default.
	// https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-enable.html
	partitionMB = 64

	defaultRetry = 300 // seconds
)

// partitionOf reads the configuration of a new stream; nil when it has none.
func partitioningOf(in *api.DynamicPartitioningConfiguration, p *processing, cache *jq.Cache) (*partitioning, error) {
	extracts := p.step(api.ProcessorTypeMetadataExtraction)
	if in == nil || !rt.Val(in.Enabled) {
		if extracts != nil {
			return nil, invalid("Processor type MetadataExtraction is only supported when Dynamic Partitioning is enabled.")
		}
		return nil, nil
	}
	if extracts == nil {
		return nil, invalid("MetadataExtraction processor should be present when Dynamic Partitioning is enabled.")
	}
	d := &partitioning{RetrySeconds: defaultRetry}
	if r := in.RetryOptions; r != nil && r.DurationInSeconds != nil {
		d.RetrySeconds = *r.DurationInSeconds
	}
	return d, d.extract(extracts, cache)
}

// extract takes over the query of a processor.
func (d *partitioning) extract(step *processor, cache *jq.Cache) error {
	d.Query = step.value(api.ProcessorParameterNameMetadataExtractionQuery)
	program, err := cache.Compile(d.Query)
	if errors.Is(err, jq.ErrRefused) {
		return unsupported("this MetadataExtractionQuery: " + err.Error())
	}
	if err != nil {
		return invalid("MetadataExtractionQuery is not a valid JQ 1.6 expression: %v", err)
	}
	if d.Keys = program.Keys(); len(d.Keys) == 0 {
		return invalid("MetadataExtractionQuery must be an object of partition keys: {name: expression}.")
	}
	return nil
}

func (d *partitioning) describe() *api.DynamicPartitioningConfiguration {
	if d == nil {
		return nil
	}
	return &api.DynamicPartitioningConfiguration{Enabled: new(true), RetryOptions: &api.RetryOptions{DurationInSeconds: new(d.RetrySeconds)}}
}

// anyDraw stands for chance where only the length of a prefix counts.
const anyDraw = "00000000-0000-0000-0000-000000000000"

const extractionFailed = "DynamicPartitioning.MetadataExtractionFailed"

// partition finds the buffer of a record.
func (p *pass) partition(record []byte) (buffer string, keys map[string]string, why *failure) {
	found, err := p.query.Run(record)
	if err != nil {
		text := err.Error()
		if errors.Is(err, jq.ErrInput) {
			text = "Non JSON record provided"
		}
		return "", nil, &failure{failedWork, extractionFailed, text}
	}
	object, ok := found.(map[string]any)
	if !ok {
		return "", nil, &failure{failedWork, extractionFailed, "MetadataExtractionQuery did not give an object."}
	}
	keys = make(map[string]string, len(p.row.Partition.Keys))
	id := sha256.New()
	for _, name := range p.row.Partition.Keys {
		v, ok := keyText(object[name])
		if !ok || v == "" {
			return "", nil, &failure{failedWork, extractionFailed, "partitionKeys values must not be null or empty"}
		}
		keys[name] = v
		id.Write([]byte(store.Key(name, v, "")))
	}
	buffer = partitionOf + hex.EncodeToString(id.Sum(nil)[:16])
	if !p.open[buffer] {
		v := values{at: p.now, keys: keys, draw: anyDraw}
		if _, err := v.evaluate(p.row.S3.Prefix); err != nil {
			return "", nil, &failure{failedWork, extractionFailed, awserr.Message(err)}
		}
		if p.active >= maxPartitions {
			p.exceeded = 1
			return "", nil, &failure{failedWork, "DynamicPartitioning.ActivePartitionLimitExceeded", "You have exceeded the active partition limit"}
		}
		p.open[buffer] = true
		p.active++
	}
	return buffer, keys, nil
}

// keyText writes a value as a part of a prefix.
func keyText(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case bool:
		return strconv.FormatBool(v), true
	case int:
		return strconv.Itoa(v), true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case interface{ String() string }: // a number of many digits
		return v.String(), true
	}
	return "", false
}
