// Package blob keeps bulk bytes on disk. It knows no API: what a blob is for stands in rows of whoever stages it.
//
// # Contract
//
// Stage writes durably but invisibly and returns a Ref. The owner puts the Ref into a row of its own; the commit of that
// row is what publishes the blob. A Ref that got into no row is given back with Discard. When the last row with a Ref is
// deleted, the owner calls Free after the commit; the bytes are destroyed once that commit is durable and no reader that
// began before is left. A crash at any point neither leaks nor loses: Open is told every Ref that rows
// hold, and drops the rest. So no job and no row is needed for freeing.
//
// # On disk
//
//	segment/<number>          blobs up to MaxSmall, one record after another, appended with one fsync per group of writers
//	file/<number/4096>/<number>  one larger blob each
//
// Numbers are 16 hexadecimal digits from one sequence. A record is 24 bytes of header (record.go) and the payload. A Ref names number and offset,
// and neither ever changes: nothing is compacted. Instead dead records become holes in their segment where the
// file system can punch them (Linux), and a segment without a live record is deleted.
//
// Who may repeat his work after a power failure need not wait for an fsync (Options.Later): then one follows before the first row that names
// such a blob is written.
//
// Places are given in the order of Stage and never reused while the process lives, so the same calls in the same order give the
// same Refs, also after a crash: Open cuts off what was staged and not committed.
package blob
