package serde

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"unyo/engine/columnar"
	"unyo/engine/vector"
)

// Table is what of a table tells how its objects are read.
type Table struct {
	SerDe      string            // the class
	Properties map[string]string // of the SerDe, and of the table where the SerDe has none of that name
	Columns    columnar.Schema   // without those of partitions

	// InputFormat is the class that cuts objects into records. It matters where it is CloudTrail's.
	InputFormat string
}

// Object is an object of a table. Stream is for text, from a byte on; without it At is read.
type Object struct {
	Name   string // its key: the extension tells how it is compressed
	Size   int64
	At     io.ReaderAt
	Stream func(from int64) (io.ReadCloser, error)

	// Of an object that can be cut, what begins in [From, To) is read: lines, row groups, stripes. All of it if To is 0.
	From, To int64

	// Hold, unless nil, is told how many bytes more, or fewer, the reader holds; its error is the reader's.
	Hold func(bytes int64) error
}

// UnknownError is a class that Athena does not offer, or that has no behaviour here.
type UnknownError struct {
	Class string
	Known bool // Athena offers it
}

func (e *UnknownError) Error() string {
	if e.Known {
		return fmt.Sprintf("the SerDe %s is not supported here", e.Class)
	}
	return fmt.Sprintf("SerDe %s is not supported: it does not exist", e.Class)
}

// ErrProperty is a property of a SerDe that means nothing, or more than is built.
var ErrProperty = errors.New("bad SerDe property")

func badProperty(name, format string, args ...any) error {
	return fmt.Errorf("%w: %s: %s", ErrProperty, name, fmt.Sprintf(format, args...))
}

// BadDataError is a value that is not of its column's type, or a row that is none.
type BadDataError struct {
	Column string
	Value  string
	Why    string
}

func (e *BadDataError) Error() string {
	if e.Column == "" {
		return "HIVE_BAD_DATA: " + e.Why
	}
	return fmt.Sprintf("HIVE_BAD_DATA: Error parsing field value '%.200s' for field %s: %s", e.Value, e.Column, e.Why)
}

// format opens objects of a kind of table.
type format func(t *Table, o Object, columns []int, domains []*vector.Domain) (vector.Reader, error)

// cloudTrailInput cuts objects of one document each into records.
const cloudTrailInput = "com.amazon.emr.cloudtrail.CloudTrailInputFormat"

// formats are by class, in lower case.
// https://docs.aws.amazon.com/athena/latest/ug/supported-serdes.html
var formats = map[string]format{
	"org.apache.hadoop.hive.serde2.lazy.lazysimpleserde":          openLazy,
	"org.apache.hadoop.hive.ql.io.parquet.serde.parquethiveserde": openParquet,
	"org.apache.hadoop.hive.serde2.opencsvserde":                  openCSV,
	"com.bizo.hive.serde.csv.csvserde":                            openCSV,
	"org.openx.data.jsonserde.jsonserde":                          openOpenX,
	"org.apache.hive.hcatalog.data.jsonserde":                     openHiveJSON,
	"org.apache.hadoop.hive.serde2.jsonserde":                     openHiveJSON,
	"org.apache.hadoop.hive.serde2.regexserde":                    openRegex,
	"org.apache.hadoop.hive.contrib.serde2.regexserde":            openRegex,
	"com.amazonaws.glue.serde.grokserde":                          openGrok,
	"com.amazon.emr.hive.serde.cloudtrailserde":                   openCloudTrail,
	"parquet.hive.serde.parquethiveserde":                         openParquet,
	"org.apache.hadoop.hive.ql.io.orc.orcserde":                   openORC,
	"org.apache.hadoop.hive.serde2.avro.avroserde":                openAvro,
}

// known are classes that Athena offers and this package does not.
var known = map[string]bool{
	"com.amazon.ionhiveserde.ionhiveserde": true,
}

// Open reads columns of an object, given by their places in the table's, in the order of columns. Domains, if any, tell for
// each of these what is wanted of it.
func Open(t Table, o Object, columns []int, domains []*vector.Domain) (vector.Reader, error) {
	class := strings.ToLower(t.SerDe)
	open, ok := formats[class]
	if !ok {
		return nil, &UnknownError{t.SerDe, known[class]}
	}
	if strings.EqualFold(t.InputFormat, cloudTrailInput) {
		open = openCloudTrail
	}
	for _, c := range columns {
		if c < 0 || c >= len(t.Columns) {
			return nil, fmt.Errorf("column %d of a table of %d", c, len(t.Columns))
		}
	}
	return open(&t, o, columns, domains)
}

// CanCut tells whether an object of a name can be read in parts beside each other: files of columns, and text that is neither compressed nor ends with lines
// to be left out.
func (t *Table) CanCut(name string) bool {
	class := strings.ToLower(t.SerDe)
	if strings.HasSuffix(class, ".parquethiveserde") || strings.HasSuffix(class, ".orcserde") {
		return true
	}
	header := t.property("skip.header.line.count", "0")
	return class != "com.amazon.emr.hive.serde.cloudtrailserde" && class != "org.apache.hadoop.hive.serde2.avro.avroserde" && !strings.EqualFold(t.InputFormat, cloudTrailInput) && !compressed(name) &&
		t.property("skip.footer.line.count", "0") == "0" && (header == "0" || header == "1")
}

// property is a property, or otherwise.
func (t *Table) property(name, otherwise string) string {
	if v, ok := t.Properties[name]; ok {
		return v
	}
	return otherwise
}

// flag is a property that is true or false.
func (t *Table) flag(name string, otherwise bool) bool {
	v, ok := t.Properties[name]
	if !ok {
		return otherwise
	}
	return strings.EqualFold(v, "true")
}

// reader is the object as a stream from a byte on.
func (o *Object) reader(from int64) (io.ReadCloser, error) {
	if o.Stream != nil {
		return o.Stream(from)
	}
	if o.At == nil {
		return nil, errors.New("an object without content")
	}
	return io.NopCloser(io.NewSectionReader(o.At, from, o.Size-from)), nil
}
