// Package serde reads tables' objects into vectors, as the serializers of Hive do that Athena offers, and writes rows as they do.
//
// Open tells by a table's class what its objects look like. Text formats are decompressed by the object's name and read line by
// line, and only the columns that are asked for are converted; Parquet and ORC are engine/columnar's.
//
// Real: LazySimple (delimited text), OpenCSV, both JSON formats, Regex, Grok, CloudTrail, Parquet, ORC, Avro (read), gzip, zstd, snappy, lz4, bzip2 and
// zlib. Refused by name: Ion, LZO (but in Parquet), custom classes, and patterns that need a backtracking matcher.
//
// https://docs.aws.amazon.com/athena/latest/ug/supported-serdes.html
package serde
