package columnar

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"testing"
)

func mustType(t testing.TB, text string) *Type {
	t.Helper()
	typ, err := ParseType(text)
	if err != nil {
		t.Fatal(err)
	}
	return typ
}

// schemaOf is columns c0, c1 … of these types.
func schemaOf(t testing.TB, types ...string) (s Schema) {
	t.Helper()
	for i, text := range types {
		s = append(s, Field{fmt.Sprint("c", i), mustType(t, text)})
	}
	return s
}

// everyType has every type there is, nested too.
var everyType = []string{
	"boolean", "tinyint", "smallint", "int", "bigint", "float", "double", "decimal(4,2)", "decimal(18,6)", "decimal(38,10)", "string", "varchar(10)", "char(5)",
	"binary", "date", "timestamp", "array<int>", "array<array<string>>", "map<string,bigint>", "map<int,array<double>>", "struct<a:int,b:string>",
	"struct<Zed:struct<x:array<struct<y:timestamp,z:decimal(9,3)>>>,alpha:map<string,struct<k:boolean>>>", "array<map<string,array<tinyint>>>",
}

// random makes values; how tells how they lie: far apart, in runs, or in steps.
type random struct {
	*rand.Rand
	how  int
	last int64
}

func newRandom(seed uint64) *random {
	r := rand.New(rand.NewPCG(seed, 1))
	return &random{Rand: r, how: int(seed % 4)}
}

func (r *random) int(bits int) int64 {
	switch r.how {
	case 0: // anything
		return int64(r.Uint64()) >> (64 - bits) >> r.IntN(bits)
	case 1: // runs
		if r.IntN(8) == 0 {
			r.last = int64(r.IntN(100)) - 50
		}
	case 2: // steps, now and then another way
		if r.last++; r.IntN(40) == 0 || r.last > 100 {
			r.last = -int64(r.IntN(100))
		}
	default: // small
		return int64(r.IntN(5))
	}
	return r.last
}

func (r *random) value(t *Type) Value {
	if r.IntN(6) == 0 {
		return Value{}
	}
	return r.present(t)
}

func (r *random) present(t *Type) (v Value) {
	v.Valid = true
	switch t.Kind {
	case Boolean:
		v.Int = int64(r.IntN(2))
	case Tinyint, Smallint, Int, Bigint:
		v.Int = r.int([]int{8, 16, 32, 64}[t.Kind-Tinyint])
	case Float:
		v.Float = float64(math.Float32frombits(r.Uint32() &^ (1 << 30)))
	case Double:
		v.Float = r.NormFloat64() * float64(r.int(40))
	case Decimal:
		v.Big = new(big.Int).SetUint64(r.Uint64())
		v.Big.Mul(v.Big, new(big.Int).SetUint64(r.Uint64())).Mod(v.Big, bigPower[r.IntN(t.Precision)+1])
		if r.IntN(2) == 0 {
			v.Big.Neg(v.Big)
		}
	case String, Varchar, Char, Binary:
		v.Bytes = r.text(t)
	case Date:
		v.Int = int64(r.IntN(60000) - 20000)
	case Timestamp:
		v.Int, v.Nanos = int64(r.IntN(4_000_000_000))-1_000_000_000, int32(r.IntN(1000)*[]int{1, 1000, 1_000_000}[r.IntN(3)])
		if v.Int == -1 {
			v.Nanos = 0
		}
	case Struct:
		for _, f := range t.Fields {
			v.Items = append(v.Items, r.value(f.Type))
		}
	case Array:
		v.Items = []Value{}
		for range r.IntN(4) {
			v.Items = append(v.Items, r.value(t.Fields[0].Type))
		}
	case Map:
		v.Items = []Value{}
		for range r.IntN(4) {
			v.Items = append(v.Items, r.present(t.Fields[0].Type), r.value(t.Fields[1].Type))
		}
	}
	return v
}

func (r *random) text(t *Type) []byte {
	if t.Kind == Binary {
		b := make([]byte, r.IntN(6))
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return b
	}
	words := []string{"", "GET", "/index", "日本", "é", "status=200", "a", "b"}
	text := words[r.IntN(len(words))]
	if r.how == 0 {
		text += strconv.Itoa(r.IntN(100000))
	}
	if t.Kind == String {
		return []byte(text)
	}
	return cut(t, text)
}

func (r *random) rows(s Schema, n int) (rows [][]Value) {
	for range n {
		rows = append(rows, r.present(s.row()).Items)
	}
	return rows
}

// plain is a value as testdata/arrow.py writes it.
func plain(t *Type, v *Value) any {
	if !v.Valid {
		return nil
	}
	switch t.Kind {
	case Float:
		return hex.EncodeToString(binary.BigEndian.AppendUint32(nil, math.Float32bits(float32(v.Float))))
	case Double:
		return hex.EncodeToString(binary.BigEndian.AppendUint64(nil, math.Float64bits(v.Float)))
	case Decimal:
		return v.Big.String()
	case String, Varchar, Char, Binary:
		return hex.EncodeToString(v.Bytes)
	case Timestamp:
		return strconv.FormatInt(v.Int*1e9+int64(v.Nanos), 10)
	case Struct, Array:
		list := []any{}
		for i := range v.Items {
			list = append(list, plain(t.Fields[i%len(t.Fields)].Type, &v.Items[i]))
		}
		return list
	case Map:
		list := []any{}
		for i := 0; i < len(v.Items); i += 2 {
			list = append(list, []any{plain(t.Fields[0].Type, &v.Items[i]), plain(t.Fields[1].Type, &v.Items[i+1])})
		}
		return list
	}
	return strconv.FormatInt(v.Int, 10)
}

func plainRow(t testing.TB, s Schema, row []Value) string {
	t.Helper()
	b, err := json.Marshal(plain(s.row(), &Value{Valid: true, Items: row}))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
