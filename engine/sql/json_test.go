package sql_test

import "testing"

// customers is the table of https://trino.io/docs/current/functions/json.html's examples.
const customers = ` FROM (VALUES (101, '{"comment" : "nice", "children" : [10, 13, 16]}'), (102, '{"comment" : "problematic", "children" : [8, 11]}'), (103, '{"comment" : "knows best", "children" : [2]}')) customers(id, description)`

func TestJSONFunctions(t *testing.T) {
	check(t, world(t), [][2]string{
		{"SELECT id, json_exists(description, 'lax $.children[*]?(@ > 10)')" + customers, "101|true\n102|true\n103|false"},
		{"SELECT id, json_exists(description, 'strict $.children[2]?(@ > 10)' UNKNOWN ON ERROR)" + customers, "101|true\n102|NULL\n103|NULL"},
		{"SELECT json_query(description, 'lax $.children')" + customers, "[10,13,16]\n[8,11]\n[2]"},
		{"SELECT json_query(description, 'lax $.children[*]' WITHOUT ARRAY WRAPPER NULL ON ERROR)" + customers, "NULL\nNULL\n2"},
		{"SELECT json_query(description, 'lax $.children[last]' WITH ARRAY WRAPPER)" + customers, "[16]\n[11]\n[2]"},
		{"SELECT json_query(description, 'strict $.children[*]?(@ > 12)' WITH ARRAY WRAPPER EMPTY ARRAY ON EMPTY)" + customers, "[13,16]\n[]\n[]"},
		{"SELECT json_query(description, 'strict $.comment' KEEP QUOTES), json_query(description, 'strict $.comment' OMIT QUOTES)" + customers, "\"nice\"|nice\n\"problematic\"|problematic\n\"knows best\"|knows best"},
		{"SELECT json_value(description, 'lax $.comment' RETURNING char(12)) || '.'" + customers, "nice        .\nproblematic .\nknows best  ."},
		{"SELECT json_value(description, 'lax $.children[0]' RETURNING tinyint)" + customers, "10\n8\n2"},
		{"SELECT json_value(description, 'strict $.children[2]' DEFAULT 'err' ON ERROR)" + customers, "16\nerr\nerr"},
		{"SELECT json_value(description, 'lax $.children[2]' DEFAULT 'missing' ON EMPTY)" + customers, "16\nmissing\nmissing"},
		{"SELECT json_value(description, 'lax $.children[2]' RETURNING integer DEFAULT id / (id - 102) ON EMPTY DEFAULT -1 ON ERROR)" + customers, "16\n-1\n103"},
		{"SELECT count(*), sum(json_value(description, 'lax $.children.size()' RETURNING bigint))" + customers + " WHERE json_exists(description, 'lax $.children[*]?(@ == 11 || @ == 13)')", "2|5"},
		{"SELECT json_value(description, 'lax $.comment'), count(*)" + customers + " GROUP BY json_value(description, 'lax $.comment') ORDER BY 1 LIMIT 1", "knows best|1"},
	})
}

