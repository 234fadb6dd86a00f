// Package avro reads Avro's object container files into vectors, and writes them: https://avro.apache.org/docs/1.12.0/specification/
//
// Real: schemas with namespaces, aliases and types that hold themselves; the codecs null, deflate, snappy, zstandard and bzip2; resolution of what a
// file was written with against what a table reads, by name, with defaults; the logical types decimal, date and those of timestamps. Not here: the
// codec xz, unions of several types where a column has but one, and writing with bzip2.
package avro
