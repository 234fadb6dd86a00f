// Package jq runs queries of the jq language that strangers wrote over records that strangers wrote: bounded in steps and in memory, and
// without any way out (no files, modules, environment or clock). Whether a run is cut off depends on the query and the record only, so the
// same gives the same wherever it runs.
//
// How it is bounded. The interpreter asks its context before every step; ours counts, and ends the run after MaxSteps. A step may still
// make much of little ("x" * 1e9), so every place of a query that makes a value is rewritten to weigh what it made (MaxSize), what multiplies
// is weighed before, and builtins are a list (functions.go): what is not on it, above all assignments, is refused when the query is compiled.
package jq
