package accessanalyzer

import (
	"context"

	api "unyo/api/accessanalyzer"
	"unyo/kernel/store"
)

// UpdateFindings archives findings, or makes archived ones active: those named, or all of a resource. A resolved one stays what it is.
// https://docs.aws.amazon.com/access-analyzer/latest/APIReference/API_UpdateFindings.html
func (s *Service) UpdateFindings(ctx context.Context, in *api.UpdateFindingsInput) (*api.UpdateFindingsOutput, error) {
	now := s.k.Clock.Now()
	if len(in.Ids) == 0 && in.ResourceArn == nil {
		return nil, invalid("Either ids or resourceArn must be given.")
	}
	return &api.UpdateFindingsOutput{}, s.k.Update(ctx, func(tx *store.Tx) error {
		a, err := s.byARN(tx, *in.AnalyzerArn)
		if err != nil {
			return err
		}
		ids := in.Ids
		if in.ResourceArn != nil {
			kind, name, _ := a.rowOf(*in.ResourceArn)
			for key := range s.ofOne.Prefix(tx, store.Key(a.Name, kind, name, ""), "") {
				parts, _ := store.Split(key, 4)
				ids = append(ids[:len(ids):len(ids)], parts[3])
			}
		}
		for _, id := range ids {
			key := store.Key(a.Name, id)
			f, ok := s.findings.Get(tx, key)
			if !ok {
				return notFound("FINDING", id, "The finding %s does not exist.", id)
			}
			if f.Status != api.FindingStatusResolved && f.Status != *in.Status {
				f.Status, f.UpdatedAt = *in.Status, now
				s.findings.Put(tx, key, f)
			}
		}
		return nil
	})
}