func TestJSONValues(t *testing.T) {
	abc := `'["a", "b", "c"]'`
	expressions(t, [][2]string{
		{"json_value(" + abc + ", 'lax $[1]')", "b"}, {"json_value(" + abc + ", 'lax $[2 to 100]')", "c"}, {"json_value(" + abc + ", 'strict $[100]')", "NULL"}, {"json_value(" + abc + ", 'strict $[100]' DEFAULT 'x' ON ERROR)", "x"},
		{"json_value(" + abc + ", 'strict $[100]' ERROR ON ERROR)", "!PATH_EVALUATION_ERROR: path evaluation failed: structural error: invalid array subscript: [100, 100] for array of size 3"},
		{"json_value(" + abc + ", 'lax $[100]' ERROR ON EMPTY)", "!JSON_VALUE_RESULT_ERROR: cannot extract SQL scalar from JSON: JSON path found no items"}, {"json_value(" + abc + ", 'lax $[0 to 2]' ERROR ON ERROR)", "!JSON_VALUE_RESULT_ERROR: cannot extract SQL scalar from JSON: JSON path found multiple items"},
		{"json_value(" + abc + ", 'lax $' ERROR ON ERROR)", "!JSON_VALUE_RESULT_ERROR: cannot extract SQL scalar from JSON: JSON path found an item that cannot be converted to an SQL value"}, {"json_value('[...', 'lax $[1]')", "NULL"}, {"json_value('[...', 'lax $[1]' ERROR ON ERROR)", "!JSON_INPUT_CONVERSION_ERROR: conversion to JSON failed: "},
		{"json_value(" + abc + " FORMAT JSON ENCODING UTF8, 'lax $[1]')", "!TYPE_MISMATCH: line 1:19: Cannot read input of type varchar(15) as JSON using formatting JSON ENCODING UTF8"}, {"json_value(X'5B0035005D00' FORMAT JSON ENCODING UTF16, 'lax $[0]')", "5"}, {"json_value(to_utf8('[7]'), 'lax $[0]')", "7"},
		{"json_value(" + abc + ", 'lax $number + 1' PASSING 2 AS number)", "!INVALID_PATH: line 1:38: no value passed for parameter number. Try quoting \"number\" in the PASSING clause to match case"}, {"json_value(" + abc + ", 'lax $number + 1' PASSING 5 AS \"number\")", "6"}, {"json_value(" + abc + ", 'lax $array[0]' PASSING '[1, 2, 3]' FORMAT JSON AS \"array\")", "1"},
		{"json_value(" + abc + ", 'lax $array[0]' PASSING '[...' FORMAT JSON AS \"array\" ERROR ON ERROR)", "!JSON_INPUT_CONVERSION_ERROR"}, {"json_value(" + abc + ", 'lax $P' PASSING INTERVAL '2' DAY AS p)", "2 00:00:00.000"}, {"json_value(" + abc + ", 'lax 1')", "1"}, {"json_value(" + abc + ", 'lax true')", "true"}, {"json_value(" + abc + ", 'lax null')", "NULL"},
		{"json_value(" + abc + ", 'lax 1000' RETURNING tinyint)", "NULL"}, {"json_value(" + abc + ", 'lax 1000' RETURNING tinyint DEFAULT TINYINT '-1' ON ERROR)", "-1"}, {"json_value(" + abc + ", 'lax 1000000000000 * 1000000000000' RETURNING bigint DEFAULT TINYINT '-1' ON ERROR)", "-1"}, {"json_value(" + abc + ", 'certainly not a valid path')", "!INVALID_PATH: line 1:39: mismatched input 'certainly' expecting {'lax', 'strict'}"},
		{"json_value(NULL, 'lax $')", "NULL"}, {"json_value(" + abc + ", 'lax $V' PASSING NULL AS v)", "NULL"}, {"json_value(" + abc + ", 'lax $V' PASSING NULL FORMAT JSON AS v DEFAULT 'was empty' ON EMPTY)", "was empty"}, {"json_exists(" + abc + ", 'lax $V' PASSING NULL AS v)", "true"}, {"json_value(" + abc + ", 'lax 1 + $[0]' DEFAULT 'no' ON ERROR)", "no"},
		{"json_value('{\"a\": 5}', 'lax $.a' RETURNING double)", "5.0"}, {"json_value('{\"d\": \"2020-01-02\"}', 'lax $.d' RETURNING date)", "2020-01-02"}, {"json_value('[1.50]', 'lax $[0]' RETURNING decimal(5,2))", "1.50"}, {"json_value(JSON '{\"a\": true}', 'lax $.a' RETURNING boolean)", "true"}, {"json_value('[1]', 'lax $[0]' RETURNING array(integer))", "!TYPE_MISMATCH"},
		{"json_query(" + abc + ", 'lax $[0 to 1]' ERROR ON ERROR)", "!JSON_OUTPUT_CONVERSION_ERROR: conversion from JSON failed: JSON path found multiple items"}, {"json_query(" + abc + ", 'lax $[0 to 1]' WITH CONDITIONAL WRAPPER)", `["a","b"]`}, {"json_query(" + abc + ", 'lax $' WITH CONDITIONAL ARRAY WRAPPER)", `["a","b","c"]`}, {"json_query(" + abc + ", 'lax $' WITH ARRAY WRAPPER)", `[["a","b","c"]]`},
		{"json_query(" + abc + ", 'lax $.x' EMPTY OBJECT ON EMPTY)", "{}"}, {"json_query('{\"b\": 1, \"a\": [1.50, 2]}', 'lax $')", `{"b":1,"a":[1.5,2]}`}, {"json_query(" + abc + ", 'lax $[0]' WITH WRAPPER OMIT QUOTES)", "!INVALID_FUNCTION_ARGUMENT"}, {"json_query(" + abc + ", 'lax $' RETURNING varbinary FORMAT JSON ENCODING UTF16 NULL ON EMPTY EMPTY ARRAY ON ERROR)", "5b 00 22 00 61 00 22 00 2c 00 22 00 62 00 22 00 2c 00 22 00 63 00 22 00 5d 00"},
		{"json_query(" + abc + ", 'lax $' RETURNING varchar(3))", "NULL"}, {"typeof(json_query(JSON '[1]', 'lax $'))", "json"}, {"json_value('{\"a\":1}', 'lax $.a' DEFAULT 1/0 ON EMPTY)", "!TYPE_MISMATCH"}, {"json_value('{}', 'lax $.a' RETURNING integer DEFAULT 1/0 ON EMPTY)", "NULL"}, {"json_value('{}', 'lax $.a' RETURNING integer DEFAULT 1/0 ON EMPTY DEFAULT 3 ON ERROR)", "3"},

		{"json_array(true, 12e-1, 'text')", `[true,1.2,"text"]`}, {"json_array('[  \"text\"  ] ' FORMAT JSON, X'5B0035005D00' FORMAT JSON ENCODING UTF16)", `[["text"],[5]]`}, {`json_array(json_query('{"key" : [  "value"  ]}', 'lax $.key'))`, `[["value"]]`}, {"json_array(DATE '2001-01-31', UUID '12151fd2-7586-11e9-8f9e-2a86e4085a59')", `["2001-01-31","12151fd2-7586-11e9-8f9e-2a86e4085a59"]`},
		{"json_array()", "[]"}, {"json_array(true, null, 1)", "[true,1]"}, {"json_array(true, null, 1 ABSENT ON NULL)", "[true,1]"}, {"json_array(true, null, 1 NULL ON NULL)", "[true,null,1]"}, {"json_array(true, 1 RETURNING VARCHAR(100))", "[true,1]"}, {"json_array(true, 1 RETURNING VARBINARY)", "5b 74 72 75 65 2c 31 5d"},
		{"json_array(true, 1 RETURNING VARBINARY FORMAT JSON ENCODING UTF16)", "5b 00 74 00 72 00 75 00 65 00 2c 00 31 00 5d 00"}, {"json_array(nan())", "!JSON_OUTPUT_CONVERSION_ERROR"}, {"json_array('[' FORMAT JSON)", "!JSON_INPUT_CONVERSION_ERROR"}, {"json_array(ARRAY[1])", "!NOT_SUPPORTED"}, {"json_array(RETURNING varbinary)", "5b 5d"}, {"json_array(1.10, JSON '{\"a\":1}')", `[1.10,{"a":1}]`},
		{"json_object('key1' : 1, 'key2' : true)", `{"key1":1,"key2":true}`}, {"json_object(KEY 'key1' VALUE 1, KEY 'key2' VALUE true)", `{"key1":1,"key2":true}`}, {"json_object('key1' VALUE 1, 'key2' VALUE true)", `{"key1":1,"key2":true}`}, {"json_object('x' : true, 'y' : 12e-1, 'z' : 'text')", `{"x":true,"y":1.2,"z":"text"}`},
		{`json_object('x' : '[  "text"  ] ' FORMAT JSON, 'y' : X'5B0035005D00' FORMAT JSON ENCODING UTF16)`, `{"x":["text"],"y":[5]}`}, {`json_object('x' : json_query('{"key" : [  "value"  ]}', 'lax $.key'))`, `{"x":["value"]}`}, {"json_object()", "{}"}, {"json_object('x' : null, 'y' : 1)", `{"x":null,"y":1}`}, {"json_object('x' : null, 'y' : 1 ABSENT ON NULL)", `{"y":1}`},
		{"json_object('x' : null, 'x' : 1 WITH UNIQUE KEYS)", "!INVALID_FUNCTION_ARGUMENT: duplicate key passed to JSON_OBJECT function"}, {"json_object('x' : 1, 'x' : 2 WITHOUT UNIQUE KEYS)", `{"x":1,"x":2}`}, {"json_object(1 : 2)", "!TYPE_MISMATCH"}, {"json_object(NULL : 2)", "!INVALID_FUNCTION_ARGUMENT"}, {"json_object('x' : 1 RETURNING VARBINARY)", "7b 22 78 22 3a 31 7d"},
	})
}

