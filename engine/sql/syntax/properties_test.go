package syntax

import "testing"

// Hive takes the backslashes out of properties too: whoever declares a table writes a pattern's twice.
// https://docs.aws.amazon.com/athena/latest/ug/querying-apache-logs.html
func TestPropertiesAreUnescaped(t *testing.T) {
	s, err := Parse(`CREATE EXTERNAL TABLE t (a string) ROW FORMAT SERDE 'x' WITH SERDEPROPERTIES ('input.regex' = '^(\\S+) \"(\\d+)\"$') LOCATION 's3://b/'`)
	if err != nil {
		t.Fatal(err)
	}
	c, ok := s.(*CreateTable)
	if !ok || len(c.RowFormat.Properties) != 1 || c.RowFormat.Properties[0].Value != `^(\S+) "(\d+)"$` {
		t.Errorf("%#v", s)
	}
}
