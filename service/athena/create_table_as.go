package athena

import (
	"context"
	"slices"
	"strconv"
	"strings"

	glueapi "unyo/api/glue"
	"unyo/engine/serde"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/syntax"
)

// writing is what the options of CREATE TABLE AS and UNLOAD say.
// https://docs.aws.amazon.com/athena/latest/ug/create-table-as.html
// https://docs.aws.amazon.com/athena/latest/ug/unload.html
type writing struct {
	format      string
	compression string
	delimiter   string
	location    string
	partitions  []string
}

// writingOf reads options; allowed are their names.
func writingOf(options []syntax.Option, allowed ...string) (w writing, err error) {
	for _, o := range options {
		name := strings.ToLower(o.Name)
		if !slices.Contains(allowed, name) {
			return w, fault.At(o.Pos, "INVALID_TABLE_PROPERTY", "Catalog 'awsdatacatalog' table property '%s' does not exist", name)
		}
		text, list, ok := optionOf(o.Value)
		if !ok {
			return w, fault.At(o.Pos, "INVALID_TABLE_PROPERTY", "Invalid value for table property '%s'", name)
		}
		switch name {
		case "format":
			w.format = strings.ToUpper(text)
		case "compression", "write_compression", "parquet_compression", "orc_compression":
			w.compression = strings.ToUpper(text)
		case "field_delimiter":
			w.delimiter = text
		case "external_location":
			w.location = text
		case "partitioned_by":
			w.partitions = list
		case "is_external":
			if strings.EqualFold(text, "false") {
				return w, fault.At(o.Pos, fault.NotSupported, "Only external tables are supported")
			}
		case "table_type":
			if !strings.EqualFold(text, "HIVE") {
				return w, fault.At(o.Pos, fault.NotSupported, "Tables of type %s are not supported", text)
			}
		}
	}
	return w, nil
}

// optionOf is a text, a truth, or a list of texts.
func optionOf(x syntax.Expr) (text string, list []string, ok bool) {
	switch x := x.(type) {
	case *syntax.Text:
		return x.Value, nil, true
	case *syntax.Bool:
		return strconv.FormatBool(x.Value), nil, true
	case *syntax.Number:
		return x.Text, nil, true
	case *syntax.Array:
		for _, e := range x.List {
			t, isText := e.(*syntax.Text)
			if !isText {
				return "", nil, false
			}
			list = append(list, strings.ToLower(t.Value))
		}
		return "", list, true
	}
	return "", nil, false
}

// table is the form of the files that are written.
func (w *writing) table() (form serde.Table, format storageFormat, err error) {
	word := w.format
	if word == "" {
		word = "PARQUET"
	}
	format, ok := storageFormats[word]
	if !ok || word == "RCFILE" || word == "SEQUENCEFILE" || word == "JSONFILE" {
		return form, format, fault.New("INVALID_TABLE_PROPERTY", "Unsupported format: %s", word)
	}
	form = serde.Table{SerDe: format.serde, Properties: map[string]string{}}
	if word == "TEXTFILE" {
		delimiter := w.delimiter
		if delimiter == "" {
			delimiter = "\x01"
		}
		if len(delimiter) > 1 {
			return form, format, fault.New("INVALID_TABLE_PROPERTY", "Only single-character field delimiters are supported")
		}
		form.Properties["field.delim"], form.Properties["serialization.format"] = delimiter, delimiter
	} else if w.delimiter != "" {
		return form, format, fault.New("INVALID_TABLE_PROPERTY", "The field_delimiter property is for the format TEXTFILE only")
	}
	return form, format, nil
}

// compressionOr is what a table says of its files.
func (w *writing) compressionOr() string {
	switch {
	case w.compression != "":
		return w.compression
	case w.format == "AVRO":
		return "DEFLATE"
	}
	return "GZIP"
}

