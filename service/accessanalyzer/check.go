package accessanalyzer

import (
	"context"
	"fmt"

	api "unyo/api/accessanalyzer"
	"unyo/engine/policy"
	"unyo/engine/policy/reach"
)

// This file answers the custom policy checks. They prove: what cannot be proved to be as asked fails.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-custom-policy-checks.html

// policyOf reads a document of a check.
func policyOf(kind *string, text string) (*policy.Document, error) {
	k := policy.Identity
	if *kind == api.AccessCheckPolicyTypeResourcePolicy {
		k = policy.Resource
	}
	return parsed(k, text)
}

func parsed(kind policy.Kind, text string) (*policy.Document, error) {
	d, err := policy.Parse(kind, "policy", text)
	if err != nil {
		return nil, api.NewInvalidParameterException("The policy document is not valid: %v", err)
	}
	return d, nil
}

// reasons words the statements an answer comes from, by their ids where they have some.
func reasons(list []reach.Reason, what string) (out []api.ReasonSummary) {
	for _, r := range list {
		x := api.ReasonSummary{StatementIndex: new(int32(r.Index))}
		if r.Sid != "" {
			x.StatementId = new(r.Sid)
			x.Description = new(fmt.Sprintf("%s in the statement with sid: %s.", what, r.Sid))
		} else {
			x.Description = new(fmt.Sprintf("%s in the statement with index: %d.", what, r.Index))
		}
		out = append(out, x)
	}
	return out
}

// CheckNoNewAccess says whether a policy allows anything that another does not.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_CheckNoNewAccess.html
func (s *Service) CheckNoNewAccess(_ context.Context, in *api.CheckNoNewAccessInput) (*api.CheckNoNewAccessOutput, error) {
	changed, err := policyOf(in.PolicyType, *in.NewPolicyDocument)
	if err != nil {
		return nil, err
	}
	existing, err := policyOf(in.PolicyType, *in.ExistingPolicyDocument)
	if err != nil {
		return nil, err
	}
	out := &api.CheckNoNewAccessOutput{Result: new(api.CheckNoNewAccessResultPass), Message: new("The modified permissions do not grant new access compared to your existing policy.")}
	if found := reach.NewAccess(changed, existing); len(found) > 0 {
		out.Result, out.Message = new(api.CheckNoNewAccessResultFail), new("The modified permissions grant new access compared to your existing policy.")
		out.Reasons = reasons(found, "New access")
	}
	return out, nil
}

// CheckAccessNotGranted says whether a policy allows one of the actions on one of the resources.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_CheckAccessNotGranted.html
func (s *Service) CheckAccessNotGranted(_ context.Context, in *api.CheckAccessNotGrantedInput) (*api.CheckAccessNotGrantedOutput, error) {
	d, err := policyOf(in.PolicyType, *in.PolicyDocument)
	if err != nil {
		return nil, err
	}
	out := &api.CheckAccessNotGrantedOutput{Result: new(api.CheckAccessNotGrantedResultPass), Message: new("The policy document does not grant access to perform the listed actions or resources.")}
	for _, a := range in.Access {
		if len(a.Actions)+len(a.Resources) == 0 {
			return nil, api.NewInvalidParameterException("Either actions or resources must be given.")
		}
		if found := reach.Granted(d, a.Actions, a.Resources); len(found) > 0 {
			out.Result, out.Message = new(api.CheckAccessNotGrantedResultFail), new("The policy document grants access to perform one or more of the listed actions or resources.")
			out.Reasons = append(out.Reasons, reasons(found, "One or more of the listed actions or resources")...)
		}
	}
	return out, nil
}

// publicServices are the services of the types of resources whose policies are asked about.
var publicServices = map[string]string{
	"AWS::DynamoDB::Table": "dynamodb", "AWS::DynamoDB::Stream": "dynamodb", "AWS::EFS::FileSystem": "elasticfilesystem", "AWS::OpenSearchService::Domain": "es",
	"AWS::Kinesis::Stream": "kinesis", "AWS::Kinesis::StreamConsumer": "kinesis", "AWS::KMS::Key": "kms", "AWS::Lambda::Function": "lambda",
	"AWS::S3::Bucket": "s3", "AWS::S3::AccessPoint": "s3", "AWS::S3Express::DirectoryBucket": "s3express", "AWS::S3Express::AccessPoint": "s3express",
	"AWS::S3::Glacier": "glacier", "AWS::S3Outposts::Bucket": "s3-outposts", "AWS::S3Outposts::AccessPoint": "s3-outposts",
	"AWS::SecretsManager::Secret": "secretsmanager", "AWS::SNS::Topic": "sns", "AWS::SQS::Queue": "sqs", "AWS::IAM::AssumeRolePolicyDocument": "sts",
	"AWS::S3Tables::TableBucket": "s3tables", "AWS::S3Tables::Table": "s3tables", "AWS::ApiGateway::RestApi": "execute-api", "AWS::CodeArtifact::Domain": "codeartifact",
	"AWS::Backup::BackupVault": "backup", "AWS::CloudTrail::Dashboard": "cloudtrail", "AWS::CloudTrail::EventDataStore": "cloudtrail",
}

// CheckNoPublicAccess says whether a resource's policy lets the public in.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_CheckNoPublicAccess.html
func (s *Service) CheckNoPublicAccess(_ context.Context, in *api.CheckNoPublicAccessInput) (*api.CheckNoPublicAccessOutput, error) {
	kind := policy.Resource
	if *in.ResourceType == api.AccessCheckResourceTypeAwsIamAssumeRolePolicyDocument {
		kind = policy.Trust
	}
	d, err := parsed(kind, *in.PolicyDocument)
	if err != nil {
		return nil, err
	}
	out := &api.CheckNoPublicAccessOutput{Result: new(api.CheckNoPublicAccessResultPass), Message: new("The resource policy does not grant public access for the given resource type.")}
	if found := reach.Public(d, publicServices[*in.ResourceType]); len(found) > 0 {
		out.Result, out.Message = new(api.CheckNoPublicAccessResultFail), new("The resource policy grants public access for the given resource type.")
		out.Reasons = reasons(found, "Public access granted")
	}
	return out, nil
}
