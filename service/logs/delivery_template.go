package logs

import (
	"context"
	"slices"
	"strings"

	api "unyo/api/logs"
	"unyo/api/rt"
	"unyo/base/arn"
	"unyo/base/page"
)

// vendedLog is a log that a service here vends, and how it may be delivered.
type vendedLog struct {
	service, resource, kind string
	action                  string              // what the caller needs on the resource
	folder                  string              // of the service below AWSLogs/ACCOUNT
	formats                 map[string][]string // by kind of destination, the default first
	fields                  []string            // all, in the order in which they are delivered unless another is asked for
	numbers                 []string            // of them
	suffix                  string              // of objects' names
	variables               []string            // that it may have
}

// vendedLogs are those that services here vend, by service and log type: AWS lists many more, of services that are not here.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliverySource.html (logType)
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/sal-cw-log-format.html
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/sal-cw-section.html (JSON everywhere, in buckets Parquet too)
var vendedLogs = []vendedLog{{
	service: "s3", resource: "bucket", kind: "S3_SERVER_ACCESS_LOGS", action: "s3:AllowVendedLogDeliveryForResource", folder: "s3",
	formats: map[string][]string{api.DeliveryDestinationTypeS3: {"json", "parquet"}, api.DeliveryDestinationTypeCwl: {"json"}, api.DeliveryDestinationTypeFh: {"json"}},
	fields: []string{
		"schema_version_id", "bucket_arn", "bucket_name", "request_time", "bucket_owner_id", "remote_ip", "requester", "request_id", "operation", "key_name", "request_uri",
		"http_status", "error_code", "bytes_sent_size", "object_size", "total_duration", "turn_around_duration", "referer", "user_agent", "version_id", "host_id",
		"signature_version", "cipher_suite", "authentication_type", "host_header", "tls_version", "access_point_arn", "acl_required",
		"source_region",
	},
	numbers:   []string{"http_status", "bytes_sent_size", "object_size", "total_duration", "turn_around_duration"},
	suffix:    "{region}/{bucket_name}/{yyyy}/{MM}/{dd}",
	variables: []string{"accountid", "region", "bucket_name", "yyyy", "MM", "dd", "HH"},
}}

// vendedBy finds what a resource vends; ok=false when it vends no such log here.
func vendedBy(resource, kind string) (v *vendedLog, ok bool) {
	a, err := arn.Parse(resource)
	if err != nil {
		return nil, false
	}
	i := slices.IndexFunc(vendedLogs, func(v vendedLog) bool { return v.service == a.Service && v.kind == kind })
	if i < 0 {
		return nil, false
	}
	return &vendedLogs[i], true
}

// Formats and delimiters of each kind of destination.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliveryDestination.html (outputFormat)
var (
	outputFormats = map[string][]string{
		api.DeliveryDestinationTypeS3:  {"json", "plain", "w3c", "raw", "parquet"},
		api.DeliveryDestinationTypeCwl: {"json", "plain", "raw"},
		api.DeliveryDestinationTypeFh:  {"json", "plain", "raw"},
	}
	delimiters = []string{"\t", " ", ",", ";", "|"}
)

const defaultDelimiter = "\t"

// delimited reports whether fields of this format have something between them.
func delimited(format string) bool { return format == "plain" || format == "w3c" || format == "raw" }

