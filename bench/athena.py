"""Makes the files that Athena and DuckDB are asked about, and asks DuckDB.

    athena.py make FOLDER ROWS       writes them
    athena.py ask FOLDER < queries   one JSON object a line, {"text"}; answers {"wall", "cpu", "rows"} a line

Latencies are whole 64ths, so that their sums and means are the same to the last bit in whatever order they are taken.
"""
import json, os, resource, sys, time
import duckdb

ROWS = """
select i as id, timestamp '2026-01-01' + to_milliseconds(i * 37) as at, 'eu-' || (hash(i) % 12) as region,
  [200, 200, 200, 301, 404, 500][1 + (hash(i * 3) % 6)::int] as status, (hash(i * 7) % 200000)::bigint as customer,
  '/api/v1/orders/' || (hash(i * 11) % 50000) as path, (hash(i * 13) % 1000000) / 64.0::double as latency, md5(i::varchar) as request
from range({from_}, {to}) t(i)"""
COLUMNS = "{'id': 'BIGINT', 'at': 'TIMESTAMP', 'region': 'VARCHAR', 'status': 'INTEGER', 'customer': 'BIGINT', 'path': 'VARCHAR', 'latency': 'DOUBLE', 'request': 'VARCHAR'}"
PARTS = 4       # files of each form, but one and text
TEXT_PART = 8   # of the rows, how many are also texts: every eighth
FORMS = ("parquet", "one", "csv", "text", "json", "days", "customers")


def make(folder, rows):
    con = duckdb.connect()
    con.execute("set preserve_insertion_order = true")
    for form in FORMS:
        os.makedirs(f"{folder}/{form}", exist_ok=True)
    few = rows // TEXT_PART

    def part(of, n):
        return f"({ROWS.format(from_=n * of // PARTS, to=(n + 1) * of // PARTS)})"

    for n in range(PARTS):
        con.execute(f"copy {part(rows, n)} to '{folder}/parquet/{n}.parquet' (format parquet, compression snappy, row_group_size 500000)")
        con.execute(f"copy {part(few, n)} to '{folder}/csv/{n}.csv.gz' (format csv, header false, compression gzip)")
        con.execute(f"copy {part(few, n)} to '{folder}/json/{n}.json' (format json)")
        os.makedirs(f"{folder}/days/day={n}", exist_ok=True)
        con.execute(f"copy {part(few, n)} to '{folder}/days/day={n}/0.parquet' (format parquet, compression snappy)")
    con.execute(f"copy {part(rows, 0)} to '{folder}/one/0.parquet' (format parquet, compression snappy, row_group_size 500000)")
    con.execute(f"copy ({ROWS.format(from_=0, to=few)}) to '{folder}/text/0.csv' (format csv, header false)")
    con.execute(f"copy (select i as customer, 'segment-' || (i % 9) as segment from range(200000) t(i)) to '{folder}/customers/0.parquet' (format parquet)")


def ask(folder):
    con = duckdb.connect()
    csv = f"header=false, delim=',', quote='\"', auto_detect=false, columns={COLUMNS})"  # Athena guesses no dialect either
    views = {
        "parquet": f"read_parquet('{folder}/parquet/*')",
        "one": f"read_parquet('{folder}/one/*')",
        "csv": f"read_csv('{folder}/csv/*', {csv}",
        "text": f"read_csv('{folder}/text/*', {csv}",
        "json": f"read_json('{folder}/json/*', format='newline_delimited', columns={COLUMNS})",
        "days": f"read_parquet('{folder}/days/*/*', hive_partitioning=true)",
        "customers": f"read_parquet('{folder}/customers/*')",
    }
    for form, source in views.items():
        con.execute(f"create view {form} as select * from {source}")
    for line in sys.stdin:
        q = json.loads(line)
        before, begin = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
        rows = con.execute(q["text"]).fetchall()
        wall, after = time.monotonic() - begin, resource.getrusage(resource.RUSAGE_SELF)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(json.dumps({"wall": wall, "cpu": cpu, "rows": rows}, default=str), flush=True)


if sys.argv[1] == "make":
    make(sys.argv[2], int(sys.argv[3]))
else:
    ask(sys.argv[2])
