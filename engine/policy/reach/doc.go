// Package reach reasons over policies: not whether one request is allowed, but which could be.
//
// External lists what a resource's policy lets principals outside a zone of trust do, and under which conditions. NewAccess, Granted and
// Public answer the questions of Access Analyzer's custom policy checks.
//
// # How
//
// A policy is taken apart into pieces: one principal, one action, one resource of an Allow, with its conditions. Every Deny that covers a
// piece narrows it: what remains is the piece with one of the Deny's conditions turned round, for a Deny holds back only what meets all of
// them. What remains of no piece is nothing. A piece is left out only where it is proved empty: its principal is inside, a condition holds
// it inside, or its conditions contradict each other.
//
// # What it promises
//
// Nothing that the evaluator allows to somebody outside is missed. What cannot be told is told as access: a Deny that covers a piece in part
// does not narrow it. The tests ask the evaluator random requests, and look for a request that each answer allows.
package reach
