package accessanalyzer

import (
	"testing"

	api "unyo/api/accessanalyzer"
)

// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_CreateAnalyzer.html
func TestAnalyzer(t *testing.T) {
	f := setUp(t)
	f.buckets["b"] = &shelf{policy: open}
	a := f.analyzer()
	got := ok[*api.GetAnalyzerOutput](t)(f.GetAnalyzer(f.ctx(), &api.GetAnalyzerInput{AnalyzerName: new("a")})).Analyzer
	if *got.Arn != *a || *got.Status != "ACTIVE" || got.LastResourceAnalyzed == nil {
		t.Errorf("%+v", got)
	}
	_, err := f.CreateAnalyzer(f.ctx(), &api.CreateAnalyzerInput{AnalyzerName: new("a"), Type: new(api.TypeAccount)})
	wantCode(t, err, "ConflictException")
	_, err = f.CreateAnalyzer(f.ctx(), &api.CreateAnalyzerInput{AnalyzerName: new("second"), Type: new(api.TypeAccount)})
	wantCode(t, err, "ServiceQuotaExceededException")
	_, err = f.CreateAnalyzer(f.ctx(), &api.CreateAnalyzerInput{AnalyzerName: new("inner"), Type: new("ACCOUNT_INTERNAL_ACCESS")})
	wantCode(t, err, "NotImplemented")
	if list := ok[*api.ListAnalyzersOutput](t)(f.ListAnalyzers(f.ctx(), &api.ListAnalyzersInput{})); len(list.Analyzers) != 1 {
		t.Errorf("%+v", list)
	}
	ok[*api.TagResourceOutput](t)(f.TagResource(f.ctx(), &api.TagResourceInput{ResourceArn: a, Tags: map[string]string{"k": "v"}}))
	if tags := ok[*api.ListTagsForResourceOutput](t)(f.ListTagsForResource(f.ctx(), &api.ListTagsForResourceInput{ResourceArn: a})).Tags; tags["k"] != "v" {
		t.Errorf("%v", tags)
	}
	stats := ok[*api.GetFindingsStatisticsOutput](t)(f.GetFindingsStatistics(f.ctx(), &api.GetFindingsStatisticsInput{AnalyzerArn: a})).FindingsStatistics[0].ExternalAccessFindingsStatistics
	if *stats.TotalActiveFindings != 2 || *stats.ResourceTypeStatistics["AWS::S3::Bucket"].TotalActiveCrossAccount != 2 {
		t.Errorf("%+v", stats)
	}
	ok[*api.DeleteAnalyzerOutput](t)(f.DeleteAnalyzer(f.ctx(), &api.DeleteAnalyzerInput{AnalyzerName: new("a")}))
	_, err = f.ListFindings(f.ctx(), &api.ListFindingsInput{AnalyzerArn: a})
	wantCode(t, err, "ResourceNotFoundException")
}
