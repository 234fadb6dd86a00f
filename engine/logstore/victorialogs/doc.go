// Package victorialogs keeps log events in a VictoriaLogs server or cluster, for estates whose logs outgrow one machine.
//
// VictoriaLogs answers before anything is on disk and loses its last seconds when it is killed, takes a row twice when it is sent
// twice, and skips what it does not like with success. Therefore batches go first into the logs of engine/logstore, which decide
// what is visible, and are acknowledged from there. What is decided is sent on at once. A full log is forgotten only when it was
// sent a while ago (Options.Settle, longer than VictoriaLogs keeps rows in memory) and a count of its different events, by
// sequence and index, finds all of them; if not, all of it is sent again. What is forgotten here is written into the group's
// ledger: the ranges of sequences that VictoriaLogs surely has. Reading takes from VictoriaLogs only what the ledger names, each
// event once, and everything else from the logs; so what VictoriaLogs has doubled, not deleted yet, or been sent for nothing
// is never seen.
//
// Rows are written for VictoriaLogs' own tools too: the fields are in docs/logstore.md.
package victorialogs
