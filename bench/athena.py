"""Makes the files that Athena and DuckDB are asked about, and asks DuckDB.

    athena.py make FOLDER ROWS       writes them
    athena.py ask FOLDER < queries   one JSON object a line, {"text"}; answers {"wall", "cpu", "rows"} a line
"""
import json, os, resource, sys, time
import duckdb

ROWS = """
select i as id, timestamp '2026-01-01' + to_milliseconds(i * 37) as at, 'eu-' || (hash(i) % 12) as region,
  [200, 200, 200, 301, 404, 500][1 + (hash(i * 3) % 6)::int] as status, (hash(i * 7) % 200000)::bigint as customer,
  '/api/v1/orders/' || (hash(i * 11) % 50000) as path, (hash(i * 13) % 1000000) / 1000.0::double as latency, md5(i::varchar) as request
from range({from_}, {to}) t(i)"""
COLUMNS = "{'id': 'BIGINT', 'at': 'TIMESTAMP', 'region': 'VARCHAR', 'status': 'INTEGER', 'customer': 'BIGINT', 'path': 'VARCHAR', 'latency': 'DOUBLE', 'request': 'VARCHAR'}"
PARTS = 4  # files of each form but Parquet, which is one


def make(folder, rows):
    con = duckdb.connect()
    con.execute("set preserve_insertion_order = true")
    for form in ("parquet", "csv", "json", "days", "customers"):
        os.makedirs(f"{folder}/{form}", exist_ok=True)
    whole = ROWS.format(from_=0, to=rows)
    con.execute(f"copy ({whole}) to '{folder}/parquet/0.parquet' (format parquet, compression snappy, row_group_size 500000)")
    for part in range(PARTS):
        some = f"select * from '{folder}/parquet/0.parquet' where id >= {part * rows // PARTS} and id < {(part + 1) * rows // PARTS}"
        con.execute(f"copy ({some}) to '{folder}/csv/{part}.csv.gz' (format csv, header false, compression gzip)")
        con.execute(f"copy ({some}) to '{folder}/json/{part}.json' (format json)")
        os.makedirs(f"{folder}/days/day={part}", exist_ok=True)
        con.execute(f"copy ({some}) to '{folder}/days/day={part}/0.parquet' (format parquet, compression snappy)")
    con.execute(f"copy (select i as customer, 'segment-' || (i % 9) as segment from range(200000) t(i)) to '{folder}/customers/0.parquet' (format parquet)")


def ask(folder):
    con = duckdb.connect()
    views = {
        "parquet": f"read_parquet('{folder}/parquet/*')",
        "csv": f"read_csv('{folder}/csv/*', header=false, delim=',', quote='\"', auto_detect=false, columns={COLUMNS})",  # Athena guesses no dialect either
        "json": f"read_json('{folder}/json/*', format='newline_delimited', columns={COLUMNS})",
        "days": f"read_parquet('{folder}/days/*/*', hive_partitioning=true)",
    }
    con.execute(f"create view customers as select * from read_parquet('{folder}/customers/*')")
    for form, source in views.items():
        con.execute(f"create view {form} as select * from {source}")
    for line in sys.stdin:
        q = json.loads(line)
        before, begin = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
        rows = con.execute(q["text"]).fetchall()
        wall, after = time.monotonic() - begin, resource.getrusage(resource.RUSAGE_SELF)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(json.dumps({"wall": wall, "cpu": cpu, "rows": len(rows)}), flush=True)


if sys.argv[1] == "make":
    make(sys.argv[2], int(sys.argv[3]))
else:
    ask(sys.argv[2])
