package athena

import (
	"context"
	"errors"
	"maps"
	"slices"

	api "unyo/api/athena"
	glueapi "unyo/api/glue"
	"unyo/base/awserr"
	"unyo/kernel/store"
)

// known is whose catalog a name stands for, nil for the account's own. One that is not there is refused.
func (s *Service) known(ctx context.Context, catalog string) (id *string, err error) {
	err = s.k.View(ctx, func(tx *store.Tx) error {
		row, err := s.dataCatalog(tx, catalog)
		id = row.foreign(tx.Scope().Account)
		return err
	})
	return id, err
}

// metadata words what Glue answers: its refusals come as MetadataException, as AWS has it.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_GetTableMetadata.html
func metadata(err error) error {
	var e awserr.Error
	if errors.As(err, &e) && e.HTTPStatus() < 500 {
		return api.NewMetadataException("%s", e.ErrorMessage())
	}
	return err
}

func databaseShape(d *glueapi.Database) *api.Database {
	return &api.Database{Name: d.Name, Description: d.Description, Parameters: d.Parameters}
}

// GetDatabase describes a database of a catalog.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_GetDatabase.html
func (s *Service) GetDatabase(ctx context.Context, in *api.GetDatabaseInput) (*api.GetDatabaseOutput, error) {
	id, err := s.known(ctx, *in.CatalogName)
	if err != nil {
		return nil, err
	}
	got, err := s.peers.Glue.GetDatabase(ctx, &glueapi.GetDatabaseInput{CatalogId: id, Name: in.DatabaseName})
	if err != nil {
		return nil, metadata(err)
	}
	return &api.GetDatabaseOutput{Database: databaseShape(got.Database)}, nil
}

// ListDatabases lists a catalog's databases. Its token is Glue's.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_ListDatabases.html
func (s *Service) ListDatabases(ctx context.Context, in *api.ListDatabasesInput) (*api.ListDatabasesOutput, error) {
	id, err := s.known(ctx, *in.CatalogName)
	if err != nil {
		return nil, err
	}
	got, err := s.peers.Glue.GetDatabases(ctx, &glueapi.GetDatabasesInput{CatalogId: id, NextToken: in.NextToken, MaxResults: in.MaxResults})
	if err != nil {
		return nil, metadata(err)
	}
	out := &api.ListDatabasesOutput{DatabaseList: []api.Database{}, NextToken: got.NextToken}
	for i := range got.DatabaseList {
		d := databaseShape(&got.DatabaseList[i])
		if len(in.AttributesToGet) > 0 { // the name is all that can be asked for
			d = &api.Database{Name: d.Name}
		}
		out.DatabaseList = append(out.DatabaseList, *d)
	}
	return out, nil
}

func tableShape(t *glueapi.Table) *api.TableMetadata {
	out := &api.TableMetadata{Name: t.Name, CreateTime: t.CreateTime, LastAccessTime: t.LastAccessTime, TableType: t.TableType, Parameters: map[string]string{}}
	maps.Copy(out.Parameters, t.Parameters)
	if d := t.StorageDescriptor; d != nil {
		out.Columns = columnShapes(d.Columns)
		for name, v := range map[string]*string{"location": d.Location, "inputformat": d.InputFormat, "outputformat": d.OutputFormat} {
			if v != nil {
				out.Parameters[name] = *v
			}
		}
		if d.SerdeInfo != nil {
			if d.SerdeInfo.SerializationLibrary != nil {
				out.Parameters["serde.serialization.lib"] = *d.SerdeInfo.SerializationLibrary
			}
			for k, v := range d.SerdeInfo.Parameters {
				out.Parameters["serde.param."+k] = v
			}
		}
	}
	out.PartitionKeys = columnShapes(t.PartitionKeys)
	return out
}

func columnShapes(columns []glueapi.Column) []api.Column {
	out := []api.Column{}
	for _, c := range columns {
		out = append(out, api.Column{Name: c.Name, Type: c.Type, Comment: c.Comment})
	}
	return out
}

// GetTableMetadata describes a table.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_GetTableMetadata.html
func (s *Service) GetTableMetadata(ctx context.Context, in *api.GetTableMetadataInput) (*api.GetTableMetadataOutput, error) {
	id, err := s.known(ctx, *in.CatalogName)
	if err != nil {
		return nil, err
	}
	got, err := s.peers.Glue.GetTable(ctx, &glueapi.GetTableInput{CatalogId: id, DatabaseName: in.DatabaseName, Name: in.TableName})
	if err != nil {
		return nil, metadata(err)
	}
	return &api.GetTableMetadataOutput{TableMetadata: tableShape(got.Table)}, nil
}

// ListTableMetadata describes a database's tables; Expression is a regular expression for their names.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_ListTableMetadata.html
func (s *Service) ListTableMetadata(ctx context.Context, in *api.ListTableMetadataInput) (*api.ListTableMetadataOutput, error) {
	id, err := s.known(ctx, *in.CatalogName)
	if err != nil {
		return nil, err
	}
	got, err := s.peers.Glue.GetTables(ctx, &glueapi.GetTablesInput{CatalogId: id, DatabaseName: in.DatabaseName, Expression: in.Expression, NextToken: in.NextToken, MaxResults: in.MaxResults})
	if err != nil {
		return nil, metadata(err)
	}
	out := &api.ListTableMetadataOutput{TableMetadataList: []api.TableMetadata{}, NextToken: got.NextToken}
	for i := range got.TableList {
		m := tableShape(&got.TableList[i])
		if len(in.AttributesToGet) > 0 { // the name and the type are all that can be asked for
			only := &api.TableMetadata{Name: m.Name}
			if slices.Contains(in.AttributesToGet, api.TableAttributesTableType) {
				only.TableType = m.TableType
			}
			m = only
		}
		out.TableMetadataList = append(out.TableMetadataList, *m)
	}
	return out, nil
}
