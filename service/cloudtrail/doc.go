// Package cloudtrail is AWS CloudTrail: who asked what of whom, when and from where, for as long as an auditor wants to know.
//
// Real here: the record of every call that passes the gateway, refused ones and those that services make for one another included, as
// AWS writes it; event history of 90 days, found by attribute through the journal's index. Not here, and answered 501: insight events,
// channels, dashboards, enriched events, federation.
//
// State: none of its own for the event history: the journal (kernel/journal) is the one order of what happened, and a record is made of its
// entry when somebody asks. A call that touches another account's resource is one entry and two records, one for each account, with one
// sharedEventID.
package cloudtrail
