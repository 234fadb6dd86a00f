package lint

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// cases are policies with the codes that AWS's page promises for them.
var cases = []struct {
	kind  PolicyType
	text  string // of one statement, or of a document where it begins with {"
	codes string
}{
	{Identity, `"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"`, ""},
	{Identity, `"Effect":"Allow","Action":"s3:GetObjet","Resource":"*"`, "INVALID_ACTION"},
	{Identity, `"Effect":"Allow","Action":"s4:GetObject","Resource":"*"`, "INVALID_SERVICE_IN_ACTION"},
	{Identity, `"Effect":"Allow","Action":"s3*:GetObject","Resource":"*"`, "WILDCARD_IN_SERVICE_NAME"},
	{Identity, `"Effect":"Allow","Action":["iam:Get*","iam:GetCredentialReport"],"Resource":"*"`, "REDUNDANT_ACTION"},
	{Identity, `"Effect":"Allow","Action":["iam:Get*","iam:*CredentialReport"],"Resource":"*"`, ""},
	{Identity, `"Effect":"Allow","Action":"iam:GetRole","Resource":["arn:aws:iam::111122223333:role/jane-admin","arn:aws:iam::111122223333:role/jane*"]`, "REDUNDANT_RESOURCE"},
	{Identity, `"Effect":"Allow","Action":"iam:PassRole","Resource":"*"`, "PASS_ROLE_WITH_STAR_IN_RESOURCE"},
	{Identity, `"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"ec2.amazonaws.com"}}`, ""},
	{Identity, `"Effect":"Allow","Action":"*","Resource":"*"`, "CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE"},
	{Identity, `"Effect":"Allow","Action":"iam:PassRole","NotResource":"arn:aws:iam::111122223333:role/x"`, "PASS_ROLE_WITH_NOT_RESOURCE"},
	{Identity, `"Effect":"Allow","NotAction":"s3:*","Resource":"*"`, "CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION"},
	{Identity, `"Effect":"Maybe","Action":"s3:GetObject","Resource":"*"`, "INVALID_EFFECT"},
	{Identity, `"Action":"s3:GetObject","Resource":"*"`, "MISSING_EFFECT"},
	{Identity, `"Effect":"Allow","Resource":"*"`, "MISSING_ACTION"},
	{Identity, `"Effect":"Allow","Action":"s3:GetObject"`, "MISSING_RESOURCE"},
	{Identity, `"Effect":"Allow","Action":[],"Resource":[]`, "EMPTY_ARRAY_ACTION EMPTY_ARRAY_RESOURCE"},
	{Identity, `"Effect":"Allow","Action":"s3:GetObject","NotAction":"s3:PutObject","Resource":"*"`, "UNSUPPORTED_ELEMENT_COMBINATION"},
	{Identity, `"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Principal":"*"`, "UNSUPPORTED_PRINCIPAL"},
	{Identity, `"Sid":"a b","Effect":"Allow","Action":"s3:GetObject","Resource":"*"`, "UNSUPPORTED_SID"},
	{Identity, `"Sid":"","Effect":"Allow","Action":"s3:GetObject","Resource":"*"`, "EMPTY_SID_VALUE"},
	{Identity, `"Effect":"Allow","Action":"s3:GetObject","Resource":"*","Colour":"red"`, "INVALID_POLICY_ELEMENT"},
	{Identity, `"Effect":"Allow","Action":5,"Resource":"*"`, "DATA_TYPE_MISMATCH"},
	{Identity, `"Effect":"Allow","Action":"s3:GetObject","Resource":"b"`, "INVALID_ARN_PREFIX"},
	{Identity, `"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3"`, "MISSING_ARN_FIELD"},
	{Identity, `"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:S3:::b"`, "INVALID_ARN_SERVICE_CASE"},
	{Identity, `"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3::111122223333:b"`, "ARN_ACCOUNT_NOT_ALLOWED"},
	{Identity, `"Effect":"Allow","Action":"iam:GetUser","Resource":"arn:aws:iam:us-east-1:111122223333:user/x"`, "ARN_REGION_NOT_ALLOWED"},
	{Identity, `"Effect":"Allow","Action":"sqs:SendMessage","Resource":"arn:aws:sqs:us-east-1:1111:q"`, "INVALID_ARN_ACCOUNT"},
	{Identity, `"Effect":"Allow","Action":"sqs:SendMessage","Resource":"arn:azure:sqs:us-east-1:111122223333:q"`, "INVALID_PARTITION"},
	{Identity, `"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:username"`, "MISSING_BRACE_IN_VARIABLE"},
	{Identity, `"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${}"`, "EMPTY_VARIABLE"},
	{Identity, `"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:username, x}"`, "MISSING_QUOTE_IN_VARIABLE"},
	{Identity, `{"Version":"2008-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/${aws:username}"}}`, "VARIABLE_UNSUPPORTED_IN_VERSION"},
	{Identity, `{"Version":"2020-01-01","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}`, "INVALID_VERSION"},
	{Identity, `{"Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}`, "MISSING_VERSION"},
	{Identity, `{"Version":"2012-10-17","Statement":[]}`, "MISSING_STATEMENT"},
	{Identity, `{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Allow","Action":"s3:GetObject","Resource":"*"},{"Sid":"a","Effect":"Allow","Action":"s3:GetObject","Resource":["*"]}]}`, "REDUNDANT_STATEMENT UNIQUE_SIDS_REQUIRED"},
	{Identity, `{"Version":"2012-10-17" "Statement":[]}`, "JSON_SYNTAX_ERROR"},
	{Resource, `"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"`, "MISSING_PRINCIPAL"},
	{Resource, `"Effect":"Allow","NotPrincipal":{"AWS":"111122223333"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"`, "ALLOW_WITH_NOT_PRINCIPAL"},
	{Resource, `"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/*"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"`, "UNSUPPORTED_WILDCARD_IN_PRINCIPAL"},
	{Resource, `"Effect":"Allow","Principal":{"Person":"ann"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"`, "INVALID_PRINCIPAL_KEY"},
	{Resource, `"Effect":"Allow","Principal":"ann","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"`, "INVALID_PRINCIPAL_FORMAT"},
	{Resource, `"Effect":"Allow","Principal":{"AWS":"AROAEXAMPLEEXAMPLE12"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"`, "INVALID_ROLE_REFERENCE"},
	{Resource, `"Effect":"Allow","Principal":{},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"`, "EMPTY_OBJECT_PRINCIPAL"},
	{ServiceControl, `"Effect":"Deny","Principal":"*","Action":"s3:GetObject","Resource":"*"`, "SCP_SYNTAX_ERROR_PRINCIPAL"},
	{Identity, condition(`"StringEqals":{"aws:username":"a"}`), "INVALID_CONDITION_OPERATOR"},
	{Identity, condition(`"StringEquals":{"username":"a"}`), "INVALID_CONDITION_KEY_FORMAT"},
	{Identity, condition(`"StringEquals":{"aws:colour":"a"}`), "INVALID_GLOBAL_CONDITION_KEY"},
	{Identity, condition(`"StringEquals":{"s3:colour":"a"}`), "INVALID_SERVICE_CONDITION_KEY"},
	{Identity, condition(`"StringEquals":{"s3:ExistingObjectTag/k":"a"}`), ""},
	{Identity, condition(`"StringEquals":{"aws:PrincipalTag":"a"}`), "MISSING_TAG_KEY_IN_CONDITION"},
	{Identity, condition(`"StringEquals":{"aws:TagKeys":"a"}`), "MISSING_QUALIFIER"},
	{Identity, condition(`"ForAllValues:StringEquals":{"aws:username":"a"}`), "FORALLVALUES_WITH_SINGLE_VALUED_KEY"},
	{Identity, condition(`"StringEquals":{"aws:username":"a*"}`), "WILDCARD_WITHOUT_LIKE_OPERATOR"},
	{Identity, condition(`"StringEquals":{"aws:UserName":"a","aws:username":"b"}`), "DUPLICATE_KEYS_WITH_DIFFERENT_CASE"},
	{Identity, condition(`"Bool":{"aws:SecureTransport":["true","false"]}`), "INVALID_CONDITION_MULTIPLE_BOOLEAN"},
	{Identity, condition(`"Bool":{"aws:SecureTransport":"yes"}`), "TYPE_MISMATCH_BOOLEAN"},
	{Identity, condition(`"NullIfExists":{"aws:username":"true"}`), "NULL_WITH_IF_EXISTS"},
	{Identity, condition(`"ForAnyValue:Null":{"aws:TagKeys":"true"}`), "NULL_WITH_QUALIFIER"},
	{Identity, condition(`"NumericLessThan":{"aws:MultiFactorAuthAge":["2700","3600"]}`), "REDUNDANT_CONDITION_VALUE_NUM"},
	{Identity, condition(`"NumericLessThan":{"aws:MultiFactorAuthAge":"soon"}`), "TYPE_MISMATCH_NUMBER"},
	{Identity, condition(`"DateLessThan":{"aws:CurrentTime":"soon"}`), "TYPE_MISMATCH_DATE"},
	{Identity, condition(`"DateLessThan":{"aws:CurrentTime":"1782864000"}`), "INVALID_DATE_VALUE"},
	{Identity, condition(`"DateLessThan":{"aws:CurrentTime":"${aws:x}"}`), "INVALID_VARIABLE_FOR_OPERATOR"},
	{Identity, condition(`"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}`), "PRIVATE_IP_ADDRESS"},
	{Identity, condition(`"NotIpAddress":{"aws:SourceIp":["10.0.0.0/8","203.0.113.0/24"]}`), "PRIVATE_NOT_IP_ADDRESS_SUBSET"},
	{Identity, condition(`"IpAddress":{"aws:SourceIp":"203.0.113.9/24"}`), "IMPROVE_IP_RANGE"},
	{Identity, condition(`"IpAddress":{"aws:SourceIp":"home"}`), "TYPE_MISMATCH_IP_RANGE"},
	{Identity, condition(`"IpAddress":{"aws:username":"203.0.113.0/24"}`), "TYPE_MISMATCH"},
	{Identity, condition(`"IpAddress":{"aws:VpcSourceIp":"203.0.113.0/24"}`), "MISSING_PAIRED_CONDITION_KEYS"},
	{Identity, condition(`"StringEquals":{"aws:username":[]}`), "EMPTY_ARRAY_CONDITION"},
	{Identity, condition(``), "EMPTY_OBJECT_CONDITION"},
	{Identity, condition(`"ArnEquals":{"aws:ARN":"arn:aws:iam::111122223333:user/x"}`), "UNSUPPORTED_GLOBAL_CONDITION_KEY"},
}

