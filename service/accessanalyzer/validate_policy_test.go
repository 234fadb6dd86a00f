package accessanalyzer

import (
	"testing"

	api "unyo/api/accessanalyzer"
)

// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_ValidatePolicy.html
func TestValidatePolicy(t *testing.T) {
	f := setUp(t)
	in := &api.ValidatePolicyInput{PolicyType: new("IDENTITY_POLICY"), MaxResults: new(int32(1)),
		PolicyDocument: new(`{"Statement":{"Effect":"Allow","Action":"s3:Gett","Resource":"*"}}`)}
	first := ok[*api.ValidatePolicyOutput](t)(f.ValidatePolicy(f.ctx(), in))
	in.NextToken = first.NextToken
	second := ok[*api.ValidatePolicyOutput](t)(f.ValidatePolicy(f.ctx(), in))
	if *first.Findings[0].IssueCode != "MISSING_VERSION" || *first.Findings[0].FindingType != "WARNING" || *second.Findings[0].IssueCode != "INVALID_ACTION" || second.NextToken != nil {
		t.Errorf("%+v %+v", first, second)
	}
	if at := second.Findings[0].Locations[0]; *at.Path[0].Value != "Statement" || *at.Path[1].Value != "Action" || *at.Span.Start.Line != 1 {
		t.Errorf("%+v", at)
	}
	_, err := f.ValidatePolicy(f.ctx(), &api.ValidatePolicyInput{PolicyType: new("IDENTITY_POLICY"), PolicyDocument: new("{}"), Locale: new("DE")})
	wantCode(t, err, "NotImplemented")
}
