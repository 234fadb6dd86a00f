// Package cloudtrail is AWS CloudTrail: who asked what of whom, when and from where, for as long as an auditor wants to know.
//
// Real here: the record of every call that passes the gateway, refused ones and those that services make for one another included, as
// AWS writes it; event history of 90 days, found by attribute through the journal's index; trails of one region or all, with basic and
// advanced event selectors, management and data events, delivered every five minutes to S3, as the bucket's policy admits, and to
// CloudWatch Logs, in the trail's role; what cannot be delivered is tried for 30 days; digests of every hour, signed and chained, which
// aws cloudtrail validate-logs accepts. Not here, and answered 501: insights, SNS, KMS,
// organization trails, network activity events, channels, dashboards, enriched events, federation.
//
// State: none of its own for the event history: the journal (kernel/journal) is the one order of what happened, and a record is made of its
// entry when somebody asks. A call that touches another account's resource is one entry and two records, one for each account, with one
// sharedEventID. trail: a trail, per account, with the stretches of the journal that it has still to deliver; chain: the digests of a trail
// in one region, each naming the one before; logged: files that no digest names yet; key: what a region signs with, sealed. Later run
// deliver.go and lines.go, set by round.go at the next five minutes after something that a trail wants has happened, and digest.go, every
// hour while a trail that validates logs; an estate without such a trail has no job while it is idle.
package cloudtrail
