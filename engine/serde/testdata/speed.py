"""speed.py DIR: makes the files that BenchmarkObjects reads (UNYO_SPEED=DIR), and says what the same questions cost DuckDB.

Needs duckdb and pyarrow from PyPI. One thread; CPU seconds, the best of three."""
import os
import resource
import sys

import duckdb
from pyarrow import orc, parquet

d = sys.argv[1]
os.makedirs(d, exist_ok=True)
c = duckdb.connect()
if not os.path.exists(f"{d}/t.json"):
    c.execute("""create table t as select timestamp '2026-01-01' + interval (i) second as at, '10.0.'||(i%7)||'.'||(i%251) as ip,
      '/api/v2/items/'||(hash(i)%400000) as path, case when hash(i+1)%20=0 then 500 when hash(i+2)%10=0 then 404 else 200 end::int as status,
      (hash(i+3)%100000)::bigint as bytes, (hash(i+4)%1000)/1000.0::double as seconds from range(6000000) r(i)""")
    c.execute(f"copy t to '{d}/t.parquet' (format parquet, compression zstd)")
    orc.write_table(parquet.read_table(f"{d}/t.parquet"), f"{d}/t.orc", compression="zstd", dictionary_key_size_threshold=0.5)
    c.execute(f"copy (select * from t limit 3000000) to '{d}/t.csv.gz' (format csv, header false, compression gzip)")
    c.execute(f"copy (select * from t limit 2000000) to '{d}/t.json' (format json)")

c.execute("set threads=1")
columns = "{'at':'TIMESTAMP','ip':'VARCHAR','path':'VARCHAR','status':'INT','bytes':'BIGINT','seconds':'DOUBLE'}"
for name, q in {
    "parquet status": f"select status, sum(bytes) from '{d}/t.parquet' group by 1",
    "parquet path": f"select max(length(path)) from '{d}/t.parquet'",
    "csv.gz": f"select status, sum(bytes) from read_csv('{d}/t.csv.gz', header=false, columns={columns}) group by 1",
    "json": f"select status, sum(bytes) from read_json('{d}/t.json', columns={columns}) group by 1",
}.items():
    best = 1e9
    for _ in range(3):
        a = resource.getrusage(resource.RUSAGE_SELF)
        c.execute(q).fetchall()
        b = resource.getrusage(resource.RUSAGE_SELF)
        best = min(best, b.ru_utime + b.ru_stime - a.ru_utime - a.ru_stime)
    print(f"{name}: {best:.2f} CPU-s")
