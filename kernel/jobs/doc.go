// Package jobs does work at a time: each piece is a row, put in the same transaction as what made it necessary, so
// it is done if and only if that transaction happened, also when the process dies in between.
//
// A Job is named by its service and described by data, never by a closure. Jobs run in the order of (instant, sequence).
// While the clock is held they run in Advance, one at a time. While time flows they run as they fall due, beside the
// calls: in parallel, but those of one lane (service, account, region, key) one after another. A job that failed
// waits for its next attempt and does not hold up its lane. What takes minutes runs Apart, so that it does not take the places of all others.
//
// A job may run more than once: it is forgotten when its function has returned nil, or in the function's own last
// transaction (Settle). So work that leaves the store goes take–act–settle: one transaction moves the input to a row
// that names the result; then act; then settle. The call.Call of a job has the same Serial and Job each time it is
// run, so it draws the same ids, and a callee can tell the repeat from a second wish.
//
// A job of which the process dies, as of one that takes all memory, is run again at the next start, but not for ever: after five
// deaths in a row it is kept as work that could not be done, as after its last attempt (deaths.go). Each kind says what becomes of it then:
// it comes back at its next time (Every, Recurring), who waits for it is told (GivenUp), or it waits for the operator (Once).
//
// # Rows
//
//	@jobs/due    instant (8 bytes, big endian, sign bit flipped) sequence (8 bytes) → what to do
//	@jobs/key    account/region: Key(service, name, key) → which job a later AtKey replaces
//	@jobs/failed sequence → work that could not be done
//	@jobs/await  Key(topic, account, region, service, name, key) → what to do when the topic is announced
//	@jobs/call   Key(sequence, request id): calls that a job has made and the journal has recorded
package jobs
