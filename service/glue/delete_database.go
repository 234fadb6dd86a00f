package glue

import (
	"context"

	api "unyo/api/glue"
	"unyo/kernel/store"
)

// DeleteDatabase deletes a database with its tables, versions, partitions and functions: "After completing this operation,
// you no longer have access" to them.
// https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteDatabase.html
func (s *Service) DeleteDatabase(ctx context.Context, in *api.DeleteDatabaseInput) (*api.DeleteDatabaseOutput, error) {
	name := fold(in.Name)
	return &api.DeleteDatabaseOutput{}, s.update(ctx, in.CatalogId, func(tx *store.Tx) error {
		if _, err := s.inDatabase(tx, name); err != nil {
			return err
		}
		s.sweepTables(tx, name)
		lo, hi := below(name)
		s.tables.Erase(tx, lo, hi)
		s.versions.Erase(tx, lo, hi)
		s.partitions.Erase(tx, lo, hi)
		s.indexes.Erase(tx, lo, hi)
		s.functions.Erase(tx, lo, hi)
		s.statistics.Erase(tx, lo, hi)
		s.databases.Delete(tx, name)
		arn := s.arn(tx.Scope(), "database/"+name)
		s.k.Resources.Delete(tx, arn)
		s.k.Tags.Clear(tx, arn)
		return nil
	})
}

// below bounds the keys of more parts that begin with these.
func below(parts ...string) (lo, hi string) {
	lo = store.Key(append(parts[:len(parts):len(parts)], "")...)
	end := []byte(lo)
	end[len(end)-1]++ // the mark that ends a part is 1, and nothing follows it but the next part
	return lo, string(end)
}
