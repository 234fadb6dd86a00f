package athena

import (
	"context"
	"iter"
	"strings"

	api "unyo/api/athena"
	"unyo/kernel/resource"
	"unyo/kernel/store"
)

// awsDataCatalog is the account's own Glue catalogue, which is always there.
// https://docs.aws.amazon.com/athena/latest/ug/understanding-tables-databases-and-the-data-catalog.html
const awsDataCatalog = "AwsDataCatalog"

// dataCatalog is another name for a Glue catalogue.
type dataCatalog struct {
	Description *string `json:",omitempty"`
	CatalogID   string
}

func (row *dataCatalog) shape(name string) *api.DataCatalog {
	out := &api.DataCatalog{Name: &name, Type: new(api.DataCatalogTypeGlue), Description: row.Description, Status: new(api.DataCatalogStatusCreateComplete)}
	if row.CatalogID != "" {
		out.Parameters = map[string]string{"catalog-id": row.CatalogID}
	}
	return out
}

// dataCatalog finds a catalog that must be there. Its name is not case-sensitive if it is the built-in one.
func (s *Service) dataCatalog(tx *store.Tx, name string) (dataCatalog, error) {
	if strings.EqualFold(name, awsDataCatalog) {
		return dataCatalog{}, nil
	}
	row, ok := s.catalogs.Get(tx, name)
	if !ok {
		return row, invalid("Data catalog %s was not found", name)
	}
	return row, nil
}

// glueOnly refuses catalogs behind a Lambda function, a Hive metastore or a connection. Another account's catalog may be named before that account
// lets anybody into it.
// https://docs.aws.amazon.com/athena/latest/ug/data-sources-glue-cross-account.html
func glueOnly(typ string, parameters map[string]string) (dataCatalog, error) {
	if typ != api.DataCatalogTypeGlue {
		return dataCatalog{}, unsupported("a data catalog of type " + typ)
	}
	id, ok := parameters["catalog-id"]
	if !ok {
		return dataCatalog{}, invalid("catalog-id is required for a data catalog of type GLUE.")
	}
	if len(id) != 12 || strings.Trim(id, "0123456789") != "" {
		return dataCatalog{}, unsupported("the catalog " + id + ", which is not an account's")
	}
	return dataCatalog{CatalogID: id}, nil
}

// CreateDataCatalog gives a Glue catalogue a further name.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_CreateDataCatalog.html
func (s *Service) CreateDataCatalog(ctx context.Context, in *api.CreateDataCatalogInput) (*api.CreateDataCatalogOutput, error) {
	out := &api.CreateDataCatalogOutput{}
	return out, s.update(ctx, func(tx *store.Tx) error {
		if strings.EqualFold(*in.Name, awsDataCatalog) || s.catalogs.Has(tx, *in.Name) {
			return invalid("DataCatalog %s has already been created", *in.Name)
		}
		row, err := glueOnly(*in.Type, in.Parameters)
		if err != nil {
			return err
		}
		row.Description = in.Description
		s.catalogs.Put(tx, *in.Name, row)
		c := tx.Scope()
		arn := s.arn(c, "datacatalog/"+*in.Name)
		s.k.Resources.Put(tx, resource.Resource{ARN: arn, Type: "AWS::Athena::DataCatalog", Name: *in.Name, Service: "athena", Account: c.Account, Region: c.Region, Created: s.k.Clock.Now()})
		out.DataCatalog = row.shape(*in.Name)
		return mapTags(s.k.Tags.Set(tx, arn, listOf(in.Tags)...))
	})
}

// GetDataCatalog describes a catalog.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_GetDataCatalog.html
func (s *Service) GetDataCatalog(ctx context.Context, in *api.GetDataCatalogInput) (*api.GetDataCatalogOutput, error) {
	out := &api.GetDataCatalogOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) error {
		row, err := s.dataCatalog(tx, *in.Name)
		out.DataCatalog = row.shape(*in.Name)
		return err
	})
}

// ListDataCatalogs lists the built-in catalog, then the others by name.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_ListDataCatalogs.html
func (s *Service) ListDataCatalogs(ctx context.Context, in *api.ListDataCatalogsInput) (*api.ListDataCatalogsOutput, error) {
	out := &api.ListDataCatalogsOutput{}
	return out, s.k.View(ctx, func(tx *store.Tx) (err error) {
		// The built-in one stands under a key that no name can be, before them all.
		rows := func(after string) iter.Seq2[string, dataCatalog] {
			return func(yield func(string, dataCatalog) bool) {
				if after == "" && !yield(" ", dataCatalog{}) {
					return
				}
				for name, row := range s.catalogs.From(tx, after) {
					if !yield(name, row) {
						return
					}
				}
			}
		}
		out.DataCatalogsSummary, out.NextToken, err = listed("catalogs", in.NextToken, limitOf(in.MaxResults, 50), rows, func(name string, row dataCatalog) api.DataCatalogSummary {
			if name == " " {
				name = awsDataCatalog
			}
			c := row.shape(name)
			return api.DataCatalogSummary{CatalogName: c.Name, Type: c.Type, Status: c.Status}
		})
		return err
	})
}

// UpdateDataCatalog changes what a catalog stands for.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_UpdateDataCatalog.html
func (s *Service) UpdateDataCatalog(ctx context.Context, in *api.UpdateDataCatalogInput) (*api.UpdateDataCatalogOutput, error) {
	return &api.UpdateDataCatalogOutput{}, s.update(ctx, func(tx *store.Tx) error {
		if strings.EqualFold(*in.Name, awsDataCatalog) {
			return invalid("Cannot update %s", awsDataCatalog)
		}
		old, err := s.dataCatalog(tx, *in.Name)
		if err != nil {
			return err
		}
		row, err := glueOnly(*in.Type, in.Parameters)
		if err != nil {
			return err
		}
		row.Description = old.Description
		set(&row.Description, in.Description)
		s.catalogs.Put(tx, *in.Name, row)
		return nil
	})
}

// DeleteDataCatalog takes the name away; what it stood for stays.
// https://docs.aws.amazon.com/athena/latest/APIReference/API_DeleteDataCatalog.html
func (s *Service) DeleteDataCatalog(ctx context.Context, in *api.DeleteDataCatalogInput) (*api.DeleteDataCatalogOutput, error) {
	out := &api.DeleteDataCatalogOutput{}
	return out, s.k.Update(ctx, func(tx *store.Tx) error {
		if strings.EqualFold(*in.Name, awsDataCatalog) {
			return invalid("Cannot delete %s", awsDataCatalog)
		}
		row, err := s.dataCatalog(tx, *in.Name)
		if err != nil {
			return err
		}
		s.catalogs.Delete(tx, *in.Name)
		arn := s.arn(tx.Scope(), "datacatalog/"+*in.Name)
		s.k.Tags.Clear(tx, arn)
		s.k.Resources.Delete(tx, arn)
		out.DataCatalog = row.shape(*in.Name)
		return nil
	})
}
