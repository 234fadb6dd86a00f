package glue

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"

	api "unyo/api/glue"
	"unyo/api/rt"
	"unyo/engine/classify"
	"unyo/kernel/store"
)

// Bounds of a plan: how many folders it is made of, how much they may say, and how much of it is written down at once.
const (
	mostFolders = 200000
	mostColumns = 4000000 // of folders that are unlike
	planAtOnce  = 20
)

// planned is a table that a crawl has found, and, when it was compared with the catalogue's, what is to be done.
type planned struct {
	Target         int
	Database, Name string
	Bucket, Path   string
	File           bool `json:",omitempty"`
	Levels         []string
	Not            []string `json:",omitempty"` // folders in it that are tables of their own
	Format         classify.Format
	Objects, Size  int64

	Action  string     `json:",omitempty"` // create, update, delete, deprecate; "": nothing
	Version string     `json:",omitempty"` // of the table that is changed
	Join    []string   `json:",omitempty"` // folders of partitions that are to be made
	Change  []string   `json:",omitempty"` // and to be changed
	Lost    [][]string `json:",omitempty"` // values of partitions that are to be removed
}

func (p *planned) location() string { return "s3://" + p.Bucket + "/" + p.Path }

func (c *step) planKey(n int) string { return store.Key(c.run.Crawler, fmt.Sprintf("%06d", n)) }

