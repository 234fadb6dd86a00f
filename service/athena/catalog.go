package athena

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"strings"

	glueapi "unyo/api/glue"
	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/engine/sql"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/types"
	"unyo/kernel/store"
)

// catalog is how a query sees Glue's catalogue: sql.Catalog.
type catalog struct{ q *query }

func (q *query) catalog() sql.Catalog { return &catalog{q} }

// pathColumn is the object in which a row stands: hidden, unless it is named.
// https://docs.aws.amazon.com/athena/latest/ug/querying-finding-source-of-rows.html
const pathColumn = "$path"

// Table looks a table or a view up.
func (c *catalog) Table(ctx context.Context, catalogName, schema, name string) (*sql.Table, error) {
	id, err := c.q.s.catalogNamed(ctx, catalogName)
	if err != nil {
		return nil, err
	}
	if schema == "information_schema" {
		return c.information(ctx, id, catalogName, name)
	}
	t, err := c.q.s.table(ctx, id, schema, name)
	if t == nil || err != nil {
		return nil, err
	}
	if rt.Val(t.TableType) == "VIRTUAL_VIEW" {
		v, err := viewOf(t)
		if err != nil || id == nil {
			return v, err
		}
		if own := v.View.Catalog; own != "" && !strings.EqualFold(own, awsDataCatalog) {
			return nil, fault.New(fault.NotSupported, "View '%s.%s' is another account's, and of a catalog that is called %s there", schema, name, own)
		}
		v.View.Catalog, v.View.Own = strings.ToLower(catalogName), catalogLower // the names in it are that account's
		return v, nil
	}
	return c.q.open(t)
}

// catalogNamed is whose catalog a name stands for, nil for the account's own; one that is not there is an error. Names in SQL come in lower case.
func (s *Service) catalogNamed(ctx context.Context, name string) (id *string, err error) {
	found := name == "" || strings.EqualFold(name, awsDataCatalog)
	err = s.k.View(ctx, func(tx *store.Tx) error {
		id = nil
		if found {
			return nil
		}
		for n, row := range s.catalogs.From(tx, "") {
			if strings.EqualFold(n, name) && !found {
				found, id = true, row.foreign(tx.Scope().Account)
			}
		}
		return nil
	})
	if err == nil && !found {
		return nil, fault.New(fault.CatalogNotFound, "Catalog '%s' does not exist", name)
	}
	return id, err
}

// foreign is the catalog's id, if it is not that of this account.
func (row *dataCatalog) foreign(account string) *string {
	if row.CatalogID == "" || row.CatalogID == account {
		return nil
	}
	return &row.CatalogID
}

// foreign is the catalog's id of a table that is not the caller's account's.
func foreign(ctx context.Context, t *glueapi.Table) *string {
	if rt.Val(t.CatalogId) == call.From(ctx).Account {
		return nil
	}
	return t.CatalogId
}

// table finds a table in Glue; nil when there is none. A database that is not there is an error.
func (s *Service) table(ctx context.Context, id *string, database, name string) (*glueapi.Table, error) {
	got, err := s.peers.Glue.GetTable(ctx, &glueapi.GetTableInput{CatalogId: id, DatabaseName: &database, Name: &name})
	if err == nil {
		return got.Table, nil
	}
	if awserr.Code(err) != "EntityNotFoundException" {
		return nil, err
	}
	if _, err := s.peers.Glue.GetDatabase(ctx, &glueapi.GetDatabaseInput{CatalogId: id, Name: &database}); err != nil {
		if awserr.Code(err) == "EntityNotFoundException" {
			return nil, fault.New(fault.SchemaNotFound, "Schema '%s' does not exist", database)
		}
		return nil, err
	}
	return nil, nil
}

// open makes of a table's description one that can be read.
func (q *query) open(t *glueapi.Table) (*sql.Table, error) {
	src := &source{q: q, table: t}
	out := &sql.Table{Scan: src.scan}
	if t.StorageDescriptor != nil {
		for _, c := range t.StorageDescriptor.Columns {
			if err := addColumn(out, c, false); err != nil {
				return nil, err
			}
		}
	}
	src.data = len(out.Columns)
	for _, c := range t.PartitionKeys {
		if err := addColumn(out, c, true); err != nil {
			return nil, err
		}
	}
	out.Columns = append(out.Columns, sql.Column{Name: pathColumn, Type: types.Text, Hidden: true})
	src.columns = out.Columns
	return out, nil
}

func addColumn(t *sql.Table, c glueapi.Column, partition bool) error {
	typ, err := sql.TypeOfHive(rt.Val(c.Type))
	if err != nil {
		return fault.New("HIVE_INVALID_METADATA", "Column %s has type %s: %v", *c.Name, rt.Val(c.Type), err)
	}
	t.Columns = append(t.Columns, sql.Column{Name: strings.ToLower(*c.Name), Type: typ, Partition: partition})
	return nil
}

// A view's text stands in Glue as Athena writes it: JSON in base64 in a comment.
// https://docs.aws.amazon.com/athena/latest/ug/views.html
const (
	viewBegin = "/* Presto View: "
	viewEnd   = " */"
)

// viewText is what is kept of a view.
type viewText struct {
	SQL     string       `json:"originalSql"`
	Catalog string       `json:"catalog"`
	Schema  string       `json:"schema"`
	Columns []viewColumn `json:"columns"`
}

type viewColumn struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

func (v *viewText) String() string {
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return viewBegin + base64.StdEncoding.EncodeToString(b) + viewEnd
}

func readView(t *glueapi.Table) (*viewText, error) {
	text, ok := strings.CutPrefix(rt.Val(t.ViewOriginalText), viewBegin)
	text, ends := strings.CutSuffix(text, viewEnd)
	raw, err := base64.StdEncoding.DecodeString(text)
	v := &viewText{}
	if !ok || !ends || err != nil || json.Unmarshal(raw, v) != nil || v.SQL == "" {
		return nil, fault.New(fault.InvalidView, "View '%s.%s' was not made by Athena and cannot be read", rt.Val(t.DatabaseName), rt.Val(t.Name))
	}
	return v, nil
}

func viewOf(t *glueapi.Table) (*sql.Table, error) {
	v, err := readView(t)
	if err != nil {
		return nil, err
	}
	out := &sql.Table{View: &sql.View{Text: v.SQL, Catalog: v.Catalog, Schema: v.Schema}}
	if t.StorageDescriptor != nil {
		for _, c := range t.StorageDescriptor.Columns {
			if err := addColumn(out, c, false); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}