// The examples of https://trino.io/docs/current/functions/json.html#json-table.
func TestJSONTable(t *testing.T) {
	regions := `'[{"id":1,"name":"Africa","wikiDataId":"Q15"},{"id":2,"name":"Americas","wikiDataId":"Q828"},{"id":3,"name":"Asia","wikiDataId":"Q48"},{"id":4,"name":"Europe","wikiDataId":"Q51"}]'`
	continents := `'[{"continent": "Asia", "countries": [{"name": "Japan", "population": 125.7}, {"name": "Thailand", "population": 71.6}]}, {"continent": "Europe", "countries": [{"name": "France", "population": 67.4}, {"name": "Germany", "population": 83.2}]}]'`
	check(t, world(t), [][2]string{
		{"SELECT * FROM json_table(" + regions + `, 'strict $' COLUMNS (NESTED PATH 'strict $[*]' COLUMNS (id integer PATH 'strict $.id', name varchar PATH 'strict $.name', wiki_data_id varchar PATH 'strict $."wikiDataId"')))`, "1|Africa|Q15\n2|Americas|Q828\n3|Asia|Q48\n4|Europe|Q51"},
		{"SELECT * FROM json_table(" + continents + `, 'lax $' COLUMNS (NESTED PATH 'lax $[*]' COLUMNS (continent varchar PATH 'lax $.continent', NESTED PATH 'lax $.countries[*]' COLUMNS (country varchar PATH 'lax $.name', population double PATH 'lax $.population'))))`, "Asia|Japan|125.7\nAsia|Thailand|71.6\nEurope|France|67.4\nEurope|Germany|83.2"},
		{`SELECT * FROM JSON_TABLE('[]', 'lax $' AS "root_path" COLUMNS(a varchar(1) PATH 'lax "A"', NESTED PATH 'lax $[*]' AS "nested_path" COLUMNS (b varchar(1) PATH 'lax "B"')) PLAN ("root_path" INNER "nested_path"))`, ""},
		{`SELECT * FROM JSON_TABLE('[]', 'lax $' AS "root_path" COLUMNS(a varchar(1) PATH 'lax "A"', NESTED PATH 'lax $[*]' AS "nested_path" COLUMNS (b varchar(1) PATH 'lax "B"')) PLAN ("root_path" OUTER "nested_path"))`, "A|NULL"},
		{`SELECT * FROM JSON_TABLE('[]', 'lax $' AS "root_path" COLUMNS(a varchar(1) PATH 'lax "A"', NESTED PATH 'lax $[*]' AS "nested_path" COLUMNS (b varchar(1) PATH 'lax "B"'))) t`, "A|NULL"},
		{"SELECT id, n, child, j.all" + customers + ` CROSS JOIN JSON_TABLE(description, 'lax $.children[*]' COLUMNS (n FOR ORDINALITY, child integer PATH 'lax $', "all" varchar FORMAT JSON PATH 'lax $' WITH WRAPPER)) AS j WHERE child > 10 ORDER BY 1, 2`, "101|2|13|[13]\n101|3|16|[16]\n102|2|11|[11]"},
		{"SELECT id, child FROM (VALUES (1, '{}'), (2, '[')) v(id, d) LEFT JOIN JSON_TABLE(d, 'lax $.x' COLUMNS (child integer PATH 'lax $')) ON true", "1|NULL\n2|NULL"},
		{"SELECT * FROM JSON_TABLE('[', 'lax $' COLUMNS (a integer PATH 'lax $') ERROR ON ERROR)", "!JSON_INPUT_CONVERSION_ERROR"}, {"SELECT * FROM JSON_TABLE('[1]', 'strict $.x' COLUMNS (a integer PATH 'lax $') EMPTY ON ERROR)", ""}, {"SELECT * FROM JSON_TABLE('[{}]', 'lax $[*]' COLUMNS (a integer PATH 'lax $.a' DEFAULT 7 ON EMPTY, b varchar PATH 'strict $.b' DEFAULT 'bad' ON ERROR))", "7|bad"},
		{"SELECT * FROM JSON_TABLE('{\"a\": [1, 2], \"b\": [\"x\"]}', 'lax $' COLUMNS (NESTED 'lax $.a[*]' COLUMNS (a integer PATH 'lax $'), NESTED PATH 'lax $.b[*]' COLUMNS (b varchar PATH 'lax $')))", "1|NULL\n2|NULL\nNULL|x"}, {"SELECT * FROM JSON_TABLE('[1, 5]', 'lax $[*]?(@ > $LOW)' PASSING 2 AS low COLUMNS (a bigint PATH 'lax $'))", "5"},
	})
}

