package insights

import "testing"

func TestFirst(t *testing.T) {
	m := lines(`{"status":200,"ms":10,"user":{"name":"ann"}}`, `{"status":404,"ms":30}`, `plain error text`, `{"status":200,"ms":20.5}`)
	for _, x := range []struct{ query, want string }{
		{`fields @timestamp, @message | filter @message like "error" | sort @timestamp desc | limit 5`, "@timestamp=2026-01-01 00:00:02.000 @message=plain error text"},
		{`stats count(*), avg(ms) as a, max(ms) - min(ms) as d by status`, "count(*)=1\nstatus=200 count(*)=2 a=15.25 d=10.5\nstatus=404 count(*)=1 a=30 d=0"},
		{`filter status = 404`, `@timestamp=2026-01-01 00:00:01.000 @message={"status":404,"ms":30}`},
		{`fields user.name, ms * 2 | sort ms | limit 3`, "\nuser.name=ann ms * 2=20\nms * 2=41"},
		{`parse @message "* error *" as a, b | display a, b | filter ispresent(a)`, "a=plain b=text"},
		{`stats count(*) by bin(2s)`, "bin(2s)=2026-01-01 00:00:00.000 count(*)=2\nbin(2s)=2026-01-01 00:00:02.000 count(*)=2"},
		{`stats sum(ms), sum(MS), max( ms ) | sort sum(MS), Max(ms)`, "sum(ms)=60.5 max( ms )=30"},
		{`fields ms | dedup status`, "ms=20.5\n\nms=30"},
		{`fields jsonParse(@message) as j | filter ispresent(j) | display j.user.name as n, j.status | sort @timestamp | limit 1`, "n=ann j.status=200"},
	} {
		want(t, x.query, m.ask(t, x.query), x.want)
	}
}