func condition(text string) string {
	return `"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*","Condition":{` + text + `}`
}

// https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html
func TestCheck(t *testing.T) {
	tried := map[string]bool{}
	for _, c := range cases {
		text := c.text
		if !strings.HasPrefix(text, "{") {
			text = `{"Version":"2012-10-17","Statement":[{` + text + `}]}`
		}
		var codes []string
		for _, f := range Check(text, c.kind, false) {
			codes = append(codes, f.Code)
			tried[f.Code] = true
			if f.Details == "" || strings.Contains(f.Details, "{}") || f.Severity == "" {
				t.Errorf("%s is worded %+v", f.Code, f)
			}
		}
		slices.Sort(codes)
		if got := strings.Join(codes, " "); got != c.codes {
			t.Errorf("%s\ngot  %s\nwant %s", text, got, c.codes)
		}
	}
	t.Logf("%d of %d codes", len(tried), len(issues))
}

// Findings stand where AWS's example shows them: lines from one, columns and offsets from nought.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ValidatePolicy.html
func TestLocation(t *testing.T) {
	text := "{\n \"Version\": \"2012-10-17\",\n \"Statement\": [{\"Effect\": \"Allow\", \"Action\": [\"s3:Gett\"], \"Resource\": \"*\"}]\n}"
	f := Check(text, Identity, false)
	if len(f) != 1 {
		t.Fatalf("%+v", f)
	}
	at := f[0].Locations[0]
	if got := fmt.Sprint(at.Path); got != "[{Statement -1} { 0} {Action -1} { 0}]" {
		t.Errorf("path %s", got)
	}
	if at.Start.Line != 3 || at.Start.Offset != strings.Index(text, `"s3:Gett"`) || at.End.Offset != at.Start.Offset+len(`"s3:Gett"`) || at.Start.Column != 46 {
		t.Errorf("%+v", at)
	}
	if f[0].LearnMore != "https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-error-invalid-action" {
		t.Error(f[0].LearnMore)
	}
}

func FuzzCheck(f *testing.F) {
	for _, c := range cases {
		f.Add(c.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		Check(text, Identity, false)
		Check(text, Resource, true)
	})
}
