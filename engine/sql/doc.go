// Package sql is a SQL engine of Trino's dialect, as Athena has it, over columns in vectors.
//
// Parse reads a statement. A query is Prepared against a Catalog, which knows tables and gives readers of their rows, and Run;
// every other statement is a typed tree for the caller to execute. Time, zone and chance are the caller's (Session).
// What cannot be run is refused with Trino's error, never answered otherwise. docs/sql.md tells what is here.
package sql