// plan makes tables of folders, and writes them down, a few at a time. After a death it is made again, to the same.
func (c *step) plan() error {
	var list []planned
	for n := range c.aims() {
		a, err := c.aim(n)
		if err != nil {
			return err
		}
		tables, err := c.tablesOf(n, &a)
		if err != nil {
			return err
		}
		list = append(list, tables...)
	}
	if most := c.conf.CrawlerOutput.Tables.TableThreshold; most > 0 && len(list) > most {
		return invalid("The number of tables detected by crawler: %d is greater than the table threshold value provided: %d. No tables were created or updated.", len(list), most)
	}
	taken := map[string]bool{}
	for i := range list {
		name := &list[i].Name
		if taken[*name] {
			*name = distinct(*name, list[i].location())
		}
		taken[*name] = true
	}
	apart(list)
	for from := 0; from < len(list); from += planAtOnce {
		err := c.s.k.Update(c.ctx, func(tx *store.Tx) error {
			for i := from; i < min(from+planAtOnce, len(list)); i++ {
				c.s.planned.Put(tx, c.planKey(i), list[i])
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	c.run.Phase, c.run.Tables, c.run.Table, c.run.Target, c.run.After = "table", len(list), 0, 0, ""
	return c.settle(nil)
}

// apart notes of each table the tables that lie in it.
func apart(list []planned) {
	for i := range list {
		p := &list[i]
		if p.Not = nil; len(p.Levels) == 0 {
			continue
		}
		for _, q := range list {
			if q.Target == p.Target && !q.File && q.Path != p.Path && strings.HasPrefix(q.Path, p.Path) {
				p.Not = append(p.Not, q.Path)
			}
		}
	}
}

// tablesOf are the tables of a target.
func (c *step) tablesOf(n int, a *aim) (list []planned, err error) {
	root := &dir{path: a.prefix}
	if i := strings.LastIndexByte(a.prefix, '/'); !strings.HasSuffix(a.prefix, "/") {
		root.path = a.prefix + "/"
		a.file = true
		if root.path == "/" {
			root.path, a.file = "", false
		} else if err := c.eachFolder(n, func(path string, row *folder) bool {
			if path == a.prefix[:i+1] { // the one object
				for _, h := range row.Formats {
					list = append(list, planned{Path: a.prefix, File: true, Format: h.Is, Objects: h.Objects, Size: h.Size})
				}
			}
			return true
		}); err != nil {
			return nil, err
		}
	}
	known, err := c.known(n)
	if err != nil {
		return nil, err
	}
	folders, same := 0, newShared()
	err = c.eachFolder(n, func(path string, row *folder) bool {
		if slices.ContainsFunc(known, func(p planned) bool { return !p.File && strings.HasPrefix(path, p.Path) }) {
			return true
		}
		folders++
		root.grow(path, same.of(row.Formats))
		return folders <= mostFolders && same.columns <= mostColumns
	})
	if err != nil {
		return nil, err
	}
	switch {
	case folders > mostFolders:
		return nil, invalid("s3://%s/%s has more than %d folders.", a.bucket, a.prefix, mostFolders)
	case same.columns > mostColumns:
		return nil, invalid("The folders of s3://%s/%s have more than %d columns.", a.bucket, a.prefix, mostColumns)
	}
	g := grouping{combine: c.conf.Grouping.TableGroupingPolicy != ""}
	var tables []found
	switch {
	case a.table != nil:
		tables = g.one(root)
	case c.conf.Grouping.TableLevelConfiguration > 0:
		tables = g.atLevel(root, c.conf.Grouping.TableLevelConfiguration)
	default:
		tables = g.tables(root)
	}
	for _, f := range tables {
		list = append(list, planned{Path: f.path, File: f.file, Levels: f.levels, Format: f.format, Objects: f.objects, Size: f.size})
	}
	for i := range list {
		p := &list[i]
		p.Target, p.Bucket, p.Database = n, a.bucket, rt.Val(c.is.DatabaseName)
		name := nameOf(p.Path)
		if p.Path == "" {
			name = a.bucket
		}
		p.Name = tableName(rt.Val(c.is.TablePrefix), name)
		for i, key := range p.Levels {
			key = strings.ToLower(key)
			for n := i; key == "" || slices.Contains(p.Levels[:i], key); n++ { // folders in each other may name the same
				key = "partition_" + strconv.Itoa(n)
			}
			p.Levels[i] = key
		}
		if a.table != nil {
			p.Database, p.Name = *a.table.DatabaseName, *a.table.Name
		}
	}
	return append(known, list...), nil
}

// known are the tables that a crawl of new folders only has found before: what lies below them belongs to them.
func (c *step) known(n int) (list []planned, err error) {
	if !c.fresh() {
		return nil, nil
	}
	err = c.s.k.View(c.ctx, func(tx *store.Tx) error {
		list = nil
		for _, row := range c.s.crawled.Prefix(tx, store.Key(c.run.Crawler, ""), "") {
			if row.As.Target == n {
				list = append(list, row.As)
			}
		}
		return nil
	})
	return list, err
}

// eachFolder visits the folders of a target in the order of their paths.
func (c *step) eachFolder(n int, visit func(path string, row *folder) bool) error {
	return c.s.k.View(c.ctx, func(tx *store.Tx) error {
		prefix := c.folderKey(n, "")
		for key, row := range c.s.folders.Prefix(tx, prefix, "") {
			parts, _ := store.Split(key, 3)
			if !visit(parts[2], &row) {
				break
			}
		}
		return nil
	})
}

// tableName is a table's name: "only alphanumeric characters and underscore are allowed", at most 128.
// https://docs.aws.amazon.com/glue/latest/dg/define-crawler.html
func tableName(prefix, name string) string {
	name = strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' || r == '_' {
			return r
		}
		return '_'
	}, strings.ToLower(prefix+name))
	return name[:min(len(name), 128)]
}

// distinct is the name of a table whose name another has: "the crawler adds a hash string suffix to the name".
func distinct(name, location string) string {
	sum := md5.Sum([]byte(location))
	suffix := "_" + hex.EncodeToString(sum[:])
	return name[:min(len(name), 128-len(suffix))] + suffix
}

// storedAs is how Glue writes a format's classes.
type storedAs struct{ input, output, serde string }

const textInput, textOutput = "org.apache.hadoop.mapred.TextInputFormat", "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"

var classes = map[string]storedAs{
	"csv":     {textInput, textOutput, "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"},
	"json":    {textInput, textOutput, "org.openx.data.jsonserde.JsonSerDe"},
	"parquet": {"org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat", "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat", "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"},
	"orc":     {"org.apache.hadoop.hive.ql.io.orc.OrcInputFormat", "org.apache.hadoop.hive.ql.io.orc.OrcOutputFormat", "org.apache.hadoop.hive.ql.io.orc.OrcSerde"},
	"avro":    {"org.apache.hadoop.hive.ql.io.avro.AvroContainerInputFormat", "org.apache.hadoop.hive.ql.io.avro.AvroContainerOutputFormat", "org.apache.hadoop.hive.serde2.avro.AvroSerDe"},
	"grok":    {textInput, textOutput, "com.amazonaws.glue.serde.GrokSerDe"},
}

const openCSV = "org.apache.hadoop.hive.serde2.OpenCSVSerde"

// parameters are those of a table or a partition, as Glue writes them.
func parameters(f *classify.Format, objects, size int64, crawler string) map[string]string {
	records := f.Records
	average := int64(0)
	if records > 0 {
		average = max(1, f.Bytes/records)
	}
	m := map[string]string{
		"classification": f.Classification, "compressionType": f.Compression, "typeOfData": "file", "objectCount": strconv.FormatInt(objects, 10),
		"sizeKey": strconv.FormatInt(size, 10), "recordCount": strconv.FormatInt(records, 10), "averageRecordSize": strconv.FormatInt(average, 10),
		"CrawlerSchemaSerializerVersion": "1.0", "CrawlerSchemaDeserializerVersion": "1.0", "UPDATED_BY_CRAWLER": crawler,
	}
	p := f.Properties
	if f.Classification == "csv" {
		m["delimiter"], m["columnsOrdered"], m["areColumnsQuoted"] = p["delimiter"], "true", "false"
		if p["quoted"] != "" {
			m["areColumnsQuoted"] = "true"
		}
		if p["header"] != "" {
			m["skip.header.line.count"] = "1"
		}
	}
	if p["format"] != "" {
		m["grokPattern"] = p["format"]
		if p["patterns"] != "" {
			m["grokCustomPatterns"] = p["patterns"]
		}
	}
	if p["path"] != "" {
		m["jsonPath"] = p["path"]
	}
	return m
}

// storage is a storage descriptor, as Glue writes it.
func storage(f *classify.Format, location string, parameters map[string]string) *api.StorageDescriptor {
	d := &api.StorageDescriptor{
		Columns: []api.Column{}, Location: &location, Compressed: new(f.Compression != "none"), NumberOfBuckets: new(int32(-1)), BucketColumns: []string{}, SortColumns: []api.Order{},
		Parameters: parameters, StoredAsSubDirectories: new(false), SerdeInfo: &api.SerDeInfo{Parameters: map[string]string{}},
	}
	var paths []string
	for _, c := range f.Columns {
		d.Columns = append(d.Columns, api.Column{Name: new(c.Name), Type: new(c.Type)})
		paths = append(paths, c.Name)
	}
	p := f.Properties
	kind := f.Classification
	if p["format"] != "" {
		kind = "grok"
	}
	class, ok := classes[kind]
	if !ok {
		return d
	}
	info := d.SerdeInfo.Parameters
	switch kind {
	case "csv":
		info["field.delim"] = p["delimiter"]
		if p["serde"] == api.CsvSerdeOptionOpenCsvserDe || p["quote"] != "" && p["serde"] != api.CsvSerdeOptionLazySimpleSerDe {
			class.serde = openCSV
			delete(info, "field.delim")
			info["separatorChar"] = p["delimiter"]
			if p["quote"] != "" {
				info["quoteChar"] = p["quote"]
			}
		}
	case "json":
		info["paths"] = strings.Join(paths, ",")
	case "grok":
		info["input.format"] = p["format"]
		if p["patterns"] != "" {
			info["input.grokCustomPatterns"] = p["patterns"]
		}
	case "avro":
		info["serialization.format"] = "1"
		if literal := p["avro.schema.literal"]; literal != "" {
			info["avro.schema.literal"] = literal
		}
	default:
		info["serialization.format"] = "1"
	}
	d.InputFormat, d.OutputFormat, d.SerdeInfo.SerializationLibrary = &class.input, &class.output, &class.serde
	return d
}
