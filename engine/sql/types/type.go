// Package types holds the SQL types of Trino: their names, how their values lie in vectors, how they are ordered and written.
//
//	boolean                              Bool
//	tinyint … bigint, date, time         Int (days; microseconds of the day)
//	timestamp(p ≤ 6)                     Int, microseconds as the wall clock of no zone shows
//	timestamp(p) with time zone          Wide: Hi is the instant in microseconds, Lo the zone (see zone.go)
//	time(p) with time zone               Wide: Hi is the time in UTC in microseconds, Lo the zone, which is an offset
//	interval day to second               Int, microseconds (Trino keeps milliseconds)
//	interval year to month               Int, months
//	real, double                         Float; a real is rounded to 32 bits
//	decimal(p, s)                        Int up to 18 digits, else Wide
//	varchar, char, varbinary, json       Bytes; a char without the spaces at its end
//	uuid, ipaddress                      Bytes, 16 of them
//	hyperloglog and the digests          Bytes, a sketch of this engine
//	geometry, sphericalgeography         Bytes, as ISO's well-known binary
//	bingtile                             Int, see TileNumber
//	color                                Int, red, green and blue; below 0 one of a terminal's
//	array, map, row                      List, Map, Row
package types

import (
	"strconv"
	"strings"

	"unyo/engine/vector"
)

// Kind is what a type is.
type Kind uint8

const (
	Unknown Kind = iota // the type of NULL
	Boolean
	Tinyint
	Smallint
	Integer
	Bigint
	Real
	Double
	Decimal
	Varchar
	Char
	Varbinary
	JSON
	Date
	Time
	TimeZone
	Timestamp
	TimestampZone
	IntervalDay
	IntervalYear
	UUID
	IPAddress
	HyperLogLog
	TDigest
	QDigest // Size is the kind of its values
	SetDigest
	Color
	Geometry
	SphericalGeography
	BingTile
	Array
	Map
	Row
	Function // of a lambda: its parameters and, last, its result
)

var kindNames = [...]string{"unknown", "boolean", "tinyint", "smallint", "integer", "bigint", "real", "double", "decimal", "varchar", "char", "varbinary", "json",
	"date", "time", "time with time zone", "timestamp", "timestamp with time zone", "interval day to second", "interval year to month", "uuid", "ipaddress", "HyperLogLog", "tdigest", "qdigest", "SetDigest", "color", "Geometry", "SphericalGeography", "BingTile",
	"array", "map", "row", "function"}

func (k Kind) String() string { return kindNames[k] }

// Unbounded is the length of a varchar that has none.
const Unbounded = 0

// Type is a type. Types are not changed once made, and compared with Equal.
type Type struct {
	Kind   Kind
	Size   int // decimal's precision, varchar's and char's length, the digits of a time's seconds
	Scale  int // of decimal
	Fields []Field
}

// Field is a member of a row, or, unnamed, the element of an array, or the key and the value of a map.
type Field struct {
	Name string
	Type *Type
}

// The types that need no more than their kind; varchar without length, and times as Athena has them: to the millisecond.
var (
	Null       = &Type{Kind: Unknown}
	Bool       = &Type{Kind: Boolean}
	Tiny       = &Type{Kind: Tinyint}
	Small      = &Type{Kind: Smallint}
	Int        = &Type{Kind: Integer}
	Big        = &Type{Kind: Bigint}
	Real32     = &Type{Kind: Real}
	Float      = &Type{Kind: Double}
	Text       = &Type{Kind: Varchar}
	Binary     = &Type{Kind: Varbinary}
	Json       = &Type{Kind: JSON}
	Day        = &Type{Kind: Date}
	Clock      = &Type{Kind: Time, Size: 3}
	ClockZone  = &Type{Kind: TimeZone, Size: 3}
	Stamp      = &Type{Kind: Timestamp, Size: 3}
	StampZone  = &Type{Kind: TimestampZone, Size: 3}
	Interval   = &Type{Kind: IntervalDay}
	Months     = &Type{Kind: IntervalYear}
	Uuid       = &Type{Kind: UUID}
	IP         = &Type{Kind: IPAddress}
	Sketch     = &Type{Kind: HyperLogLog}
	TDigests   = &Type{Kind: TDigest}
	SetDigests = &Type{Kind: SetDigest}
	Geometric  = &Type{Kind: Geometry}
	Geographic = &Type{Kind: SphericalGeography}
	Tile       = &Type{Kind: BingTile}
	Colour     = &Type{Kind: Color}
)

