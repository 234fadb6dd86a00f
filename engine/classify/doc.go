// Package classify tells what objects hold: their format, their columns, how they are compressed.
//
// A Classifier looks at a sample and says how certain it is. Those that are given come first, then the built-in ones in AWS's order. Of texts
// the first MiB is looked at, unpacked; of Parquet, ORC and Avro what the file says of itself. Formats are compared and put together, so
// that whoever has many objects can tell which of them are one table.
//
// Real: ORC, Parquet, Avro, JSON, the logs that Grok's base patterns know, delimited text, and Grok, JSON paths and delimiters of one's own. Not
// here: XML, BSON and Ion, which are unknown.
//
// https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html
package classify
