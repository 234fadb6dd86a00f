package columnar

import "fmt"

// Numbers and names of the Parquet format.
// https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift

// physical is how a leaf's values are kept.
type physical int8

const (
	keptBoolean physical = iota
	keptInt32
	keptInt64
	keptInt96
	keptFloat
	keptDouble
	keptBytes
	keptFixed
)

func (p physical) String() string {
	return [...]string{"BOOLEAN", "INT32", "INT64", "INT96", "FLOAT", "DOUBLE", "BYTE_ARRAY", "FIXED_LEN_BYTE_ARRAY"}[p]
}

// width is how many bytes a number has; 0 for all that is none.
func (p physical) width() int { return [...]int{0, 4, 8, 12, 4, 8, 0, 0}[p] }

// encoding is how the values of a page are written.
type encoding int32

const (
	asPlain          encoding = 0
	asOldDictionary  encoding = 2 // of version 1
	asRuns           encoding = 3
	asDeltas         encoding = 5
	asDeltaLengths   encoding = 6
	asSharedPrefixes encoding = 7
	asDictionary     encoding = 8
	asSplit          encoding = 9
)

// codec is how a page is compressed.
type codec int32

const (
	codecNone codec = iota
	codecSnappy
	codecGzip
	codecLZO
	codecBrotli
	codecLZ4 // as Hadoop frames it
	codecZstd
	codecLZ4Raw
)

func (c codec) String() string {
	if names := [...]string{"UNCOMPRESSED", "SNAPPY", "GZIP", "LZO", "BROTLI", "LZ4", "ZSTD", "LZ4_RAW"}; c >= 0 && int(c) < len(names) {
		return names[c]
	}
	return fmt.Sprint(int32(c))
}

// Kinds of pages.
const (
	pageData, pageDictionary, pageDataV2 = 0, 2, 3
)

// logical is what a column means beyond how it is kept: the members of LogicalType, by their numbers.
type logical int8

const (
	logicalNone      logical = 0
	logicalString    logical = 1
	logicalMap       logical = 2
	logicalList      logical = 3
	logicalEnum      logical = 4
	logicalDecimal   logical = 5
	logicalDate      logical = 6
	logicalTime      logical = 7
	logicalTimestamp logical = 8
	logicalInteger   logical = 10
	logicalNull      logical = 11
	logicalJSON      logical = 12
	logicalBSON      logical = 13
	logicalUUID      logical = 14
	logicalFloat16   logical = 15
	logicalInterval  logical = -1 // has no logical type, only an older one
	logicalOther     logical = -2
)

func (l logical) String() string {
	return map[logical]string{logicalString: "STRING", logicalMap: "MAP", logicalList: "LIST", logicalEnum: "ENUM", logicalDecimal: "DECIMAL", logicalDate: "DATE", logicalTime: "TIME",
		logicalTimestamp: "TIMESTAMP", logicalInteger: "INT", logicalNull: "NULL", logicalJSON: "JSON", logicalBSON: "BSON", logicalUUID: "UUID", logicalFloat16: "FLOAT16", logicalInterval: "INTERVAL",
		logicalOther: "a type that is not known"}[l]
}

// oldTypes are what ConvertedType said before there was LogicalType.
// https://github.com/apache/parquet-format/blob/master/LogicalTypes.md
var oldTypes = [...]meaning{
	0: {logical: logicalString}, 1: {logical: logicalMap}, 2: {logical: logicalMap}, 3: {logical: logicalList}, 4: {logical: logicalEnum}, 5: {logical: logicalDecimal}, 6: {logical: logicalDate},
	7: {logical: logicalTime}, 8: {logical: logicalTime}, 9: {logical: logicalTimestamp, unit: 1_000_000}, 10: {logical: logicalTimestamp, unit: 1000},
	11: {logical: logicalInteger, bits: 8, unsigned: true}, 12: {logical: logicalInteger, bits: 16, unsigned: true}, 13: {logical: logicalInteger, bits: 32, unsigned: true}, 14: {logical: logicalInteger, bits: 64, unsigned: true},
	15: {logical: logicalInteger, bits: 8}, 16: {logical: logicalInteger, bits: 16}, 17: {logical: logicalInteger, bits: 32}, 18: {logical: logicalInteger, bits: 64},
	19: {logical: logicalJSON}, 20: {logical: logicalBSON}, 21: {logical: logicalInterval},
}

// meaning is a logical type with what it is given.
type meaning struct {
	logical          logical
	precision, scale int64 // of a decimal
	unit             int64 // of a timestamp, in nanoseconds
	bits             int64 // of an integer
	unsigned         bool
}

// element is a column of a file, or a group of columns.
type element struct {
	name     string
	leaf     bool
	kept     physical
	width    int64 // of FIXED_LEN_BYTE_ARRAY
	repeats  int64 // 0 required, 1 optional, 2 repeated
	children int64
	meaning  meaning
	parts    []*element
}

func (e *element) optional() bool { return e.repeats == 1 }
func (e *element) repeated() bool { return e.repeats == 2 }

// describe names what a leaf holds.
func (e *element) describe() string {
	switch m := e.meaning; m.logical {
	case logicalNone:
		return e.kept.String()
	case logicalDecimal:
		return fmt.Sprintf("DECIMAL(%d,%d)", m.precision, m.scale)
	case logicalInteger:
		return fmt.Sprintf("INT(%d,%t)", m.bits, !m.unsigned)
	default:
		return m.logical.String()
	}
}
