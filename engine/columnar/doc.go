// Package columnar turns rows into Parquet and ORC files and back, by the types of a Hive or Glue table.
//
// Type is a column's type, read from its text ("map<string,array<decimal(10,2)>>"). JSON reads records as one of the two
// deserializers of Amazon Data Firehose does, straight into the columns of a file. Parquet and ORC write rows; the same rows give the same
// bytes. ReadParquet and ReadORC read files, by whomever they were written, row by row; ScanParquet and ScanORC read chosen
// columns of them as vectors, and leave out what a query does not want.
//
// What is written is held by columns first (held), which records, rows and vectors are put into, and of which a row group or a stripe is made when
// there is enough of it. Parquet is as https://github.com/apache/parquet-format tells: levels, dictionaries where they make a column smaller, pages
// of at most 20,000 rows, statistics, and indexes of pages; no Bloom filters. ORC is as https://orc.apache.org/specification/ORCv1/ tells: stripes of
// direct or dictionary encoded columns, run lengths of both versions, ZLIB and SNAPPY, statistics of stripes and of the file. Not written: row indexes
// and Bloom filters within a stripe (readers do without), padding to blocks.
package columnar
