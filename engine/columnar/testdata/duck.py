"""duck.py FILE VERSION CODEC …: writes files of the same rows with DuckDB and says what their columns add up to, as TestPyarrowAndDuckDB does."""
import sys

import duckdb

c = duckdb.connect()
c.execute("""create table t as select
    case when i%7>0 then i*1000003 end::bigint c0, (i%100)::int c1, (i%3)::smallint c2, case when i%11>0 then i%5 end::tinyint c3, i/2.0::double c4, (i%1000)::float/2 c5,
    case when i%5>0 then 'text '||(i%2000) end c6, case when i%3>0 then i%2=0 end c7, date '2020-01-01'+(i%400)::int c8, timestamp '2026-01-01'+interval (i) second c9,
    (i%1000000/100.0)::decimal(9,2) c10, (i*123456789)::decimal(30,5) c11,
    case when i%4>0 then [i::int, null, (i%9)::int] when i%8=0 then [] end c12, case when i%6>0 then {'a': (i%77)::int, 'b': case when i%5>0 then 'x' end} end c13,
    case when i%4>0 then map {'k'||(i%3): (i%13)::int} end c14, (i%4000000000)::uinteger c15
  from range(300000) r(i)""")
for file, version, codec in zip(*[iter(sys.argv[1:])] * 3):
    c.execute(f"copy t to '{file}' (format parquet, compression {codec}, parquet_version {version}, row_group_size 100000)")
sums = c.execute("""select sum(c0), sum(c1), sum(c2), sum(c3), sum((c4*2)::bigint), sum((c5*2)::bigint), sum(strlen(c6)), sum(c7::int), sum(c8 - date '1970-01-01'), 0, sum((c10*100)::bigint), sum((c11*100000)::hugeint),
    sum(list_sum(c12)), sum(coalesce(c13.a,0)+coalesce(strlen(c13.b),0)), sum(2+list_sum(map_values(c14))), sum(c15) from t""").fetchone()
sums = [int(x) for x in sums]
# an instant is added up as its seconds and the microseconds behind them
sums[9] = int(c.execute("select sum(epoch(c9)::bigint) from t").fetchone()[0])
print(300000, "[" + " ".join(str(x) for x in sums) + "]")
