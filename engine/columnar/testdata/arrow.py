"""Reads and writes Parquet and ORC with pyarrow, for the tests of this package: one process for all files of a test.

It is asked by lines of JSON, and answers each with lines of JSON and an empty one:
["read", FILE]                        each row: see plain
["duck", FILE]                        those that DuckDB reads
["write", FILE, TYPES, OPTIONS, ROWS] none, when it has written rows of that form
"""
import decimal
import json
import struct
import sys

import pyarrow as pa
import pyarrow.orc as orc
import pyarrow.parquet as pq

decimal.getcontext().prec = 100


def plain(a):
    """The values of an array: numbers as texts, texts and bytes as hexadecimal digits, floats as their bits, structs as lists, maps as lists of pairs."""
    t = a.type
    if pa.types.is_dictionary(t):
        return plain(a.dictionary_decode())
    if pa.types.is_struct(t):
        valid, parts = a.is_valid().to_pylist(), [plain(a.field(i)) for i in range(t.num_fields)]
        return [[p[i] for p in parts] if valid[i] else None for i in range(len(a))]
    if pa.types.is_map(t):
        return [None if not x.is_valid else [list(kv) for kv in zip(plain(x.values.field(0)), plain(x.values.field(1)))] for x in a]
    if pa.types.is_list(t):
        return [None if not x.is_valid else plain(x.values) for x in a]
    if pa.types.is_timestamp(t):
        unit = {"s": 10**9, "ms": 10**6, "us": 10**3, "ns": 1}[t.unit]
        return [None if x is None else str(x * unit) for x in a.cast(pa.int64()).to_pylist()]
    if pa.types.is_date(t):
        return [None if x is None else str(x) for x in a.cast(pa.int32()).to_pylist()]
    if pa.types.is_decimal(t):
        return [None if x is None else str(int(x.scaleb(t.scale))) for x in a.to_pylist()]
    if pa.types.is_floating(t):
        f = ">f" if t == pa.float32() else ">d"
        return [None if x is None else struct.pack(f, x).hex() for x in a.to_pylist()]
    if pa.types.is_string(t) or pa.types.is_large_string(t):
        return [None if x is None else x.encode().hex() for x in a.to_pylist()]
    if pa.types.is_binary(t):
        return [None if x is None else x.hex() for x in a.to_pylist()]
    return [None if x is None else str(int(x)) for x in a.to_pylist()]


def arrow(t):
    """The Arrow type of [kind, precision, scale, [[name, type], …]]."""
    kind, precision, scale, fields = t
    if kind == "struct":
        return pa.struct([pa.field(n, arrow(f)) for n, f in fields])
    if kind == "map":
        return pa.map_(arrow(fields[0][1]), arrow(fields[1][1]))
    if kind == "array":
        return pa.list_(arrow(fields[0][1]))
    if kind == "decimal":
        return pa.decimal128(precision, scale)
    return {
        "boolean": pa.bool_(), "tinyint": pa.int8(), "smallint": pa.int16(), "int": pa.int32(), "bigint": pa.int64(), "float": pa.float32(), "double": pa.float64(),
        "string": pa.string(), "varchar": pa.string(), "char": pa.string(), "binary": pa.binary(), "date": pa.date32(), "timestamp": pa.timestamp("ns"),
    }[kind]


def rich(t, v):
    """The value that plain would make v of."""
    kind, _, scale, fields = t
    if v is None:
        return None
    if kind == "struct":
        return {n: rich(f, x) for (n, f), x in zip(fields, v)}
    if kind == "map":
        return [(rich(fields[0][1], k), rich(fields[1][1], x)) for k, x in v]
    if kind == "array":
        return [rich(fields[0][1], x) for x in v]
    if kind == "decimal":
        return decimal.Decimal(v).scaleb(-scale)
    if kind in ("float", "double"):
        return struct.unpack(">f" if kind == "float" else ">d", bytes.fromhex(v))[0]
    if kind in ("string", "varchar", "char"):
        return bytes.fromhex(v).decode()
    if kind == "binary":
        return bytes.fromhex(v)
    return bool(int(v)) if kind == "boolean" else int(v)


def read(table):
    columns = [[x for chunk in c.chunks for x in plain(chunk)] for c in table.columns]
    for row in zip(*columns):
        print(json.dumps(row, separators=(",", ":")))


def duck(file):
    import duckdb

    return duckdb.connect().sql(f"select * from read_parquet('{file}')").to_arrow_table()


def write(file, types, options, rows):
    columns = [pa.array([rich(t, r[i]) for r in rows], arrow(t)) for i, (_, t) in enumerate(types)]
    table = pa.table(columns, schema=pa.schema([pa.field(n, arrow(t)) for n, t in types]))
    (orc.write_table if file.endswith(".orc") else pq.write_table)(table, file, **options)


for line in sys.stdin:
    verb, file, *how = json.loads(line)
    if verb == "write":
        write(file, *how)
    elif verb == "duck":
        read(duck(file))
    else:
        read(orc.read_table(file) if file.endswith(".orc") else pq.read_table(file))
    print(flush=True)
