package glue

import (
	"context"
	"iter"
	"strconv"

	api "unyo/api/glue"
	"unyo/base/must"
	"unyo/kernel/store"
)

// GetTableVersion describes a table as it was in a version; without VersionId, as it is.
// https://docs.aws.amazon.com/glue/latest/webapi/API_GetTableVersion.html
func (s *Service) GetTableVersion(ctx context.Context, in *api.GetTableVersionInput) (*api.GetTableVersionOutput, error) {
	out := &api.GetTableVersionOutput{}
	return out, s.view(ctx, in.CatalogId, func(tx *store.Tx) error {
		db, name := fold(in.DatabaseName), fold(in.TableName)
		row, err := s.inTable(tx, db, name)
		if err != nil {
			return err
		}
		n := row.Version
		if in.VersionId != nil {
			if n, err = versionNumber(*in.VersionId); err != nil {
				return err
			}
		}
		v, ok := s.versions.Get(tx, versionKey(db, name, n))
		if !ok {
			return noVersion(name, strconv.Itoa(n))
		}
		out.TableVersion = &api.TableVersion{VersionId: new(strconv.Itoa(n)), Table: row.at(n, &v).shape(tx.Scope(), db)}
		return nil
	})
}

// GetTableVersions lists a table's versions, the newest first.
// https://docs.aws.amazon.com/glue/latest/webapi/API_GetTableVersions.html
func (s *Service) GetTableVersions(ctx context.Context, in *api.GetTableVersionsInput) (*api.GetTableVersionsOutput, error) {
	out := &api.GetTableVersionsOutput{}
	return out, s.view(ctx, in.CatalogId, func(tx *store.Tx) (err error) {
		db, name := fold(in.DatabaseName), fold(in.TableName)
		row, err := s.inTable(tx, db, name)
		if err != nil {
			return err
		}
		rows := func(after string) iter.Seq2[string, version] {
			return s.versions.Prefix(tx, store.Key(db, name, ""), after)
		}
		out.TableVersions, out.NextToken, err = listed("versions\x00"+db+"\x00"+name, in.NextToken, limitOf(in.MaxResults, 100), rows, func(key string, v version) (api.TableVersion, bool) {
			parts, _ := store.Split(key, 3)
			place, err := strconv.Atoi(parts[2])
			must.Hold(err == nil, "a version without a number: %q", key)
			n := 9999999999 - place
			return api.TableVersion{VersionId: new(strconv.Itoa(n)), Table: row.at(n, &v).shape(tx.Scope(), db)}, true
		})
		return err
	})
}

// DeleteTableVersion deletes a version that is past.
// https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteTableVersion.html
func (s *Service) DeleteTableVersion(ctx context.Context, in *api.DeleteTableVersionInput) (*api.DeleteTableVersionOutput, error) {
	return &api.DeleteTableVersionOutput{}, s.update(ctx, in.CatalogId, func(tx *store.Tx) error {
		return s.dropVersion(tx, fold(in.DatabaseName), fold(in.TableName), *in.VersionId)
	})
}

// BatchDeleteTableVersion deletes versions, and answers for each that it could not.
// https://docs.aws.amazon.com/glue/latest/webapi/API_BatchDeleteTableVersion.html
func (s *Service) BatchDeleteTableVersion(ctx context.Context, in *api.BatchDeleteTableVersionInput) (*api.BatchDeleteTableVersionOutput, error) {
	out := &api.BatchDeleteTableVersionOutput{}
	return out, s.update(ctx, in.CatalogId, func(tx *store.Tx) error {
		out.Errors = []api.TableVersionError{}
		db, name := fold(in.DatabaseName), fold(in.TableName)
		if _, err := s.inTable(tx, db, name); err != nil {
			return err
		}
		for i := range in.VersionIds {
			if err := s.dropVersion(tx, db, name, in.VersionIds[i]); err != nil {
				d, err := detail(err)
				if err != nil {
					return err
				}
				out.Errors = append(out.Errors, api.TableVersionError{TableName: &name, VersionId: &in.VersionIds[i], ErrorDetail: d})
			}
		}
		return nil
	})
}

func (s *Service) dropVersion(tx *store.Tx, db, name, id string) error {
	row, err := s.inTable(tx, db, name)
	if err != nil {
		return err
	}
	n, err := versionNumber(id)
	if err != nil {
		return err
	}
	switch key := versionKey(db, name, n); {
	case !s.versions.Has(tx, key):
		return noVersion(name, id)
	case n == row.Version:
		return invalid("Version %s is what table %s is now.", id, name)
	default:
		s.versions.Delete(tx, key)
	}
	return nil
}

// versionNumber reads "a string representation of an integer".
func versionNumber(id string) (int, error) {
	n, err := strconv.Atoi(id)
	if err != nil || n < 0 || n > 999999999 {
		return 0, invalid("%s is not the id of a version.", id)
	}
	return n, nil
}

func noVersion(table, id string) error {
	return api.NewEntityNotFoundException("Version %s of table %s not found.", id, table)
}
