package logs

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logstypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/firehose"
	firehosetypes "github.com/aws/aws-sdk-go-v2/service/firehose/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"

	"unyo/rehearse/estate"
)

// namespace is where the metrics are that filters make of lines.
const namespace = "Shop"

// bucket is where the archive is.
const bucket = "shop-log-archive"

// delivery is the role that carries lines from CloudWatch Logs to Firehose and from there to the bucket. Only this account may have
// the services take it on.
const (
	delivery = "log-delivery"
	trust    = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":["logs.amazonaws.com","firehose.amazonaws.com"]},
  "Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:SourceAccount":"` + estate.Account + `"}}}]}`
	permissions = `{"Version":"2012-10-17","Statement":[
  {"Effect":"Allow","Action":["firehose:PutRecord","firehose:PutRecordBatch"],"Resource":"arn:aws:firehose:*:*:deliverystream/shop-*"},
  {"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::` + bucket + `/*"}]}`
	roleARN = "arn:aws:iam::" + estate.Account + ":role/" + delivery
)

// build makes the architecture.
func (p *play) build(ctx context.Context) error {
	if err := p.createBucket(ctx, bucket); err != nil {
		return err
	}
	if _, err := p.s3.PutBucketLifecycleConfiguration(ctx, &s3.PutBucketLifecycleConfigurationInput{Bucket: aws.String(bucket), LifecycleConfiguration: lifecycle()}); err != nil {
		return err
	}
	if _, err := p.iam.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String(delivery), AssumeRolePolicyDocument: aws.String(trust)}); err != nil {
		return err
	}
	if _, err := p.iam.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: aws.String(delivery), PolicyName: aws.String("deliver"), PolicyDocument: aws.String(permissions)}); err != nil {
		return err
	}
	for i := range systems {
		if err := p.buildSystem(ctx, &systems[i]); err != nil {
			return fmt.Errorf("%s: %w", systems[i].name, err)
		}
	}
	if err := p.buildNetwork(ctx); err != nil {
		return err
	}
	return p.buildTables(ctx)
}

// buildSystem makes a system's way to the archive.
func (p *play) buildSystem(ctx context.Context, s *system) error {
	stream, err := p.firehose.CreateDeliveryStream(ctx, &firehose.CreateDeliveryStreamInput{DeliveryStreamName: aws.String(s.stream()),
		ExtendedS3DestinationConfiguration: &firehosetypes.ExtendedS3DestinationConfiguration{
			RoleARN: aws.String(roleARN), BucketARN: aws.String("arn:aws:s3:::" + bucket), CompressionFormat: firehosetypes.CompressionFormatGzip,
			Prefix: aws.String(s.prefix() + "day=!{timestamp:yyyy-MM-dd}/"), ErrorOutputPrefix: aws.String("failed/" + s.name + "/!{firehose:error-output-type}/"),
			BufferingHints:          &firehosetypes.BufferingHints{SizeInMBs: aws.Int32(64), IntervalInSeconds: aws.Int32(300)},
			ProcessingConfiguration: messagesAlone(),
		}})
	if err != nil {
		return err
	}
	if err := p.createGroup(ctx, s.group(), s.retention); err != nil {
		return err
	}
	if _, err := p.logs.PutMetricFilter(ctx, &cloudwatchlogs.PutMetricFilterInput{LogGroupName: aws.String(s.group()), FilterName: aws.String(s.metric), FilterPattern: aws.String(s.filter),
		MetricTransformations: []logstypes.MetricTransformation{{MetricNamespace: aws.String(namespace), MetricName: aws.String(s.metric), MetricValue: aws.String("1")}}}); err != nil {
		return err
	}
	_, err = p.logs.PutSubscriptionFilter(ctx, &cloudwatchlogs.PutSubscriptionFilterInput{LogGroupName: aws.String(s.group()), FilterName: aws.String("archive"),
		FilterPattern: aws.String(s.filter), DestinationArn: stream.DeliveryStreamARN, RoleArn: aws.String(roleARN)})
	return err
}

// messagesAlone has Firehose take the envelopes of CloudWatch Logs apart and end each message with a newline, so that objects hold lines.
// https://docs.aws.amazon.com/firehose/latest/dev/Message_extraction.html
func messagesAlone() *firehosetypes.ProcessingConfiguration {
	parameter := func(name firehosetypes.ProcessorParameterName, value string) []firehosetypes.ProcessorParameter {
		return []firehosetypes.ProcessorParameter{{ParameterName: name, ParameterValue: aws.String(value)}}
	}
	return &firehosetypes.ProcessingConfiguration{Enabled: aws.Bool(true), Processors: []firehosetypes.Processor{
		{Type: firehosetypes.ProcessorTypeDecompression, Parameters: parameter(firehosetypes.ProcessorParameterNameCompressionFormat, "GZIP")},
		{Type: firehosetypes.ProcessorTypeCloudWatchLogProcessing, Parameters: parameter(firehosetypes.ProcessorParameterNameDataMessageExtraction, "true")},
		{Type: firehosetypes.ProcessorTypeAppendDelimiterToRecord, Parameters: parameter(firehosetypes.ProcessorParameterNameDelimiter, `\n`)},
	}}
}

// lifecycle is what becomes of the objects of each system. Since 2024 S3 moves no object below 128 KB unless a rule's filter says so.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
func lifecycle() *s3types.BucketLifecycleConfiguration {
	var rules []s3types.LifecycleRule
	for i := range systems {
		s := &systems[i]
		r := s3types.LifecycleRule{ID: aws.String(s.name), Status: s3types.ExpirationStatusEnabled, Filter: &s3types.LifecycleRuleFilter{And: &s3types.LifecycleRuleAndOperator{
			Prefix: aws.String(s.prefix()), ObjectSizeGreaterThan: aws.Int64(1)}}}
		if s.infrequent > 0 {
			r.Transitions = append(r.Transitions, s3types.Transition{Days: aws.Int32(int32(s.infrequent)), StorageClass: s3types.TransitionStorageClassStandardIa})
		}
		if s.glacier > 0 {
			r.Transitions = append(r.Transitions, s3types.Transition{Days: aws.Int32(int32(s.glacier)), StorageClass: s3types.TransitionStorageClassGlacier})
		}
		if s.expire > 0 {
			r.Expiration = &s3types.LifecycleExpiration{Days: aws.Int32(int32(s.expire))}
		}
		rules = append(rules, r)
	}
	return &s3types.BucketLifecycleConfiguration{Rules: rules}
}
