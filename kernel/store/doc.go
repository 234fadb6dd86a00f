// Package store keeps what the house knows: rows in key order, changed in serialisable transactions.
//
// # Transactions
//
// Update runs a function against a snapshot and buffers what it writes. At commit the sequencer checks
// that nothing the function read (rows and ranges) was changed since; if it was, the function runs again.
// So the function may run more than once and must touch nothing but its Tx. View reads one snapshot.
//
// What Update returned nil for survives power loss, unless it was asked for as Relaxed. View and Update
// return only when everything they read survives it too.
//
// # Rows
//
// A row is JSON behind one version byte (1). Go's JSON replaces invalid UTF-8 in strings: bytes that a
// customer may choose freely belong in the key, or in a []byte member.
//
// # Key layout
//
//	service 00 table 00 account 00 region 00 key
//
// The first four parts hold no zero byte; account and region are empty where the table's Reach is wider.
// key is the service's own, any bytes, uninterpreted and unescaped, so rows lie in the byte order of
// their keys. A key of several parts is made by Key, which keeps the order of the parts:
//
//	each part but the last: its bytes with 00 written 00 FF, then 00 01
//	last part:              its bytes
//
// Services whose name begins with @ belong to the kernel. One row is not state but bookkeeping, rewritten by every
// commit and left out of the state hash: @store/mark (version, serial, clock, counters).
package store
