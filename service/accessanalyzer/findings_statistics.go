package accessanalyzer

import (
	"context"

	api "unyo/api/accessanalyzer"
	"unyo/kernel/store"
)

// GetFindingsStatistics counts an analyzer's findings.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_GetFindingsStatistics.html
func (s *Service) GetFindingsStatistics(ctx context.Context, in *api.GetFindingsStatisticsInput) (*api.GetFindingsStatisticsOutput, error) {
	out := &api.GetFindingsStatisticsOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		a, err := s.byARN(tx, *in.AnalyzerArn)
		if err != nil {
			return err
		}
		count, unused := map[string]int32{}, map[string]int32{}
		types := map[string]api.ResourceTypeDetails{}
		for _, f := range s.findings.Prefix(tx, store.Key(a.Name, ""), "") {
			count[f.Status]++
			if f.Status != api.FindingStatusActive {
				continue
			}
			unused[f.Type]++
			t := types[f.ResourceType]
			switch {
			case f.Error != "":
				t.TotalActiveErrors = plus(t.TotalActiveErrors)
			case f.Public:
				t.TotalActivePublic = plus(t.TotalActivePublic)
			default:
				t.TotalActiveCrossAccount = plus(t.TotalActiveCrossAccount)
			}
			types[f.ResourceType] = t
		}
		out.LastUpdatedAt = new(s.k.Clock.Now())
		if ofUnused(a.Type) {
			out.FindingsStatistics = []api.FindingsStatistics{{UnusedAccessFindingsStatistics: unusedStatistics(count, unused)}}
			return nil
		}
		out.FindingsStatistics = []api.FindingsStatistics{{ExternalAccessFindingsStatistics: &api.ExternalAccessFindingsStatistics{
			ResourceTypeStatistics: types, TotalActiveFindings: new(count[api.FindingStatusActive]),
			TotalArchivedFindings: new(count[api.FindingStatusArchived]), TotalResolvedFindings: new(count[api.FindingStatusResolved]),
		}}}
		return nil
	})
}

func unusedStatistics(count, unused map[string]int32) *api.UnusedAccessFindingsStatistics {
	out := &api.UnusedAccessFindingsStatistics{TotalActiveFindings: new(count[api.FindingStatusActive]),
		TotalArchivedFindings: new(count[api.FindingStatusArchived]), TotalResolvedFindings: new(count[api.FindingStatusResolved])}
	for _, kind := range []string{api.FindingTypeUnusedIamrole, api.FindingTypeUnusedIamuserAccessKey, api.FindingTypeUnusedIamuserPassword, api.FindingTypeUnusedPermission} {
		out.UnusedAccessTypeStatistics = append(out.UnusedAccessTypeStatistics, api.UnusedAccessTypeStatistics{UnusedAccessType: new(kind), Total: new(unused[kind])})
	}
	return out
}

func plus(n *int32) *int32 {
	if n == nil {
		return new(int32(1))
	}
	return new(*n + 1)
}
