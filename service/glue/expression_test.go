package glue

import (
	"slices"
	"strings"
	"testing"

	"unyo/base/awserr"
)

// https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartitions.html: the operators, and the types of keys.
func TestExpression(t *testing.T) {
	keys := columns("n", "int", "s", "string", "d", "date", "ts", "timestamp", "dec", "decimal(10,2)", "f", "double")
	rows := []string{
		"9|nine|2024-12-31|2024-12-31 23:59:59|9.00|1",
		"10|ten|2025-01-01|2025-01-01 00:00:00.5|10.50|1",
		"11|Ten%|2025-01-02|2025-01-02|-1|1",
		"x|it's|__HIVE_DEFAULT_PARTITION__|no|1|1",
		"-1|__HIVE_DEFAULT_PARTITION__|2025-02-01|2025-02-01 10:00:00|1|1",
	}
	for text, want := range map[string]string{
		"":                                     "01234",
		"n = 10":                               "1",
		"n > 9":                                "12", // as numbers: "10" < "9" as texts
		"n >= '10'":                            "12",
		"10 <= n":                              "12",
		"n = -1":                               "4",
		"n <> 10":                              "024", // what is no int is neither equal nor unequal
		"n != 10":                              "024",
		"not n = 10":                           "024",
		"n in (9, 11)":                         "02",
		"n not in (9, 11)":                     "14",
		"N BETWEEN 9 AND 10":                   "01",
		"n not between 9 and 10":               "24",
		"s = 'ten'":                            "1",
		"s < 'n'":                              "23",
		"s = 'it''s'":                          "3",
		`"s" = 'ten' or ` + "`n`" + ` = 9`:     "01",
		"s like 't%'":                          "1",
		"s like '_en%'":                        "12",
		"s not like '%en%'":                    "03",
		"s like '%'":                           "0123",
		"s is null":                            "4",
		"s IS NOT NULL":                        "0123",
		"d >= '2025-01-01'":                    "124",
		"d = date '2025-01-02'":                "2",
		"ts > timestamp '2025-01-01 00:00:00'": "124",
		"ts < '2025-01-01 00:00:00.500'":       "0",
		"dec = 10.5":                           "1",
		"dec < -0.5":                           "2",
		"n=10 and s='ten' or n=9":              "01",
		"n=9 or n=10 and s='nine'":             "0",
		"(n=9 or n=10) and s='nine'":           "0",
		"not (n=9 or n=10)":                    "24",
		"not not n=9":                          "0",
		"n = 9 and d is null":                  "",
	} {
		e, err := parseExpression(text, keys)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got := ""
		for i, r := range rows {
			if e.holds(strings.Split(r, "|")) {
				got += string(rune('0' + i))
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
	for _, bad := range []string{
		"n", "n =", "= 1", "n = 10 and", "path = 1", "n = 'ten'", "n = 1.5", "d = '2025'", "ts = 'noon'", "f = 1", "n in ()", "n in (1", "n in 1", "n between 1 or 2",
		"s like 5", "(n=1", "n=1)", "n=1 n=2", "n = = 1", "s = 'open", "n ~ 1", "n = ;", "not", "1 = 1", "- = n", "-", "n is 5", "s = -'a'", "n = date 5",
		strings.Repeat("(", 200) + "n=1" + strings.Repeat(")", 200), strings.Repeat("not ", 1000) + "n=1",
	} {
		if _, err := parseExpression(bad, keys); awserr.Code(err) != "InvalidInputException" {
			t.Errorf("%.40s: %v", bad, err)
		}
	}
}

// Any text is an expression or is refused; what is one can be judged for any values, also too few.
func FuzzExpression(f *testing.F) {
	for _, s := range []string{"n=1 and s like '%a_'", "not (d between '2024-01-01' and '2025-01-01')", "ts in ('2025-01-01 00:00:00') or 5 < n", "s is not null"} {
		f.Add(s, "1", "a")
	}
	keys := columns("n", "int", "s", "string", "d", "date", "ts", "timestamp", "dec", "decimal(10,2)")
	f.Fuzz(func(t *testing.T, text, a, b string) {
		e, err := parseExpression(text, keys)
		if err != nil {
			if awserr.Code(err) != "InvalidInputException" {
				t.Fatal(err)
			}
			return
		}
		for _, values := range [][]string{{}, {a}, {a, b, a, b, a}, {b, a, b, a, b}} {
			if again := slices.Clone(values); e.holds(values) && !e.holds(again) {
				t.Error("not the same twice")
			}
		}
	})
}
