package iam

// serviceNamespaces are the services of the estate, there and to come, by the prefix of their actions, in its order.
// https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
var serviceNamespaces = []struct{ space, name string }{
	{"access-analyzer", "AWS IAM Access Analyzer"}, {"acm", "AWS Certificate Manager"}, {"acm-pca", "AWS Private Certificate Authority"},
	{"athena", "Amazon Athena"}, {"autoscaling", "Amazon EC2 Auto Scaling"}, {"backup", "AWS Backup"}, {"budgets", "AWS Budget Service"},
	{"ce", "AWS Cost Explorer Service"}, {"cloudformation", "AWS CloudFormation"}, {"cloudtrail", "AWS CloudTrail"}, {"cloudwatch", "Amazon CloudWatch"},
	{"compute-optimizer", "AWS Compute Optimizer"}, {"config", "AWS Config"}, {"cur", "AWS Cost and Usage Report"}, {"dynamodb", "Amazon DynamoDB"},
	{"ec2", "Amazon EC2"}, {"ec2messages", "Amazon Message Delivery Service"}, {"elasticloadbalancing", "AWS Elastic Load Balancing V2"},
	{"events", "Amazon EventBridge"}, {"firehose", "Amazon Kinesis Firehose"}, {"fis", "AWS Fault Injection Service"}, {"glue", "AWS Glue"},
	{"guardduty", "Amazon GuardDuty"}, {"health", "AWS Health APIs and Notifications"}, {"iam", "AWS Identity and Access Management (IAM)"},
	{"kinesis", "Amazon Kinesis Data Streams"}, {"kinesisanalytics", "Amazon Kinesis Analytics"}, {"kinesisvideo", "Amazon Kinesis Video Streams"},
	{"kms", "AWS Key Management Service"}, {"lambda", "AWS Lambda"}, {"logs", "Amazon CloudWatch Logs"}, {"organizations", "AWS Organizations"},
	{"pricing", "AWS Price List"}, {"ram", "AWS Resource Access Manager (RAM)"}, {"rds", "Amazon RDS"}, {"resource-groups", "AWS Resource Groups"},
	{"route53", "Amazon Route 53"}, {"s3", "Amazon S3"}, {"savingsplans", "AWS Savings Plans"}, {"scheduler", "Amazon EventBridge Scheduler"},
	{"secretsmanager", "AWS Secrets Manager"}, {"securityhub", "AWS Security Hub"}, {"ses", "Amazon Simple Email Service v2"}, {"sns", "Amazon SNS"},
	{"sqs", "Amazon SQS"}, {"ssm", "AWS Systems Manager"}, {"ssmmessages", "Amazon Session Manager Message Gateway Service"}, {"states", "AWS Step Functions"},
	{"sts", "AWS Security Token Service"}, {"support", "AWS Support"}, {"tag", "Amazon Resource Group Tagging API"}, {"trustedadvisor", "AWS Trusted Advisor"},
	{"wafv2", "AWS WAF V2"},
}
