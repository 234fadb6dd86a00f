package iam

import "strings"

// awsPolicy is a policy that AWS itself manages.
type awsPolicy struct {
	name, path, document string
}

// awsPolicies are facts from the AWS Managed Policy Reference; only those whose whole document stands here
// can be attached.
// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html
var awsPolicies = [...]awsPolicy{
	{"AdministratorAccess", "/", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`},
	{"AmazonKinesisFirehoseFullAccess", "/", `{"Version":"2012-10-17","Statement":[{"Action":["firehose:*"],"Effect":"Allow","Resource":"*"}]}`},
	{"AmazonKinesisFirehoseReadOnlyAccess", "/", `{"Version":"2012-10-17","Statement":[{"Action":["firehose:Describe*","firehose:List*"],"Effect":"Allow","Resource":"*"}]}`},
	{"AmazonS3FullAccess", "/", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*","s3-object-lambda:*"],"Resource":"*"}]}`},
	{"AmazonS3ReadOnlyAccess", "/", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:Get*","s3:List*","s3:Describe*","s3-object-lambda:Get*","s3-object-lambda:List*"],"Resource":"*"}]}`},
	{"CloudWatchLogsReadOnlyAccess", "/", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["logs:Describe*","logs:Get*","logs:List*","logs:StartQuery","logs:StopQuery","logs:TestMetricFilter","logs:FilterLogEvents","logs:StartLiveTail","logs:StopLiveTail","cloudwatch:GenerateQuery"],"Resource":"*"}]}`},
	{"IAMReadOnlyAccess", "/", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:GenerateCredentialReport","iam:GenerateServiceLastAccessedDetails","iam:Get*","iam:List*","iam:SimulateCustomPolicy","iam:SimulatePrincipalPolicy"],"Resource":"*"}]}`},
}

// awsManaged finds one by ARN: arn:aws:iam::aws:policy/AdministratorAccess.
func awsManaged(arn string) (awsPolicy, bool) {
	_, name, ok := strings.Cut(arn, ":iam::aws:policy/")
	for _, p := range awsPolicies {
		if ok && strings.TrimPrefix(p.path, "/")+p.name == name {
			return p, true
		}
	}
	return awsPolicy{}, false
}
