// Package syntax reads statements of Trino's SQL as Athena has it, and Athena's DDL, which is Hive's, into a typed tree with places.
//
// The parser is written by hand: one function for each rule of the grammar that https://trino.io/docs/current/sql.html describes.
// Names in queries are quoted with double quotes, in DDL with backticks; a backtick in a query is Trino's error.
package syntax
