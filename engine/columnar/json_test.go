package columnar

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func rowsOf(t testing.TB, j JSON, s Schema, record string) ([]string, error) {
	t.Helper()
	d, err := NewDecoder(j, s)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := rowsBy(d, s, []byte(record))
	var out []string
	for _, row := range rows {
		out = append(out, readable(s.row(), &Value{Valid: true, Items: row}))
	}
	return out, err
}

// rowsBy are the rows that a record adds.
func rowsBy(d *Decoder, s Schema, record []byte) (rows [][]Value, err error) {
	size := 0
	h := newHeld(s.row(), &size)
	h.put(&Value{Valid: true, Items: make([]Value, len(s))}) // stands before all, and is as it was after an error
	before := size
	if err = d.fill(h, record); err != nil && (h.n != 1 || size != before || !untouched(h)) {
		return nil, fmt.Errorf("something was added in spite of %w", errors.New(err.Error()))
	}
	for i := 1; i < h.n; i++ {
		row := h.value(i)
		rows = append(rows, row.Items)
	}
	return rows, err
}

// untouched tells whether columns have only the null that was put first.
func untouched(h *held) bool {
	for _, p := range h.parts {
		if len(p.present) != 1 || p.n != 0 || len(p.ints)+len(p.nanos)+len(p.floats)+len(p.wides)+len(p.data)+len(p.ends) > 0 || !empty(p.parts) {
			return false
		}
	}
	return true
}

func empty(list []*held) bool {
	for _, p := range list {
		if len(p.present) > 0 || p.n != 0 || !empty(p.parts) {
			return false
		}
	}
	return true
}

// value is value i of a column, nulls counted.
func (h *held) value(i int) (v Value) {
	if h.present[i] == 0 {
		return v
	}
	v.Valid = true
	at := bytes.Count(h.present[:i], []byte{1})
	switch h.typ.Kind {
	case Float, Double:
		v.Float = h.floats[at]
	case Decimal:
		v.Big = BigOf(h.wides[at])
	case Timestamp:
		v.Int, v.Nanos = h.ints[at], h.nanos[at]
	case Struct:
		for _, p := range h.parts {
			v.Items = append(v.Items, p.value(at))
		}
	case Array, Map:
		before, _ := sumOf(h.ints[:at])
		v.Items = []Value{}
		for j := range h.ints[at] {
			for _, p := range h.parts {
				v.Items = append(v.Items, p.value(int(before+j)))
			}
		}
	case String, Varchar, Char, Binary:
		v.Bytes = h.text(at)
	default:
		v.Int = h.ints[at]
	}
	return v
}

// readable is a value for a person.
func readable(t *Type, v *Value) string {
	if !v.Valid {
		return "-"
	}
	switch t.Kind {
	case String, Varchar, Char, Binary:
		return string(v.Bytes)
	case Float, Double:
		b, _ := json.Marshal(v.Float)
		return string(b)
	case Decimal:
		return point(v.Big, t.Scale)
	case Struct, Array, Map:
		var parts []string
		for i := range v.Items {
			parts = append(parts, readable(t.Fields[i%len(t.Fields)].Type, &v.Items[i]))
		}
		return "[" + strings.Join(parts, " ") + "]"
	}
	return plain(t, v).(string)
}

