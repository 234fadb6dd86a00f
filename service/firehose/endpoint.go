package firehose

import (
	api "unyo/api/firehose"
	"unyo/api/rt"
)

// endpoint is an HTTP endpoint that records are delivered to.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_HttpEndpointDestinationConfiguration.html
type endpoint struct {
	URL                     string
	Name                    string          `json:",omitempty"`
	Key                     string          `json:",omitempty"` // sealed
	RoleARN                 string          `json:",omitempty"` // for the error log; "" is the role of S3
	Gzip                    bool            `json:",omitempty"`
	Attributes              []httpAttribute `json:",omitempty"`
	BufferMB, BufferSeconds int32           // as S3's
	RetrySeconds            int32           // for how long a request is sent again
	Logging                 logging
}

type httpAttribute struct{ Name, Value string }

// httpChange is what both creation and update may set.
type httpChange struct {
	hints    *api.HttpEndpointBufferingHints
	logging  *api.CloudWatchLoggingOptions
	endpoint *api.HttpEndpointConfiguration
	request  *api.HttpEndpointRequestConfiguration
	retry    *api.HttpEndpointRetryOptions
	role     *string
	secret   *api.SecretsManagerConfiguration
}

// change sets what is given. The access key is sealed for the stream of that id.
func (s *Service) changeEndpoint(e *endpoint, id string, in httpChange) error {
	if in.secret != nil && rt.Val(in.secret.Enabled) {
		return unsupported("SecretsManagerConfiguration")
	}
	if c := in.endpoint; c != nil {
		if err := s.collector.Check(*c.Url); err != nil {
			return invalid("HttpEndpointConfiguration.Url is not valid: %v.", err)
		}
		e.URL, e.Name = *c.Url, rt.Val(c.Name)
		e.shut(s.seal, id, rt.Val(c.AccessKey))
	}
	if h := in.hints; h != nil {
		if (h.SizeInMBs == nil) != (h.IntervalInSeconds == nil) {
			return invalid("Both SizeInMBs and IntervalInSeconds must be specified in BufferingHints.")
		}
		if h.SizeInMBs != nil {
			e.BufferMB, e.BufferSeconds = *h.SizeInMBs, *h.IntervalInSeconds
		}
	}
	if r := in.request; r != nil {
		e.Gzip = rt.Val(r.ContentEncoding) == api.ContentEncodingGzip
		e.Attributes = nil
		seen := map[string]bool{}
		for _, a := range r.CommonAttributes {
			if seen[*a.AttributeName] {
				return invalid("Common attribute names must be unique.")
			}
			seen[*a.AttributeName] = true
			e.Attributes = append(e.Attributes, httpAttribute{*a.AttributeName, *a.AttributeValue})
		}
	}
	if in.retry != nil && in.retry.DurationInSeconds != nil {
		e.RetrySeconds = *in.retry.DurationInSeconds
	}
	if in.role != nil {
		e.RoleARN = *in.role
	}
	return e.Logging.change(in.logging)
}

// httpProcessing refuses the steps that only S3 has.
func httpProcessing(p *processing) error {
	for _, kind := range []string{api.ProcessorTypeMetadataExtraction, api.ProcessorTypeRecordDeAggregation} {
		if p.has(kind) {
			return invalid("Processor type %s is not supported for HttpEndpoint destination.", kind)
		}
	}
	return nil
}

// describe is the destination in the API's shape, without its access key.
func (e *endpoint) describe(row *stream) *api.HttpEndpointDestinationDescription {
	mode := api.HttpEndpointS3BackupModeFailedDataOnly
	if row.CopyAll {
		mode = api.HttpEndpointS3BackupModeAllData
	}
	encoding := api.ContentEncodingNone
	if e.Gzip {
		encoding = api.ContentEncodingGzip
	}
	out := &api.HttpEndpointDestinationDescription{
		EndpointConfiguration:    &api.HttpEndpointDescription{Url: new(e.URL)},
		BufferingHints:           &api.HttpEndpointBufferingHints{SizeInMBs: new(e.BufferMB), IntervalInSeconds: new(e.BufferSeconds)},
		CloudWatchLoggingOptions: e.Logging.describe(),
		RequestConfiguration:     &api.HttpEndpointRequestConfiguration{ContentEncoding: new(encoding), CommonAttributes: []api.HttpEndpointCommonAttribute{}},
		ProcessingConfiguration:  row.Processing.describe(),
		RetryOptions:             &api.HttpEndpointRetryOptions{DurationInSeconds: new(e.RetrySeconds)},
		S3BackupMode:             new(mode),
		S3DestinationDescription: row.S3.plain(),
	}
	if e.Name != "" {
		out.EndpointConfiguration.Name = new(e.Name)
	}
	if e.RoleARN != "" {
		out.RoleARN = new(e.RoleARN)
	}
	for _, a := range e.Attributes {
		out.RequestConfiguration.CommonAttributes = append(out.RequestConfiguration.CommonAttributes, api.HttpEndpointCommonAttribute{AttributeName: new(a.Name), AttributeValue: new(a.Value)})
	}
	return out
}
