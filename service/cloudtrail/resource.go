package cloudtrail

import (
	"strings"

	"unyo/base/arn"
)

// types are resource types in CloudFormation's words, by service and the first word of an ARN's resource.
var types = map[string]string{
	"iam role": "AWS::IAM::Role", "iam user": "AWS::IAM::User", "iam group": "AWS::IAM::Group", "iam policy": "AWS::IAM::Policy",
	"iam instance-profile": "AWS::IAM::InstanceProfile", "iam mfa": "AWS::IAM::MfaDevice", "iam saml-provider": "AWS::IAM::SAMLProvider",
	"iam oidc-provider": "AWS::IAM::OIDCProvider", "iam server-certificate": "AWS::IAM::ServerCertificate",
	"logs log-group": "AWS::Logs::LogGroup", "logs destination": "AWS::Logs::Destination", "kinesis stream": "AWS::Kinesis::Stream",
	"firehose deliverystream": "AWS::KinesisFirehose::DeliveryStream", "cloudwatch alarm": "AWS::CloudWatch::Alarm",
	"cloudwatch dashboard": "AWS::CloudWatch::Dashboard", "glue catalog": "AWS::Glue::Catalog", "glue database": "AWS::Glue::Database",
	"glue table": "AWS::Glue::Table", "glue crawler": "AWS::Glue::Crawler", "cloudtrail trail": "AWS::CloudTrail::Trail",
	"cloudtrail eventdatastore": "AWS::CloudTrail::EventDataStore", "kms key": "AWS::KMS::Key", "kms alias": "AWS::KMS::Alias",
	"lambda function": "AWS::Lambda::Function", "events rule": "AWS::Events::Rule", "events event-bus": "AWS::Events::EventBus",
	"athena workgroup": "AWS::Athena::WorkGroup", "organizations account": "AWS::Organizations::Account",
	"ec2 instance": "AWS::EC2::Instance", "ec2 volume": "AWS::EC2::Volume", "ec2 vpc": "AWS::EC2::VPC", "ec2 subnet": "AWS::EC2::Subnet",
	"ec2 security-group": "AWS::EC2::SecurityGroup", "ec2 snapshot": "AWS::EC2::Snapshot", "ec2 network-interface": "AWS::EC2::NetworkInterface",
}

// typeOf is the type of what an ARN names; "" where CloudFormation has no word for it.
func typeOf(text string) string {
	a, err := arn.Parse(text)
	switch {
	case err != nil:
		return ""
	case a.Service == "s3" && strings.Contains(a.Resource, "/"):
		return "AWS::S3::Object"
	case a.Service == "s3":
		return "AWS::S3::Bucket"
	case a.Service == "sqs":
		return "AWS::SQS::Queue"
	case a.Service == "sns":
		return "AWS::SNS::Topic"
	}
	kind := a.Resource
	if i := strings.IndexAny(kind, ":/"); i >= 0 {
		kind = kind[:i]
	}
	return types[a.Service+" "+kind]
}

// nameOf is the name of what an ARN names, as event history shows it.
func nameOf(text string) string {
	a, err := arn.Parse(text)
	if err != nil {
		return text
	}
	if a.Service == "s3" || a.Service == "sqs" || a.Service == "sns" {
		return a.Resource
	}
	_, name, ok := strings.Cut(a.Resource, ":")
	if i := strings.IndexByte(a.Resource, '/'); i >= 0 && (!ok || i < len(a.Resource)-len(name)) {
		name, ok = a.Resource[i+1:], true
	}
	if a.Service == "iam" { // paths are no part of names
		name = name[strings.LastIndexByte(name, '/')+1:]
	}
	if !ok {
		return a.Resource
	}
	return strings.TrimSuffix(name, ":*")
}
