#!/usr/bin/env bash
# The policy simulator as the AWS CLI asks it, held against what the same policies allow in earnest.
set -euo pipefail
account=000000000000
same() { [ "$1" = "$2" ] || { echo "got «$1», expected «$2»"; exit 1; }; }
custom() { aws iam simulate-custom-policy --output text "$@"; }

home='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::home/${aws:username}/*"},{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}'
logs='{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"logs:*","Resource":"*"}}'

# Which keys do the policies ask for?
same "$(aws iam get-context-keys-for-custom-policy --policy-input-list "$home" --query 'sort(ContextKeyNames)' --output text | tr '\t' ' ')" "aws:SecureTransport aws:username"

# Missing context, then the same with it.
same "$(custom --policy-input-list "$home" --action-names s3:GetObject --resource-arns arn:aws:s3:::home/ann/x --query 'EvaluationResults[0].[EvalDecision,ResourceSpecificResults[0].MissingContextValues[0]]' | tr '\t' ' ')" "implicitDeny aws:username"
ann='[{"ContextKeyName":"aws:username","ContextKeyType":"string","ContextKeyValues":["ann"]}]'
same "$(custom --policy-input-list "$home" --action-names s3:GetObject --resource-arns arn:aws:s3:::home/ann/x --context-entries "$ann" --query 'EvaluationResults[0].[EvalDecision,MatchedStatements[0].SourcePolicyId]' | tr '\t' ' ')" "allowed PolicyInputList.1"
same "$(custom --policy-input-list "$home" --action-names s3:GetObject --resource-arns arn:aws:s3:::home/bob/x --context-entries "$ann" --query 'EvaluationResults[0].EvalDecision')" implicitDeny

# A boundary, and an organisation.
same "$(custom --policy-input-list "$home" --permissions-boundary-policy-input-list "$logs" --action-names s3:GetObject --resource-arns arn:aws:s3:::home/ann/x --context-entries "$ann" --query 'EvaluationResults[0].[EvalDecision,PermissionsBoundaryDecisionDetail.AllowedByPermissionsBoundary]' | tr '\t' ' ')" "implicitDeny False"

# A resource policy speaks of a caller.
open='{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::'$account':user/sim"},"Action":"s3:*","Resource":"*"}}'
if custom --policy-input-list "$logs" --action-names s3:GetObject --resource-policy "$open" 2>/tmp/simulate.$$; then echo "a resource policy without caller was taken"; exit 1; fi
grep -q InvalidInput /tmp/simulate.$$; rm /tmp/simulate.$$
same "$(custom --policy-input-list "$logs" --action-names s3:GetObject --resource-arns arn:aws:s3:::home/x --resource-policy "$open" --caller-arn arn:aws:iam::$account:user/sim --query 'EvaluationResults[0].EvalDecision')" allowed
same "$(custom --policy-input-list "$logs" --action-names s3:GetObject --resource-arns arn:aws:s3:::home/x --resource-policy "$open" --caller-arn arn:aws:iam::$account:user/sim --resource-owner arn:aws:iam::111111111111:root --query 'EvaluationResults[0].EvalDecisionDetails.["IAM Policy","Resource Policy"]' | tr '\t' ' ')" "implicitDeny allowed"

# A user, simulated and in earnest.
aws iam create-user --user-name sim >/dev/null
aws iam put-user-policy --user-name sim --policy-name home --policy-document "$home"
read -r id secret < <(aws iam create-access-key --user-name sim --query 'AccessKey.[AccessKeyId,SecretAccessKey]' --output text)
same "$(aws iam get-context-keys-for-principal-policy --policy-source-arn arn:aws:iam::$account:user/sim --query 'length(ContextKeyNames)' --output text)" 2
plain='[{"ContextKeyName":"aws:SecureTransport","ContextKeyType":"boolean","ContextKeyValues":["false"]}]'
same "$(aws iam simulate-principal-policy --policy-source-arn arn:aws:iam::$account:user/sim --action-names s3:ListAllMyBuckets s3:CreateBucket --context-entries "$plain" --query 'EvaluationResults[].EvalDecision' --output text | tr '\t' ' ')" "allowed implicitDeny"
AWS_ACCESS_KEY_ID=$id AWS_SECRET_ACCESS_KEY=$secret aws s3api list-buckets >/dev/null
if AWS_ACCESS_KEY_ID=$id AWS_SECRET_ACCESS_KEY=$secret aws s3api create-bucket --bucket sim --create-bucket-configuration LocationConstraint=eu-central-1 2>/tmp/simulate.$$; then echo "what was simulated as denied was done"; exit 1; fi
grep -q 'because no identity-based policy allows the s3:CreateBucket action' /tmp/simulate.$$; rm /tmp/simulate.$$

# Pages hold whole actions.
same "$(aws iam simulate-principal-policy --policy-source-arn arn:aws:iam::$account:user/sim --action-names s3:GetObject s3:PutObject logs:PutLogEvents --page-size 1 --query 'EvaluationResults[].EvalActionName' --output text | xargs)" "s3:GetObject s3:PutObject logs:PutLogEvents"
echo all held
