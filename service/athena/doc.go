// Package athena is Amazon Athena: SQL over the objects in S3 that Glue's catalogue describes.
//
// Real here: work groups with their settings and limits, named queries, prepared statements, data catalogs of the account's own
// Glue; queries that are run by engine/sql over what engine/serde reads from S3, as whoever asked them, with the states,
// statistics, results and errors of AWS; DDL in Hive's words, which changes Glue's catalogue; results as CSV in S3, paged from
// there. A query costs what it reads, at least 10 MB.
//
// Modelled: nothing. Not here, and refused: Spark (notebooks, sessions, calculations), capacity reservations, engine version 2,
// Iceberg tables, catalogs of other accounts, of Lambda functions and Hive metastores, managed query results, KMS keys, user
// functions, time limits of queries.
//
// State: rows per account and region: workgroup, catalog, query, queryof, statement, execution, history, text (what is longer
// than a row, in pieces). Results and tables' data are objects of the caller's in S3. Later runs run (a query, at once) and
// forget (what is older than the 45 days of history).
package athena
