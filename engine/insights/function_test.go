package insights

import "testing"

// Each function and operator as its page states it.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-operations-functions.html
func TestFunctions(t *testing.T) {
	m := lines(`{"n":7,"neg":-2.5,"text":" aB ü ","empty":"","blank":" \t","ip":"192.0.2.7","v6":"2001:db8::1","yes":true,"no":false,"none":null,"list":[1,{"a":"x"}],"foo-bar":"dash","a.b":1}`)
	for _, x := range []struct{ expr, want string }{
		{`2 ^ 3`, "8"}, {`10 % 3`, "1"}, {`1 + 2 * 3`, "7"}, {`(1 + 2) * 3`, "9"}, {`7 / 2`, "3.5"}, {`1 - 2 - 3`, "-4"}, {`2 ^ 3 ^ 2`, "512"}, {`-n`, "-7"}, {`n / 0`, ""}, {`text + 1`, ""}, {`none + 1`, ""}, {`1e3 + .5`, "1000.5"},
		{`abs(neg)`, "2.5"}, {`ceil(neg)`, "-2"}, {`floor(neg)`, "-3"}, {`greatest(1, n, 3)`, "7"}, {`least(1, neg, 3)`, "-2.5"}, {`log(1)`, "0"}, {`log(0)`, ""}, {`sqrt(16)`, "4"}, {`sqrt(neg)`, ""}, {`log(n)`, "1.9459"},
		{`ispresent(n)`, "1"}, {`ispresent(none)`, "0"}, {`ispresent(absent)`, "0"}, {`coalesce(absent, none, ip)`, "192.0.2.7"}, {`coalesce(absent)`, ""},
		{`isempty(empty)`, "1"}, {`isempty(absent)`, "1"}, {`isempty(blank)`, "0"}, {`isblank(blank)`, "1"}, {`isblank(ip)`, "0"}, {`concat(n, "-", ip)`, "7-192.0.2.7"},
		{`trim(text)`, "aB ü"}, {`ltrim(text)`, "aB ü "}, {`rtrim(text)`, " aB ü"}, {`ltrim("xyZfooxyZ","xyZ")`, "fooxyZ"}, {`rtrim("xyZfooxyZ","xyZ")`, "xyZfoo"}, {`trim("xyZfooxyZ","xyZ")`, "foo"},
		{`strlen(text)`, "6"}, {`toupper(text)`, " AB Ü "}, {`tolower(text)`, " ab ü "}, {`substr("xyZfooxyZ",3, 3)`, "foo"}, {`substr("xyZfooxyZ",3)`, "fooxyZ"}, {`concat("a", substr("abc",9))`, "a"}, {`replace("foo","o","0")`, "f00"}, {`replace(ip,".","")`, "19202" + "7"},
		{`strcontains("foo","oo")`, "1"}, {`strcontains("foo","x")`, "0"}, {`strlen(absent)`, ""},
		{`bin(1h)`, "2026-01-01 00:00:00.000"}, {`datefloor(fromMillis(1767229199999), 1h)`, "2026-01-01 00:00:00.000"}, {`dateceil(fromMillis(1767225600001), 1h)`, "2026-01-01 01:00:00.000"}, {`dateceil(@timestamp, 1h)`, "2026-01-01 00:00:00.000"},
		{`datefloor(fromMillis(1771113600000), 1mo)`, "2026-02-01 00:00:00.000"}, {`datefloor(fromMillis(1771113600000), 1q)`, "2026-01-01 00:00:00.000"}, {`datefloor(fromMillis(1771113600000), 2years)`, "2026-01-01 00:00:00.000"}, {`datefloor(@timestamp, 1w)`, "2025-12-29 00:00:00.000"}, {`dateceil(fromMillis(1771113600000), 1mon)`, "2026-03-01 00:00:00.000"},
		{`toMillis(@timestamp)`, "1767225600000"}, {`fromMillis(toMillis(@timestamp) + 1)`, "2026-01-01 00:00:00.001"}, {`now()`, "1767225600"}, {`datefloor(@timestamp, 5min)`, "2026-01-01 00:00:00.000"}, {`datefloor(@timestamp, 15msecs)`, "2026-01-01 00:00:00.000"},
		{`isValidIp(ip)`, "1"}, {`isValidIp(v6)`, "1"}, {`isValidIp(text)`, "0"}, {`isValidIpv4(ip)`, "1"}, {`isValidIpv4(v6)`, "0"}, {`isValidIpv6(v6)`, "1"}, {`isIpInSubnet(ip, "192.0.2.0/24")`, "1"}, {`isIpv4InSubnet(ip, "198.51.100.0/24")`, "0"}, {`isIpv6InSubnet(v6, "2001:db8::/32")`, "1"}, {`isIpv4InSubnet(v6, "192.0.2.0/24")`, "0"},
		{`jsonStringify(jsonParse("{ \"a\" : [1, 2] }"))`, `{"a":[1,2]}`}, {`jsonParse("no")`, ""},
		{`yes`, "1"}, {`no`, "0"}, {`none`, ""}, {`list.0`, "1"}, {`list.1.a`, "x"}, {`list`, ""}, {"`foo-bar`", "dash"}, {`a.b`, "1"}, {`n = 7`, "1"}, {`n = "7"`, "1"}, {`n = 7.0`, "1"}, {`n != 8`, "1"}, {`absent = 1`, "0"}, {`absent != 1`, "1"}, {`absent < 1`, "0"}, {`n >= 7`, "1"}, {`n < 10`, "1"}, {`ip < "2"`, "1"},
		{`not (n = 7 and ip = "x")`, "1"}, {`n = 8 or yes`, "1"}, {`n in [1, 7]`, "1"}, {`ip in ["192.0.2"]`, "0"}, {`n not in ["7"]`, "0"}, {`absent not in [1]`, "1"}, {`ip like "0.2."`, "1"}, {`ip like /^192.*7$/`, "1"}, {`ip =~ /(?i)X/`, "0"}, {`ip not like /9/`, "0"}, {`ip like 'x'`, "0"},
	} {
		got := m.ask(t, "fields "+x.expr+" as x")
		if x.want != "" {
			x.want = "x=" + x.want
		}
		want(t, x.expr, got, x.want)
	}
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html
func TestAggregates(t *testing.T) {
	m := lines(`{"n":2,"s":"b"}`, `{"n":4,"s":"a10"}`, `{"n":4,"s":"a9"}`, `{"n":"x"}`, `{"n":10,"t":1}`)
	for _, x := range []struct{ expr, want string }{
		{`count(*)`, "5"}, {`count()`, "5"}, {`count(s)`, "3"}, {`count_distinct(n)`, "4"}, {`sum(n)`, "20"}, {`avg(n)`, "5"}, {`min(n)`, "x"}, {`max(n)`, "10"}, {`stddev(n)`, "3"}, {`pct(n, 50)`, "4"}, {`pct(n, 100)`, "10"}, {`pct(n, 0)`, "2"}, {`pct(n, 99.9)`, "10"},
		{`earliest(n)`, "2"}, {`latest(n)`, "10"}, {`latest(s)`, "a9"}, {`sortsFirst(s)`, "a9"}, {`sortsLast(s)`, "b"}, {`sum(absent)`, ""}, {`max(absent)`, ""}, {`count(absent)`, "0"}, {`sum(n) / count(n)`, "4"}, {`sum(n * 2)`, "40"}, {`sum(n > 3)`, "4"}, {`avg(n / 3)`, "1.6667"},
	} {
		if x.want != "" {
			x.want = "x=" + x.want
		}
		want(t, x.expr, m.ask(t, "stats "+x.expr+" as x"), x.want)
	}
	want(t, "what nobody sums", lines().ask(t, "stats count(*)"), "count(*)=0")
	want(t, "tenths are exact", lines(`{"n":0.1}`, `{"n":0.2}`, `{"n":1e300}`, `{"n":-1e300}`).ask(t, "stats sum(n) * 10"), "sum(n) * 10=3")
}

// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Sort.html
func TestSortOrder(t *testing.T) {
	m := lines(`{"v":"A9876fghj"}`, `{"v":"3"}`, `{"v":"!"}`, `{"v":"*%04"}`, `{"v":"111A"}`, `{"v":"01"}`, `{"v":"0"}`, `{"v":"a12345hfh"}`, `{"v":"5A"}`, `{"v":"@_"}`, `{"v":"2345_"}`, `{"v":"#"}`, `{"v":"0#"}`, `{"v":"@"}`, `{"v":"2"}`, `{"v":"A"}`, `{"v":"1"}`)
	want(t, "order", m.ask(t, "fields v | sort v asc"), "v=!\nv=#\nv=*%04\nv=0#\nv=5A\nv=111A\nv=2345_\nv=@\nv=@_\nv=A\nv=A9876fghj\nv=a12345hfh\nv=0\nv=01\nv=1\nv=2\nv=3")
}

// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_QueryCompileError.html
func TestRefused(t *testing.T) {
	for _, x := range []struct{ query, want string }{
		{"", "the query is empty"}, {"# nothing", "the query is empty"},
		{"fields @message | filtre x", "unexpected symbol found filtre at line 1 and position 19"},
		{"fields @message |\n  sort", "unexpected end of the query at line 2 and position 7"},
		{"filter a = ", "unexpected end of the query at line 1 and position 12"},
		{"filter @message like /(?=x)/", "invalid regular expression at line 1 and position 22: invalid or unsupported Perl syntax: (?="},
		{"filter @message like /(a/", "invalid regular expression at line 1 and position 22: missing closing ): (a"},
		{"fields foo(x)", "unknown function foo at line 1 and position 8"},
		{"fields abs(1, 2)", "the function abs is given 2 arguments, which are too many or too few, at line 1 and position 8"},
		{"fields sum(x)", "the aggregate function sum can only stand in stats, at line 1 and position 8"},
		{"stats sum(max(x))", "the aggregate function max can only stand in stats, at line 1 and position 11"},
		{"stats x by y", "x must stand in an aggregate function or behind by at line 1 and position 7"},
		{"stats count(*) | stats count(*) | stats count(*)", "a query can have at most 2 stats commands, at line 1 and position 35"},
		{"stats count(*) as n | sort n | stats max(n)", "sort cannot stand before the second stats, at line 1 and position 32"},
		{"dedup a | fields b", "only limit can stand behind dedup, at line 1 and position 11"},
		{"limit 10001", "the limit must be between 1 and 10000, at line 1 and position 7"},
		{"limit 0", "the limit must be between 1 and 10000, at line 1 and position 7"},
		{`parse @message "a * b *" as x`, "the expression of parse has 2 wildcards, but 1 names are given, at line 1 and position 16"},
		{`parse @message /a(.*)/`, "the regular expression of parse must have a named capturing group, at line 1 and position 16"},
		{"anomaly on x", "the command anomaly is not supported by this estate, at line 1 and position 1"},
		{"stats count(*) by bin(5x)", "invalid time period 5x at line 1 and position 23"},
		{`filter a = "open`, "a text is not closed at line 1 and position 12"},
		{"filter `a", "a name in backticks is not closed at line 1 and position 8"},
		{`filter isIpv4InSubnet(a, "x")`, "x is not a subnet in CIDR notation for isipv4insubnet, at line 1 and position 26"},
	} {
		_, err := lines().run(x.query)
		if err == nil {
			t.Errorf("%q is taken", x.query)
			continue
		}
		want(t, x.query, err.Error(), x.want)
	}
	deep := "filter "
	for range 200 {
		deep += "("
	}
	_, fault := Parse(deep)
	want(t, "deep", fault.Message, "expressions are nested too deeply at line 1 and position 108")
}