func TestJSON(t *testing.T) {
	s := Schema{
		{"id", mustType(t, "bigint")}, {"Name", mustType(t, "string")}, {"ok", mustType(t, "boolean")}, {"f", mustType(t, "double")}, {"d", mustType(t, "decimal(5,2)")},
		{"nested", mustType(t, "struct<a_b:int,Tags:array<string>>")}, {"m", mustType(t, "map<string,int>")}, {"day", mustType(t, "date")}, {"v", mustType(t, "varchar(3)")}, {"ts_x", mustType(t, "tinyint")},
	}
	openX, hive := JSON{}, JSON{Hive: true}
	for _, c := range []struct {
		j            JSON
		record, want string
	}{
		{openX, `{}`, "[- - - - - - - - - -]"},
		{openX, ` {"id":1,"NAME":"a\u00e9\ud83d\ude00\n","ok":true,"f":1e2,"d":1.235,"more":{"x":[1,{}]}} `, "[1 aé😀\n true 100 1.24 - - - - -]"},
		{openX, `{"id":"12","ok":"False","f":"0.5","d":"-7"}`, "[12 - false 0.5 -7.00 - - - - -]"},
		{openX, `{"name":{"a":[1, 2]},"id":null}`, `[- {"a":[1, 2]} - - - - - - - -]`},
		{openX, `{"name":5.50,"v":"abcdé"}`, "[- 5.50 - - - - - - abc -]"},
		{openX, `{"nested":{"A_b":3,"tags":["x",null,"z"]},"m":{"k":1,"l":null,"k":2}}`, "[- - - - - [3 [x - z]] [l - k 2] - - -]"},
		{openX, `{"day":"2026-3-1"}`, "[- - - - - - - 20513 - -]"},
		{openX, `{"id":1}{"id":2} {"id":3}` + "\n", "[1 - - - - - - - - -] [2 - - - - - - - - -] [3 - - - - - - - - -]"},
		{openX, `{"id":9223372036854775808}`, "mismatch"},
		{openX, `{"ts_x":128}`, "mismatch"},
		{openX, `{"id":1.5}`, "mismatch"},
		{openX, `{"id":true}`, "mismatch"},
		{openX, `{"id":{}}`, "mismatch"},
		{openX, `{"m":[1]}`, "mismatch"},
		{openX, `{"nested":5}`, "mismatch"},
		{openX, `{"ok":"maybe"}`, "mismatch"},
		{openX, `{"d":1000}`, "mismatch"},
		{openX, `{"day":"2026-02-30"}`, "mismatch"},
		{openX, `{"id":1}{"id":"x"}`, "mismatch"},
		{openX, `[{"id":1},{"id":2}]`, "malformed"},
		{openX, ``, "malformed"},
		{openX, "plain text", "malformed"},
		{openX, `{"id":1`, "malformed"},
		{openX, `{"id":01}`, "malformed"},
		{openX, `{"id":1,}`, "malformed"},
		{openX, `{'id':1}`, "malformed"},
		{openX, "{\"name\":\"a\x00\"}", "malformed"},
		{openX, "{\"name\":\"\xff\"}", "malformed"},
		{openX, "{}\x00", "malformed"},
		{openX, `{"x":` + strings.Repeat("[", 10000), "malformed"},
		{hive, `{"ID":7,"name":"n","ok":false,"f":2,"d":"3.1"}`, "[7 n false 2 3.10 - - - - -]"},
		{hive, `{"id":"7"}`, "mismatch"},
		{hive, `{"name":{"a":1}}`, "mismatch"},
		{JSON{CaseSensitive: true}, `{"ID":1,"id":2,"name":"x"}`, "[2 - - - - - - - - -]"},
		{JSON{Underscores: true}, `{"nested":{"a.b":5},"ts.x":6}`, "[- - - - - [5 -] - - - 6]"},
		{JSON{Keys: map[string]string{"ts_x": "timestamp"}}, `{"timestamp":9,"ts_x":1}`, "[- - - - - - - - - 9]"},
	} {
		got, err := rowsOf(t, c.j, s, c.record)
		text := strings.NewReplacer("[1 aé😀\n 1 ", "[1 aé😀\n true ", "[12 - 0 ", "[12 - false ", "[7 n 0 ", "[7 n false ").Replace(strings.Join(got, " "))
		switch {
		case errors.Is(err, ErrMalformed):
			text = "malformed"
		case errors.Is(err, ErrMismatch):
			text = "mismatch"
		case err != nil:
			text = err.Error()
		}
		if text != c.want {
			t.Errorf("%+v %.80s: %s, want %s", c.j, c.record, text, c.want)
		}
	}
	_, err := rowsOf(t, openX, s, `{"nested":{"tags":[],"a_b":"x"}}`)
	if err == nil || err.Error() != `nested: a_b: data does not match the schema: "x" is no int` {
		t.Error(err)
	}
}

