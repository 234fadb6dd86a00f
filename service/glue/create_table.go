package glue

import (
	"context"
	"fmt"
	"strconv"

	api "unyo/api/glue"
	"unyo/base/call"
	"unyo/kernel/store"
)

// CreateTable makes a table, with its partition indexes.
// https://docs.aws.amazon.com/glue/latest/webapi/API_CreateTable.html
func (s *Service) CreateTable(ctx context.Context, in *api.CreateTableInput) (*api.CreateTableOutput, error) {
	err := refuse(member{"OpenTableFormatInput", in.OpenTableFormatInput != nil}, member{"TransactionId", in.TransactionId != nil})
	if err != nil {
		return nil, err
	}
	row, err := newTable(in.TableInput)
	if err != nil {
		return nil, err
	}
	if in.Name != nil && fold(in.Name) != *row.Is.V.Name {
		return nil, invalid("Name and TableInput.Name differ.")
	}
	db, name := fold(in.DatabaseName), *row.Is.V.Name
	row.CreatedAt, row.CreatedBy = s.k.Clock.Now(), call.From(ctx).Principal.ARN
	row.UpdatedAt = row.CreatedAt
	return &api.CreateTableOutput{}, s.update(ctx, in.CatalogId, func(tx *store.Tx) error {
		if _, err := s.inDatabase(tx, db); err != nil {
			return err
		}
		if s.tables.Has(tx, store.Key(db, name)) {
			return api.NewAlreadyExistsException("Table already exists.")
		}
		made := row
		for i := range in.PartitionIndexes {
			if err := s.addIndex(tx, db, &made, &in.PartitionIndexes[i]); err != nil {
				return err
			}
		}
		s.putTable(tx, db, &made)
		s.list(tx, "AWS::Glue::Table", "table/"+db+"/"+name, name, row.CreatedAt)
		return nil
	})
}

// newTable is the row of a definition.
func newTable(in *api.TableInput) (row table, err error) {
	if in == nil {
		return row, invalid("TableInput must be given.")
	}
	row.Is.V = *in
	row.Is.V.Name = new(fold(in.Name))
	return row, refuse(member{"FederatedTable", in.FederatedTable != nil}, member{"TargetTable", in.TargetTable != nil}, member{"ViewDefinition", in.ViewDefinition != nil})
}

// putTable writes a table and, as one of its versions, what it is now.
func (s *Service) putTable(tx *store.Tx, db string, row *table) {
	name := *row.Is.V.Name
	s.tables.Put(tx, store.Key(db, name), *row)
	s.versions.Put(tx, versionKey(db, name, row.Version), version{row.Is, row.UpdatedAt})
}

// versionKey is the place of a version: the newest comes first.
func versionKey(db, table string, n int) string {
	return store.Key(db, table, fmt.Sprintf("%010d", 9999999999-n))
}

func (row *table) shape(c call.Scope, db string) *api.Table {
	is := &row.Is.V
	return &api.Table{
		CatalogId: &c.Account, DatabaseName: &db, Name: is.Name, Description: is.Description, Owner: is.Owner, Parameters: is.Parameters,
		PartitionKeys: is.PartitionKeys, Retention: orZero(is.Retention), StorageDescriptor: is.StorageDescriptor, TableType: is.TableType,
		ViewExpandedText: is.ViewExpandedText, ViewOriginalText: is.ViewOriginalText, LastAccessTime: is.LastAccessTime, LastAnalyzedTime: is.LastAnalyzedTime,
		CreateTime: &row.CreatedAt, UpdateTime: &row.UpdatedAt, CreatedBy: orNil(row.CreatedBy), VersionId: new(strconv.Itoa(row.Version)),
		IsRegisteredWithLakeFormation: new(false), IsMultiDialectView: new(false),
	}
}

// at is the row as it was in a version.
func (row table) at(n int, v *version) *table {
	row.Version, row.Is, row.UpdatedAt = n, v.Is, v.UpdatedAt
	return &row
}

func orZero(n *int32) *int32 {
	if n == nil {
		return new(int32(0))
	}
	return n
}

func orNil(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
