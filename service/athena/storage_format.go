package athena

import (
	"strings"

	glueapi "unyo/api/glue"
	"unyo/engine/sql/fault"
	"unyo/engine/sql/syntax"
)

// storageFormat is how the rows of a table lie in its files: the classes that Hive names for it.
type storageFormat struct{ serde, input, output string }

const (
	lazySerDe    = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
	jsonSerDe    = "org.openx.data.jsonserde.JsonSerDe"
	parquetSerDe = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
	orcSerDe     = "org.apache.hadoop.hive.ql.io.orc.OrcSerde"
	textInput    = "org.apache.hadoop.mapred.TextInputFormat"
	textOutput   = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
)

// storageFormats are by the word of STORED AS, or of CREATE TABLE AS's format.
// https://docs.aws.amazon.com/athena/latest/ug/create-table.html
// https://docs.aws.amazon.com/athena/latest/ug/create-table-as.html
var storageFormats = map[string]storageFormat{
	"TEXTFILE":     {lazySerDe, textInput, textOutput},
	"JSON":         {jsonSerDe, textInput, textOutput},
	"PARQUET":      {parquetSerDe, "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat", "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"},
	"ORC":          {orcSerDe, "org.apache.hadoop.hive.ql.io.orc.OrcInputFormat", "org.apache.hadoop.hive.ql.io.orc.OrcOutputFormat"},
	"AVRO":         {"org.apache.hadoop.hive.serde2.avro.AvroSerDe", "org.apache.hadoop.hive.ql.io.avro.AvroContainerInputFormat", "org.apache.hadoop.hive.ql.io.avro.AvroContainerOutputFormat"},
	"ION":          {"com.amazon.ionhiveserde.IonHiveSerDe", "com.amazon.ionhiveserde.formats.IonInputFormat", "com.amazon.ionhiveserde.formats.IonOutputFormat"},
	"RCFILE":       {"org.apache.hadoop.hive.serde2.columnar.LazyBinaryColumnarSerDe", "org.apache.hadoop.hive.ql.io.RCFileInputFormat", "org.apache.hadoop.hive.ql.io.RCFileOutputFormat"},
	"JSONFILE":     {"org.apache.hive.hcatalog.data.JsonSerDe", textInput, textOutput},
	"SEQUENCEFILE": {lazySerDe, "org.apache.hadoop.mapred.SequenceFileInputFormat", "org.apache.hadoop.hive.ql.io.HiveSequenceFileOutputFormat"},
}

// storage is where and how a table that is declared lies.
func storage(stmt *syntax.CreateTable) (*glueapi.StorageDescriptor, error) {
	format := storageFormats["TEXTFILE"]
	if stmt.StoredAs != "" {
		var ok bool
		if format, ok = storageFormats[stmt.StoredAs]; !ok {
			return nil, failed("SemanticException Unrecognized file format in STORED AS clause: '%s'", stmt.StoredAs)
		}
	}
	if stmt.InputFormat != "" {
		format.input, format.output = stmt.InputFormat, stmt.OutputFormat
	}
	info := &glueapi.SerDeInfo{Parameters: map[string]string{"serialization.format": "1"}}
	if f := stmt.RowFormat; f != nil {
		if f.Serde != "" {
			format.serde = f.Serde
		}
		delimited(info.Parameters, f)
		for k, v := range properties(f.Properties) {
			info.Parameters[k] = v
		}
	}
	info.SerializationLibrary = &format.serde
	d := &glueapi.StorageDescriptor{
		Columns: glueColumns(stmt.Columns), Location: &stmt.Location, InputFormat: &format.input, OutputFormat: &format.output, SerdeInfo: info,
		Compressed: new(false), StoredAsSubDirectories: new(false), Parameters: map[string]string{}, SortColumns: []glueapi.Order{}, BucketColumns: stmt.ClusteredBy,
		NumberOfBuckets: new(int32(-1)),
	}
	if stmt.Buckets > 0 {
		d.NumberOfBuckets = new(int32(stmt.Buckets))
	}
	return d, nil
}

// delimited notes the signs of ROW FORMAT DELIMITED under the SerDe's names for them.
func delimited(parameters map[string]string, f *syntax.RowFormat) {
	for name, sign := range map[string]*string{
		"field.delim": f.Fields, "escape.delim": f.Escaped, "collection.delim": f.Collection, "mapkey.delim": f.Keys, "line.delim": f.Lines, "serialization.null.format": f.Null,
	} {
		if sign != nil {
			parameters[name] = *sign
		}
	}
	if f.Fields != nil {
		parameters["serialization.format"] = *f.Fields
	}
}

func glueColumns(defs []syntax.ColumnDef) []glueapi.Column {
	out := []glueapi.Column{}
	for _, d := range defs {
		c := glueapi.Column{Name: new(strings.ToLower(d.Name)), Type: &d.Type}
		if d.Comment != "" {
			c.Comment = &d.Comment
		}
		out = append(out, c)
	}
	return out
}

// checkColumns refuses names that are given twice.
func checkColumns(lists ...[]syntax.ColumnDef) error {
	seen := map[string]bool{}
	for _, list := range lists {
		for _, d := range list {
			name := strings.ToLower(d.Name)
			if seen[name] {
				return fault.At(d.Pos, fault.DuplicateColumn, "Column '%s' specified more than once", name)
			}
			seen[name] = true
		}
	}
	return nil
}
