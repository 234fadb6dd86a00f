package firehose

import (
	"encoding/base64"
	"slices"
	"strings"

	api "unyo/api/firehose"
	"unyo/api/rt"
)

// processing is what happens to records before they are delivered.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_ProcessingConfiguration.html
type processing struct {
	On         bool
	Processors []processor `json:",omitempty"`
}

// processor is one step, as it was configured.
type processor struct {
	Type       string
	Parameters []parameter `json:",omitempty"`
}

type parameter struct{ Name, Value string }

// takesParameters are the parameters of each type of processor that has a behaviour here.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_ProcessorParameter.html
var takesParameters = map[string][]string{
	api.ProcessorTypeDecompression:           {api.ProcessorParameterNameCompressionFormat},
	api.ProcessorTypeCloudWatchLogProcessing: {api.ProcessorParameterNameDataMessageExtraction},
	api.ProcessorTypeRecordDeAggregation:     {api.ProcessorParameterNameSubRecordType, api.ProcessorParameterNameDelimiter},
	api.ProcessorTypeMetadataExtraction:      {api.ProcessorParameterNameMetadataExtractionQuery, api.ProcessorParameterNameJsonParsingEngine},
	api.ProcessorTypeAppendDelimiterToRecord: {api.ProcessorParameterNameDelimiter},
}

// processingOf reads a configuration.
func processingOf(in *api.ProcessingConfiguration) (*processing, error) {
	if in == nil {
		return nil, nil
	}
	p := &processing{On: rt.Val(in.Enabled)}
	for _, one := range in.Processors {
		step := processor{Type: *one.Type}
		if step.Type == api.ProcessorTypeLambda && p.On {
			return nil, unsupported("processor type Lambda (there are no functions yet)")
		}
		if p.has(step.Type) {
			return nil, invalid("Processor type %s can be specified only once.", step.Type)
		}
		for _, param := range one.Parameters {
			if takes, known := takesParameters[step.Type]; known && !slices.Contains(takes, *param.ParameterName) {
				return nil, invalid("Processor parameter %s is not supported for processor type %s.", *param.ParameterName, step.Type)
			}
			if step.value(*param.ParameterName) != "" {
				return nil, invalid("Processor parameter %s of processor type %s can be specified only once.", *param.ParameterName, step.Type)
			}
			step.Parameters = append(step.Parameters, parameter{*param.ParameterName, *param.ParameterValue})
		}
		p.Processors = append(p.Processors, step)
	}
	return p, p.check()
}

// check holds what each processor needs.
func (p *processing) check() error {
	if !p.On {
		return nil
	}
	for i := range p.Processors {
		step := &p.Processors[i]
		switch step.Type {
		case api.ProcessorTypeDecompression:
			if f := step.value(api.ProcessorParameterNameCompressionFormat); f != "" && f != "GZIP" {
				return invalid("CompressionFormat %s is not supported for processor type Decompression. Supported: GZIP.", f)
			}
		case api.ProcessorTypeCloudWatchLogProcessing:
			if !p.has(api.ProcessorTypeDecompression) {
				return invalid("Processor type CloudWatchLogProcessing requires processor type Decompression.")
			}
			if v := step.value(api.ProcessorParameterNameDataMessageExtraction); v != "true" && v != "false" {
				return invalid("DataMessageExtraction must be true or false.")
			}
		case api.ProcessorTypeRecordDeAggregation:
			if err := step.checkDeaggregation(); err != nil {
				return err
			}
		case api.ProcessorTypeMetadataExtraction:
			if e := step.value(api.ProcessorParameterNameJsonParsingEngine); e != "JQ-1.6" {
				return invalid("JsonParsingEngine must be JQ-1.6.")
			}
			if step.value(api.ProcessorParameterNameMetadataExtractionQuery) == "" {
				return invalid("MetadataExtractionQuery must be specified for processor type MetadataExtraction.")
			}
		}
	}
	return nil
}

func (step *processor) checkDeaggregation() error {
	delimiter := step.value(api.ProcessorParameterNameDelimiter)
	switch kind := step.value(api.ProcessorParameterNameSubRecordType); kind {
	case "JSON":
		return nil
	case "DELIMITED":
		if b, err := base64.StdEncoding.DecodeString(delimiter); err != nil || len(b) == 0 {
			return invalid("Delimiter must be specified as a base64 encoded string when SubRecordType is DELIMITED.")
		}
		return nil
	default:
		return invalid("SubRecordType must be JSON or DELIMITED.")
	}
}

// value is what a parameter is set to, "" when it is not.
func (step *processor) value(name string) string {
	for _, p := range step.Parameters {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}

// step is the processor of a type, nil when there is none or processing is off.
func (p *processing) step(kind string) *processor {
	if p == nil || !p.On {
		return nil
	}
	for i := range p.Processors {
		if p.Processors[i].Type == kind {
			return &p.Processors[i]
		}
	}
	return nil
}

func (p *processing) has(kind string) bool { return p.step(kind) != nil }

// unpacks reports whether records are envelopes of CloudWatch Logs, to be decompressed.
func (p *processing) unpacks() bool { return p.has(api.ProcessorTypeDecompression) }

// processes reports whether records pass through a step of their own before they are delivered.
func (row *stream) processes() bool {
	return row.Partition != nil || row.Processing != nil && row.Processing.On && len(row.Processing.Processors) > 0
}

// delimiter is what AppendDelimiterToRecord appends: a newline unless it is told otherwise. Escapes as \n are understood, for that is
// how templates write them.
func (p *processing) delimiter() string {
	step := p.step(api.ProcessorTypeAppendDelimiterToRecord)
	if step == nil {
		return ""
	}
	d := step.value(api.ProcessorParameterNameDelimiter)
	if d == "" {
		return "\n"
	}
	return strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\t`, "\t", `\\`, `\`).Replace(d)
}

// describe is the configuration in the API's shape.
func (p *processing) describe() *api.ProcessingConfiguration {
	out := &api.ProcessingConfiguration{Enabled: new(false), Processors: []api.Processor{}}
	if p == nil {
		return out
	}
	out.Enabled = new(p.On)
	for _, step := range p.Processors {
		one := api.Processor{Type: new(step.Type), Parameters: []api.ProcessorParameter{}}
		for _, v := range step.Parameters {
			one.Parameters = append(one.Parameters, api.ProcessorParameter{ParameterName: new(v.Name), ParameterValue: new(v.Value)})
		}
		out.Processors = append(out.Processors, one)
	}
	return out
}
