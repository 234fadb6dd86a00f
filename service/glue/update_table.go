package glue

import (
	"context"
	"strconv"

	api "unyo/api/glue"
	"unyo/api/rt"
	"unyo/kernel/store"
)

// UpdateTable defines a table anew. What it was stays as a version, unless SkipArchive. A VersionId that is not the
// present one's means that somebody else has been quicker.
// https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateTable.html
func (s *Service) UpdateTable(ctx context.Context, in *api.UpdateTableInput) (*api.UpdateTableOutput, error) {
	err := refuse(
		member{"UpdateOpenTableFormatInput", in.UpdateOpenTableFormatInput != nil}, member{"TransactionId", in.TransactionId != nil},
		member{"ViewUpdateAction", in.ViewUpdateAction != nil},
	)
	if err != nil {
		return nil, err
	}
	row, err := newTable(in.TableInput)
	if err != nil {
		return nil, err
	}
	if in.Name != nil && fold(in.Name) != *row.Is.V.Name {
		return nil, unsupported("giving a table another name")
	}
	db, name := fold(in.DatabaseName), *row.Is.V.Name
	return &api.UpdateTableOutput{}, s.update(ctx, in.CatalogId, func(tx *store.Tx) error {
		old, err := s.inTable(tx, db, name)
		if err != nil {
			return err
		}
		if in.VersionId != nil && *in.VersionId != strconv.Itoa(old.Version) {
			return api.NewConcurrentModificationException("Update table failed due to concurrent modifications.")
		}
		if rt.Val(in.SkipArchive) {
			s.versions.Delete(tx, versionKey(db, name, old.Version))
		}
		next := old
		next.Is, next.Version, next.UpdatedAt = row.Is, old.Version+1, s.k.Clock.Now()
		s.putTable(tx, db, &next)
		return nil
	})
}
