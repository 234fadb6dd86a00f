// Package recordstore keeps the bytes of a stream's records. What records there are, their order, their numbers and for how long is
// in rows of whoever stages them; here is only where the bytes lie. Blobs keeps them in engine/blob, on this machine's disk; package
// kafka in a Kafka cluster, for estates whose streams outgrow one machine.
//
// # Contract
//
// Stage takes the batches of one put, each of one shard, and returns a Place for each when all are durable: they survive whatever the
// engine promises to survive. They are invisible: a batch is there if and only if a committed row names its Place. Places that got
// into no row are given back by Discard; when the last row with a Place is deleted, Free is called after the commit. A reader Pins
// before it looks for rows, and what they name stays until it has read. A crash at any point neither loses what a row names nor
// shows what none does: an engine is opened with every Ref that rows hold, and gives back, sooner or later, what lies beside them.
//
// A Ref has the form of a blob's, FILE.OFFSET.SIZE.SUM, whatever the engine: so an estate's hash, which leaves FILE.OFFSET out (kernel/store),
// does not depend on where bytes came to lie.
//
// An estate has one engine for good: Refs of one mean nothing to the other.
//
// An engine that cannot be reached says ErrAway, within seconds; then nothing was staged that a row could name, and the same call may
// succeed later.
package recordstore
