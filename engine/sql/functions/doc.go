// Package functions holds the functions, operators and casts of Trino: one file for each page of
// https://trino.io/docs/current/functions.html. A function is declared by its signature as a text, and computes columns.
package functions