// The texts are the examples of https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion.html
func TestTimestamps(t *testing.T) {
	s := schemaOf(t, "timestamp")
	hive := func(formats ...string) JSON { return JSON{Hive: true, Formats: formats} }
	for _, c := range []struct {
		j           JSON
		value, want string
	}{
		{JSON{}, `"2017-02-07T15:13:01.39256Z"`, "1486480381392560000"},
		{JSON{}, `"2017-02-07 15:13:01.14"`, "1486480381140000000"},
		{JSON{}, `"2017-2-7 15:13:01"`, "1486480381000000000"},
		{JSON{}, `1518033528`, "1518033528000000000"},
		{JSON{}, `1518033528123`, "1518033528123000000"},
		{JSON{}, `1518033528.123`, "1518033528123000000"},
		{JSON{}, `"1518033528123"`, "1518033528123000000"},
		{JSON{}, `-0.5`, "-500000000"},
		{JSON{}, `"2017-02-07"`, ""},
		{JSON{}, `"2017-02-07T15:13:01+01:00"`, ""},
		{JSON{}, `"2017-02-07 24:00:00"`, ""},
		{JSON{}, `1e400`, ""},
		{hive(), `"2017-02-07 15:13:01.14"`, "1486480381140000000"},
		{hive(), `"2017-02-07T15:13:01Z"`, ""},
		{hive(), `1518033528123`, ""},
		{hive("millis"), `1518033528123`, "1518033528123000000"},
		{hive("millis", "yyyy-MM-dd"), `"2017-02-07"`, "1486425600000000000"},
		{hive("yyyy-MM-dd'T'HH:mm:ss.SSSZ"), `"2017-02-07T15:13:01.140+0100"`, "1486476781140000000"},
		{hive("dd/MMM/yyyy:HH:mm:ss Z"), `"07/Feb/2017:15:13:01 +0000"`, "1486480381000000000"},
		{hive("MMMM d yyyy h:mm a"), `"February 7 2017 3:13 PM"`, "1486480380000000000"},
		{hive("yyyyMMddHHmmss"), `"20170207151301"`, "1486480381000000000"},
		{hive("yyyy"), `"2017-02"`, ""},
	} {
		got, err := rowsOf(t, c.j, s, `{"c0":`+c.value+`}`)
		text := strings.Trim(strings.Join(got, " "), "[]")
		if err != nil && !errors.Is(err, ErrMismatch) || text != c.want {
			t.Errorf("%v %s: %q, %v, want %q", c.j.Formats, c.value, text, err, c.want)
		}
	}
	for _, bad := range []string{"yyyy-'MM", "EEE yyyy", "w"} {
		if _, err := NewDecoder(hive(bad), s); err == nil {
			t.Errorf("%s is taken for a format", bad)
		}
	}
}

// What the standard library takes for JSON objects is read, and nothing else; where both read, texts are the same.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{"a":"x","b":1}`, `{"a":{"b":[1,null]},"b":"2"}`, `{"A":"\u00e9\n","B":1e3}`, `{"a":"\ud800"}{}`} {
		f.Add([]byte(s))
	}
	s := Schema{{"a", mustType(f, "string")}, {"b", mustType(f, "array<double>")}}
	d, err := NewDecoder(JSON{CaseSensitive: true}, s)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, record []byte) {
		rows, err := rowsBy(d, s, record)
		if err != nil && !errors.Is(err, ErrMalformed) && !errors.Is(err, ErrMismatch) {
			t.Fatal(err)
		}
		var want map[string]json.RawMessage
		valid := json.Valid(record) && json.Unmarshal(record, &want) == nil && want != nil
		if err == nil && len(rows) == 1 && !valid {
			t.Errorf("%q was read", record)
		}
		if valid && errors.Is(err, ErrMalformed) && len(record) < 400 && json.Valid([]byte(strings.ToValidUTF8(string(record), ""))) && strings.ToValidUTF8(string(record), "") == string(record) {
			t.Errorf("%q was refused: %v", record, err)
		}
		var text string
		if err == nil && len(rows) == 1 && json.Unmarshal(want["a"], &text) == nil && rows[0][0].Valid && string(rows[0][0].Bytes) != text {
			t.Errorf("%q: %q, want %q", record, rows[0][0].Bytes, text)
		}
	})
}
