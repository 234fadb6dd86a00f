package serde

import (
	"errors"
	"testing"
)

const (
	openXClass = "org.openx.data.jsonserde.JsonSerDe"
	hiveJSON   = "org.apache.hive.hcatalog.data.JsonSerDe"
)

func TestJSON(t *testing.T) {
	lines := `{"n": 1, "S":"a\"\u00e9\ud83d\ude00", "x": {"deep":[1,{"y":"}"}]}, "list":[1,null,3], "m":{"k":{"a":1},"l":{"b":"z","a":2}}, "at":"2026-11-02T03:04:05.5Z"}
{"S":null,"n":"7","at":1793588645500,"d":1.5e3,"ok":true,"dec":"12.345"}
{"at":"2026-11-02 03:04:05","s":12.50}
`
	columns := []string{"n int", "s string", "list array<int>", "m map<string,struct<a:int,b:string>>", "at timestamp", "d double", "ok boolean", "dec decimal(6,2)"}
	want := `1|"a\"é😀"|[1,NULL,3]|{"k",(1,NULL),"l",(2,"z")}|1793588645.500000|NULL|NULL|NULL
7|NULL|NULL|NULL|1793588645.500000|1500|true|1235e-2
NULL|"12.50"|NULL|NULL|1793588645.000000|NULL|NULL|NULL
`
	for _, class := range []string{openXClass, hiveJSON} {
		tbl := table(t, class, nil, columns...)
		expect(t, tbl, object("a.json", []byte(lines)), want)
		expect(t, tbl, object("a.json", []byte(lines)), "1|1\n7|7\nNULL|NULL\n", 0, 0)
	}
}

// https://docs.aws.amazon.com/athena/latest/ug/openx-json-serde.html
func TestOpenXProperties(t *testing.T) {
	p := map[string]string{"case.insensitive": "FALSE", "mapping.userid": "userId", "mapping.url2": "Url", "mapping.url1": "URL"}
	expect(t, table(t, openXClass, p, "userid int", "url1 string", "url2 string"), object("x", []byte(`{"userId":1,"userid":2,"URL":"a","Url":"b"}`)), `1|"a"|"b"`+"\n")
	expect(t, table(t, openXClass, map[string]string{"dots.in.keys": "TRUE"}, "a_b int", "c string"), object("x", []byte("{\"a.b\":1,\"c\":[1, {\"x\":2}]}\n\n")), `1|"[1, {\"x\":2}]"`+"\nNULL|NULL\n")
	expect(t, table(t, openXClass, map[string]string{"ignore.malformed.json": "true"}, "a int"), object("x", []byte("{\"a\":1}\n{\"a\":2\nno\n{\"a\":3}\n")), "1\nNULL\nNULL\n3\n")
	expect(t, table(t, openXClass, map[string]string{"use.null.for.invalid.data": "TRUE"}, "a int"), object("x", []byte("{\"a\":\"x\"}\n{\"a\":{}}\n{\"a\":\"\"}\n")), "NULL\nNULL\nNULL\n")
}

func TestBadJSON(t *testing.T) {
	for class, lines := range map[string][]string{
		openXClass: {`{"a":1`, `{"a":1}x`, `{"a" 1}`, `[1]`, `{"A":1,"a":2}`, `{"a":1e}`, `{"a":"x"}`, `{"x":{"y"}}`, `{"a":"\q"}`, `{"a":99999999999}`, `{"x":01}`},
		hiveJSON:   {``, `{"a":{}}`, `{"a":nul}`, `{"s":[1]}`},
	} {
		for _, line := range lines {
			var bad *BadDataError
			if got, err := all(table(t, class, nil, "a int", "s string"), object("x", []byte(line+"\n"))); !errors.As(err, &bad) {
				t.Errorf("%s: %q gives %q, %v", class, line, got, err)
			}
		}
	}
}

// https://docs.aws.amazon.com/athena/latest/ug/create-cloudtrail-table-org-wide-trail.html
func TestCloudTrail(t *testing.T) {
	file := `{"Records":[{"eventVersion":"1.08","userIdentity":{"type":"Root","accountId":"1"},"requestParameters":{"a":[1]},"readOnly":true},
		{"eventVersion":"1.09","requestParameters":null}]}`
	columns := []string{"eventversion string", "useridentity struct<type:string,accountid:string>", "requestparameters string", "readonly string"}
	want := `"1.08"|("Root","1")|"{\"a\":[1]}"|"true"` + "\n" + `"1.09"|NULL|NULL|NULL` + "\n"
	expect(t, table(t, "com.amazon.emr.hive.serde.CloudTrailSerde", nil, columns...), object("x.json", []byte(file)), want)
	tbl := table(t, hiveJSON, nil, columns...)
	tbl.InputFormat = "com.amazon.emr.cloudtrail.CloudTrailInputFormat"
	expect(t, tbl, object("x.json", []byte(file)), want)
	expect(t, tbl, object("x.json", []byte(`{"Records":[]}`)), "")
}
