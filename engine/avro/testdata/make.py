"""Writes the files of this folder with fastavro (pip install fastavro cramjam backports.zstd): what others write is what is to be read."""
import datetime
import decimal
import uuid

import fastavro

decimal.getcontext().prec = 50

SCHEMA = fastavro.parse_schema({
    "type": "record", "name": "Order", "namespace": "shop.v1", "fields": [
        {"name": "Id", "type": "long"}, {"name": "count", "type": "int"}, {"name": "paid", "type": "boolean"}, {"name": "ratio", "type": "float"}, {"name": "price", "type": "double"},
        {"name": "who", "type": ["null", "string"], "default": None}, {"name": "raw", "type": "bytes"}, {"name": "sum", "type": {"type": "fixed", "name": "Sum", "size": 4}},
        {"name": "state", "type": {"type": "enum", "name": "State", "symbols": ["NEW", "SENT"]}}, {"name": "tags", "type": {"type": "array", "items": "string"}},
        {"name": "attributes", "type": {"type": "map", "values": ["null", "long"]}},
        {"name": "address", "type": ["null", {"type": "record", "name": "Address", "fields": [{"name": "Street", "type": "string"}, {"name": "zip", "type": ["int", "null"]}]}]},
        {"name": "exact", "type": {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}},
        {"name": "wide", "type": {"type": "fixed", "name": "Wide", "size": 16, "logicalType": "decimal", "precision": 38, "scale": 3}},
        {"name": "day", "type": {"type": "int", "logicalType": "date"}}, {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "exactly", "type": {"type": "long", "logicalType": "timestamp-micros"}}, {"name": "key", "type": {"type": "string", "logicalType": "uuid"}},
        {"name": "mixed", "type": ["null", "int", "double"]}, {"name": "before", "type": ["null", "Order"]},
    ]})


def order(i):
    at = datetime.datetime(2026, 3, 1, 12, 0, 0, 123000, tzinfo=datetime.timezone.utc) + datetime.timedelta(seconds=i)
    return {"Id": i * 10**12, "count": -i, "paid": i % 2 == 0, "ratio": i / 2, "price": i / 3, "who": None if i == 1 else f"wh\u00f6 {i}", "raw": bytes([0, 255, i]), "sum": bytes([1, 2, 3, i]),
            "state": ["NEW", "SENT"][i % 2], "tags": ["a", "b"][: i], "attributes": {"x": i, "y": None} if i else {}, "address": None if i == 1 else {"Street": "Main", "zip": i if i else None},
            "exact": decimal.Decimal(i * -125) / 100, "wide": decimal.Decimal(i) * 10**30 + decimal.Decimal("0.125"), "day": datetime.date(2026, 3, 1) + datetime.timedelta(days=i), "at": at,
            "exactly": at + datetime.timedelta(microseconds=7), "key": str(uuid.UUID(int=i)), "mixed": [None, 7, 1.5][i], "before": None if i == 0 else order(i - 1)}


for codec in ("null", "deflate", "snappy", "zstandard", "bzip2"):
    with open(f"orders.{codec}.avro", "wb") as f:
        fastavro.writer(f, SCHEMA, [order(i) for i in range(3)], codec=codec, sync_marker=b"0123456789abcdef", sync_interval=200)

with open("old.avro", "wb") as f:  # what it was written with has other names, and fewer of them
    fastavro.writer(f, {"type": "record", "name": "R", "fields": [{"name": "ident", "type": "int"}, {"name": "gone", "type": "string"}]}, [{"ident": 1, "gone": "x"}, {"ident": 2, "gone": "y"}], sync_marker=b"0123456789abcdef")