// ArrayOf, MapOf, DecimalOf, VarcharOf and RowOf make types of types and sizes.
func ArrayOf(e *Type) *Type     { return &Type{Kind: Array, Fields: []Field{{Type: e}}} }
func MapOf(k, v *Type) *Type    { return &Type{Kind: Map, Fields: []Field{{Type: k}, {Type: v}}} }
func DecimalOf(p, s int) *Type  { return &Type{Kind: Decimal, Size: p, Scale: s} }
func VarcharOf(n int) *Type     { return &Type{Kind: Varchar, Size: n} }
func RowOf(f ...Field) *Type    { return &Type{Kind: Row, Fields: f} }
func (t *Type) Elem() *Type     { return t.Fields[0].Type }
func (t *Type) Key() *Type      { return t.Fields[0].Type }
func (t *Type) Value() *Type    { return t.Fields[1].Type }
func (t *Type) IsInteger() bool { return t.Kind >= Tinyint && t.Kind <= Bigint }
func (t *Type) IsNumber() bool  { return t.Kind >= Tinyint && t.Kind <= Decimal }
func (t *Type) IsText() bool    { return t.Kind == Varchar || t.Kind == Char }

// Vector is how values of the type lie in a vector.
func (t *Type) Vector() vector.Kind {
	switch t.Kind {
	case Unknown:
		return vector.Null
	case Boolean:
		return vector.Bool
	case Real, Double:
		return vector.Float
	case Decimal:
		if t.Size > 18 {
			return vector.Wide
		}
		return vector.Int
	case TimestampZone, TimeZone:
		return vector.Wide
	case Varchar, Char, Varbinary, JSON, UUID, IPAddress, HyperLogLog, TDigest, QDigest, SetDigest, Geometry, SphericalGeography:
		return vector.Bytes
	case Array:
		return vector.List
	case Map:
		return vector.Map
	case Row:
		return vector.Row
	default:
		return vector.Int
	}
}

// New is an empty vector for values of the type, its elements too.
func (t *Type) New() *vector.Vector {
	v := vector.New(t.Vector())
	if t.Kind == Array || t.Kind == Map || t.Kind == Row {
		for _, f := range t.Fields {
			v.Elems = append(v.Elems, f.Type.New())
		}
	}
	return v
}

// Equal tells whether two types are one.
func (t *Type) Equal(o *Type) bool {
	if t == o {
		return true
	}
	if t.Kind != o.Kind || t.Size != o.Size || t.Scale != o.Scale || len(t.Fields) != len(o.Fields) {
		return false
	}
	for i, f := range t.Fields {
		if f.Name != o.Fields[i].Name || !f.Type.Equal(o.Fields[i].Type) {
			return false
		}
	}
	return true
}

// String is the type's name, as typeof tells it.
func (t *Type) String() string {
	switch t.Kind {
	case Decimal:
		return "decimal(" + strconv.Itoa(t.Size) + "," + strconv.Itoa(t.Scale) + ")"
	case Varchar:
		if t.Size == Unbounded {
			return "varchar"
		}
		return "varchar(" + strconv.Itoa(t.Size) + ")"
	case QDigest:
		return "qdigest(" + Kind(t.Size).String() + ")"
	case Char, Time, Timestamp:
		return t.Kind.String() + "(" + strconv.Itoa(t.Size) + ")"
	case TimeZone:
		return "time(" + strconv.Itoa(t.Size) + ") with time zone"
	case TimestampZone:
		return "timestamp(" + strconv.Itoa(t.Size) + ") with time zone"
	case Array, Map, Row, Function:
		list := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			if list[i] = f.Type.String(); f.Name != "" {
				list[i] = f.Name + " " + list[i]
			}
		}
		return t.Kind.String() + "(" + strings.Join(list, ", ") + ")"
	default:
		return t.Kind.String()
	}
}

// Zoned tells whether values are instants, of whatever zone: the same instant is the same.
func (t *Type) Zoned() bool { return t.Kind == TimestampZone || t.Kind == TimeZone }

// Sketched tells whether values are sketches of many others: bytes that can be kept, and mean nothing but to who made them.
func (t *Type) Sketched() bool { return t.Kind >= HyperLogLog && t.Kind <= SetDigest }

// Comparable tells whether values can be equal; Orderable, whether one can be less than another.
func (t *Type) Comparable() bool {
	if t.Sketched() || t.Kind == Geometry || t.Kind == SphericalGeography || t.Kind == Function {
		return false
	}
	for _, f := range t.Fields {
		if !f.Type.Comparable() {
			return false
		}
	}
	return true
}

func (t *Type) Orderable() bool {
	if t.Sketched() || t.Kind >= Color && t.Kind <= BingTile || t.Kind == Map || t.Kind == JSON || t.Kind == Function {
		return false
	}
	for _, f := range t.Fields {
		if !f.Type.Orderable() {
			return false
		}
	}
	return true
}