// expressions holds each expression against what it gives.
func expressions(t *testing.T, list [][2]string) {
	t.Helper()
	queries := make([][2]string, len(list))
	for i, c := range list {
		queries[i] = [2]string{"SELECT " + c[0], c[1]}
	}
	check(t, world(t), queries)
}

// The plans of https://trino.io/docs/current/functions/json.html#json-table
func TestJSONTablePlans(t *testing.T) {
	ask := func(input, plan string) string {
		return "SELECT * FROM JSON_TABLE('" + input + "', 'lax $' AS r COLUMNS (a varchar(1) PATH 'lax \"A\"', NESTED 'lax $.b[*]' AS p COLUMNS (b integer PATH 'lax $', NESTED 'lax $.x[*]' AS q COLUMNS (x integer PATH 'lax $')), NESTED 'lax $.c[*]' AS s COLUMNS (c integer PATH 'lax $')) " + plan + ")"
	}
	both, one := `{"b": [1, 2], "c": [3, 4]}`, `{"b": [{"x": [5, 6]}, 7]}`
	check(t, world(t), [][2]string{
		{ask(both, ""), "A|1|NULL|NULL\nA|2|NULL|NULL\nA|NULL|NULL|3\nA|NULL|NULL|4"}, {ask(both, "PLAN DEFAULT (OUTER, UNION)"), "A|1|NULL|NULL\nA|2|NULL|NULL\nA|NULL|NULL|3\nA|NULL|NULL|4"}, {ask(both, "PLAN DEFAULT (CROSS)"), "A|1|NULL|3\nA|1|NULL|4\nA|2|NULL|3\nA|2|NULL|4"},
		{ask(both, "PLAN DEFAULT (CROSS, INNER)"), ""}, {ask(both, "PLAN (r INNER ((p OUTER q) CROSS s))"), "A|1|NULL|3\nA|1|NULL|4\nA|2|NULL|3\nA|2|NULL|4"}, {ask(both, "PLAN (r OUTER (s UNION (p INNER q)))"), "A|NULL|NULL|3\nA|NULL|NULL|4"},
		{ask(one, "PLAN DEFAULT (INNER)"), "A|NULL|5|NULL\nA|NULL|6|NULL"}, {ask(one, "PLAN (r OUTER ((p OUTER q) CROSS s))"), "A|NULL|NULL|NULL"}, {ask(one, "PLAN (r INNER ((p OUTER q) CROSS s))"), ""}, {ask("{}", "PLAN DEFAULT (INNER)"), ""}, {ask("{}", "PLAN DEFAULT (CROSS)"), "A|NULL|NULL|NULL"},
		{ask(both, "PLAN (r)"), "!INVALID_PLAN"}, {ask(both, "PLAN (p)"), "!INVALID_PLAN"}, {ask(both, "PLAN (r INNER (p UNION s))"), "!INVALID_PLAN"}, {ask(both, "PLAN (r INNER ((p INNER q) UNION s UNION s))"), "!INVALID_PLAN"}, {ask(both, "PLAN (r INNER ((p INNER s) UNION s))"), "!INVALID_PLAN"}, {ask(both, "PLAN DEFAULT (LEFT)"), "!SYNTAX_ERROR"},
		{"SELECT * FROM JSON_TABLE('{}', 'lax $' COLUMNS (NESTED 'lax $.b' COLUMNS (b integer PATH 'lax $')) PLAN (r INNER q))", "!MISSING_PATH_NAME"},
		{`SELECT * FROM JSON_TABLE('{"A" : 42, "b" : true}', 'lax $' COLUMNS (a integer, "b" boolean, c varchar(5) DEFAULT 'empty' ON EMPTY DEFAULT 'error' ON ERROR))`, "42|true|empty"},
	})
}
