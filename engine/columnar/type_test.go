package columnar

import "testing"

func TestParseType(t *testing.T) {
	for text, want := range map[string]string{
		"int": "int", " BIGINT ": "bigint", "integer": "int", "decimal": "decimal(10,0)", "decimal(5)": "decimal(5,0)", "numeric(38,38)": "decimal(38,38)", "varchar( 10 )": "varchar(10)",
		"array<map<string,struct<a:int,b_c:array<date>>>>": "array<map<string,struct<a:int,b_c:array<date>>>>",
		"struct<Ip Address:string, x.y:int>":               "struct<Ip Address:string,x.y:int>",
		"map < int , array < timestamp > >":                "map<int,array<timestamp>>",
	} {
		got, err := ParseType(text)
		if err != nil || got.String() != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"":                    "Error: type expected at the position 0 of '' but '' is found.",
		"foo":                 "Error: type expected at the position 0 of 'foo' but 'foo' is found.",
		"array<foo>":          "Error: type expected at the position 6 of 'array<foo>' but 'foo>' is found.",
		"array<int":           "Error: > expected at the position 9 of 'array<int' but '' is found.",
		"map<int>":            "Error: , expected at the position 7 of 'map<int>' but '>' is found.",
		"struct<>":            "Error: name expected at the position 7 of 'struct<>' but '>' is found.",
		"struct<a:int,A:int>": "Error: another name expected at the position 13 of 'struct<a:int,A:int>' but 'A:int>' is found.",
		"int x":               "Error: end of type expected at the position 4 of 'int x' but 'x' is found.",
		"decimal(39,1)":       "Error: number from 1 to 38 expected at the position 8 of 'decimal(39,1)' but '39,1)' is found.",
		"decimal(5,6)":        "Error: number from 0 to 5 expected at the position 10 of 'decimal(5,6)' but '6)' is found.",
		"varchar":             "Error: ( expected at the position 7 of 'varchar' but '' is found.",
		"uniontype<int>":      "Error: type expected at the position 0 of 'uniontype<int>' but 'uniontype<int>' is found.",
	} {
		if got, err := ParseType(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
}

// What is read as a type is written as it and read again the same.
func FuzzParseType(f *testing.F) {
	for _, s := range everyType {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		typ, err := ParseType(text)
		if err != nil {
			return
		}
		again, err := ParseType(typ.String())
		if err != nil || again.String() != typ.String() {
			t.Errorf("%q: %s, then %v, %v", text, typ, again, err)
		}
	})
}
