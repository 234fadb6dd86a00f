// Package logstore keeps log events: append-only, durable before acknowledged, ordered by time, searchable.
//
// Events belong to a stream, streams to a group, and a group is a folder. A batch is written in two steps. Stage
// makes it durable but invisible; the caller then commits, in its own store, that the stream's last batch has this number; then
// Publish makes it visible (or Discard forgets it). After a crash the store asks the caller for each stream's last
// committed number and drops the staged batches behind it. So a batch is there if and only if the caller's row says so,
// and no row per batch is needed.
//
// New batches lie raw in a log file. When it is full it becomes a segment: events in order of time, in
// compressed blocks with the span of time, the streams and a token filter of each. The folder's format is in
// docs/logstore.md.
//
// Times are milliseconds since 1970. The store never asks for the time.
package logstore