// createTableAs does CREATE TABLE AS SELECT: the query's rows become files, and a table of them.
// https://docs.aws.amazon.com/athena/latest/ug/create-table-as.html
func (q *query) createTableAs(ctx context.Context, stmt *syntax.CreateTableAs, args []syntax.Expr) error {
	w, err := writingOf(stmt.Options, "format", "write_compression", "parquet_compression", "orc_compression", "field_delimiter", "external_location", "partitioned_by", "is_external", "table_type")
	if err != nil {
		return err
	}
	database, name, err := q.named(ctx, stmt.Name)
	if err != nil {
		return err
	}
	old, err := q.s.table(ctx, nil, database, name)
	if err != nil {
		return err
	}
	if old != nil && !stmt.IfNotExists {
		return fault.At(stmt.Pos, "TABLE_ALREADY_EXISTS", "Table '%s.%s.%s' already exists", catalogLower, database, name)
	}
	if old != nil {
		return q.putLines(ctx, nil, nil)
	}
	p, err := q.prepare(ctx, stmt.Query, args)
	if err != nil {
		return err
	}
	for _, c := range p.columns {
		if c.Name == "" || strings.HasPrefix(c.Name, "_col") {
			return fault.At(stmt.Pos, "MISSING_COLUMN_NAME", "Column name not specified at position %d", slices.Index(p.columns, c)+1)
		}
	}
	k, in, err := q.newSink(ctx, p, &w, name)
	if err != nil {
		return err
	}
	if !stmt.NoData {
		if err := k.write(ctx, p); err != nil {
			return err
		}
	}
	if err := q.newTable(ctx, database, in, false); err != nil {
		return err
	}
	q.is.Updated = &q.is.OutputRows
	t := &glueapi.Table{DatabaseName: &database, Name: &name, StorageDescriptor: in.StorageDescriptor, PartitionKeys: in.PartitionKeys}
	return q.createPartitions(ctx, t, k.added(t), true)
}

// newSink is where the rows of a new table go, and the table.
func (q *query) newSink(ctx context.Context, p *prepared, w *writing, name string) (*sink, *glueapi.TableInput, error) {
	n := len(w.partitions)
	if n >= len(p.columns) {
		return nil, nil, fault.New("INVALID_TABLE_PROPERTY", "Table contains only partition columns")
	}
	for i, c := range p.columns[len(p.columns)-n:] {
		if !strings.EqualFold(c.Name, w.partitions[i]) {
			return nil, nil, fault.New("HIVE_COLUMN_ORDER_MISMATCH", "Partition keys must be the last columns in the table and in the same order as the table properties: %v", w.partitions)
		}
	}
	form, format, err := w.table()
	if err != nil {
		return nil, nil, err
	}
	data, keys, schema, err := dataColumns(p, n)
	if err != nil {
		return nil, nil, err
	}
	form.Columns = schema
	location := w.location
	if location != "" && q.is.Enforced {
		return nil, nil, invalid("The Create Table As Select query failed because it was submitted with an 'external_location' property to an Athena Workgroup that enforces a centralized output location for all queries. Please remove the 'external_location' property and resubmit the query.")
	}
	if location == "" {
		location = q.is.Folder + "tables/" + q.id + "/"
	}
	if !strings.HasSuffix(location, "/") {
		location += "/"
	}
	if err := q.empty(ctx, location, "Target directory for table '"+name+"' already exists: "+location+". You may need to manually clean the data at location '"+location+"' before retrying. Athena will not delete data in your account."); err != nil {
		return nil, nil, err
	}
	info := &glueapi.SerDeInfo{Name: &name, SerializationLibrary: &format.serde, Parameters: form.Properties}
	in := &glueapi.TableInput{
		Name: &name, TableType: new("EXTERNAL_TABLE"), Retention: new(int32(0)), PartitionKeys: keys,
		StorageDescriptor: &glueapi.StorageDescriptor{Columns: data, Location: &location, InputFormat: &format.input, OutputFormat: &format.output, SerdeInfo: info, Compressed: new(false), NumberOfBuckets: new(int32(0))},
		Parameters:        map[string]string{"EXTERNAL": "TRUE", "has_encrypted_data": "false", "write.compression": w.compressionOr(), "transient_lastDdlTime": strconv.FormatInt(q.is.Started.Unix(), 10)},
	}
	if in.PartitionKeys == nil {
		in.PartitionKeys = []glueapi.Column{}
	}
	k := &sink{q: q, location: location, form: form, compression: w.compression, partitions: w.partitions}
	for _, c := range p.columns {
		k.types = append(k.types, c.Type)
	}
	return k, in, nil
}

// unload does UNLOAD: the query's rows become files, and no table.
// https://docs.aws.amazon.com/athena/latest/ug/unload.html
func (q *query) unload(ctx context.Context, stmt *syntax.Unload, args []syntax.Expr) error {
	w, err := writingOf(stmt.Options, "format", "compression", "field_delimiter", "partitioned_by")
	if err != nil {
		return err
	}
	if w.format == "" {
		return fault.At(stmt.Pos, "INVALID_TABLE_PROPERTY", "The format property is required for UNLOAD")
	}
	p, err := q.prepare(ctx, stmt.Query, args)
	if err != nil {
		return err
	}
	enforced := q.is.Enforced
	q.is.Enforced, w.location = false, stmt.To // UNLOAD names its place also where results have theirs
	k, _, err := q.newSink(ctx, p, &w, "unload")
	q.is.Enforced = enforced
	if err != nil {
		return err
	}
	return k.write(ctx, p)
}