// DescribeConfigurationTemplates tells what deliveries of the logs that are vended here may be like.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeConfigurationTemplates.html
func (s *Service) DescribeConfigurationTemplates(_ context.Context, in *api.DescribeConfigurationTemplatesInput) (*api.DescribeConfigurationTemplatesOutput, error) {
	query := strings.Join(slices.Concat([]string{"templates", rt.Val(in.Service)}, in.LogTypes, in.ResourceTypes, in.DeliveryDestinationTypes), "\x00")
	after, err := page.After(query, rt.Val(in.NextToken))
	if err != nil {
		return nil, unfit("The specified nextToken is invalid.")
	}
	limit := 50
	if in.Limit != nil {
		limit = int(*in.Limit)
	}
	among := func(list []string, v string) bool { return len(list) == 0 || slices.Contains(list, v) }
	rows := func(yield func(string, *api.ConfigurationTemplate) bool) {
		for i := range vendedLogs {
			v := &vendedLogs[i]
			for _, kind := range []string{api.DeliveryDestinationTypeCwl, api.DeliveryDestinationTypeFh, api.DeliveryDestinationTypeS3} {
				if key := v.service + "\x00" + v.kind + "\x00" + kind; key > after && !yield(key, v.template(kind)) {
					return
				}
			}
		}
	}
	out := &api.DescribeConfigurationTemplatesOutput{}
	out.ConfigurationTemplates, out.NextToken = page.Collect(query, limit, rows, func(_ string, t *api.ConfigurationTemplate) (api.ConfigurationTemplate, bool) {
		return *t, (in.Service == nil || *in.Service == *t.Service) && among(in.LogTypes, *t.LogType) && among(in.ResourceTypes, *t.ResourceType) &&
			among(in.DeliveryDestinationTypes, *t.DeliveryDestinationType)
	})
	return out, nil
}

func (v *vendedLog) template(kind string) *api.ConfigurationTemplate {
	t := &api.ConfigurationTemplate{
		Service: &v.service, LogType: &v.kind, ResourceType: &v.resource, DeliveryDestinationType: &kind, AllowedOutputFormats: v.formats[kind],
		AllowedActionForAllowVendedLogsDeliveryForResource: &v.action,
		DefaultDeliveryConfigValues:                        &api.ConfigurationTemplateDeliveryConfigValues{RecordFields: v.fields},
	}
	if slices.ContainsFunc(v.formats[kind], delimited) {
		t.AllowedFieldDelimiters, t.DefaultDeliveryConfigValues.FieldDelimiter = delimiters, new(defaultDelimiter)
	}
	for _, f := range v.fields {
		t.AllowedFields = append(t.AllowedFields, api.RecordField{Name: &f, Mandatory: new(false)})
	}
	if kind == api.DeliveryDestinationTypeS3 {
		t.AllowedSuffixPathFields = v.variables
		t.DefaultDeliveryConfigValues.S3DeliveryConfiguration = &api.S3DeliveryConfiguration{SuffixPath: &v.suffix, EnableHiveCompatiblePath: new(false)}
	}
	return t
}

// shape holds what a delivery asks for to what its log and its destination have.
func (v *vendedLog) shape(d *delivery, format string, fields []string, delimiter *string, s3 *api.S3DeliveryConfiguration) error {
	if !slices.Contains(v.formats[d.Kind], format) {
		return unfit("The output format %s is not one of the log type %s for the delivery destination type %s.", format, v.kind, d.Kind)
	}
	for i, f := range fields {
		if !slices.Contains(v.fields, f) || slices.Contains(fields[:i], f) {
			return unfit("The record field %s is not one of the log type %s, or is there twice.", f, v.kind)
		}
	}
	if fields != nil {
		d.Fields = fields
	}
	if delimiter != nil {
		if !delimited(format) {
			return unfit("fieldDelimiter can only be used with the output formats plain, w3c and raw.")
		}
		if !slices.Contains(delimiters, *delimiter) {
			return unfit("The field delimiter %q is not allowed.", *delimiter)
		}
		d.Delimiter = delimiter
	}
	if s3 == nil {
		return nil
	}
	if d.Kind != api.DeliveryDestinationTypeS3 {
		return unfit("s3DeliveryConfiguration can only be used with a delivery destination that is an S3 bucket.")
	}
	if s3.SuffixPath != nil {
		if err := v.checkSuffix(*s3.SuffixPath); err != nil {
			return err
		}
		d.Suffix = *s3.SuffixPath
	}
	d.Hive = rt.Val(s3.EnableHiveCompatiblePath)
	return nil
}
