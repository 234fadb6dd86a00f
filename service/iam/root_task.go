package iam

import (
	"strings"
	"time"
)

// rootTaskPath is the path of the policies that say what a root session may do in a member account: they are for AssumeRoot alone.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/security-iam-awsmanpol.html
const rootTaskPath = "/root-task/"

// rootTasks are the tasks and their actions.
var rootTasks = map[string][]string{
	"IAMAuditRootUserCredentials":  auditRoot,
	"IAMCreateRootUserPassword":    {"iam:CreateLoginProfile", "iam:GetLoginProfile"},
	"IAMDeleteRootUserCredentials": append([]string{"iam:DeactivateMFADevice", "iam:DeleteAccessKey", "iam:DeleteLoginProfile", "iam:DeleteSigningCertificate", "iam:DeleteVirtualMFADevice"}, auditRoot...),
	"S3UnlockBucketPolicy":         {"s3:DeleteBucketPolicy", "s3:GetBucketPolicy", "s3:ListAllMyBuckets", "s3:PutBucketPolicy"},
	"SQSUnlockQueuePolicy":         {"sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListQueues", "sqs:SetQueueAttributes"},
}

var auditRoot = []string{"iam:GetAccessKeyLastUsed", "iam:GetAccountSummary", "iam:GetLoginProfile", "iam:GetUser", "iam:ListAccessKeys", "iam:ListMFADevices", "iam:ListSigningCertificates"}

// rootTaskSince is when AWS made them public: their own days are not documented.
// https://aws.amazon.com/about-aws/whats-new/2024/11/manage-root-access-aws-identity-access-management/
var rootTaskSince = time.Date(2024, 11, 15, 0, 0, 0, 0, time.UTC)

// rootTask finds the policy of a task by its name.
func rootTask(name string) (awsPolicy, bool) {
	actions, ok := rootTasks[name]
	if !ok {
		return awsPolicy{}, false
	}
	text := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["` + strings.Join(actions, `","`) + `"],"Resource":"*"}]}`
	return awsPolicy{name: name, path: rootTaskPath, document: text, version: 1, created: rootTaskSince, updated: rootTaskSince}, true
}
