// Package cloudtrail is AWS CloudTrail: who asked what of whom, when and from where, for as long as an auditor wants to know.
//
// Real here: the record of every call that passes the gateway, refused ones and those that services make for one another included, as AWS
// writes it; event history of 90 days, found by attribute through the journal's index; trails of one region or all, with basic and advanced
// event selectors, management and data events, delivered every five minutes to S3, as the bucket's policy admits, and to CloudWatch Logs,
// in the trail's role; what cannot be delivered is tried for 30 days; digests of every hour, signed and chained, which aws cloudtrail
// validate-logs accepts; trails of organizations, which members see and, but for delegated administrators, cannot change; insight events of
// calls and errors, an account's and those of an organization's, in trails and in event data stores, and the counts that they
// come of, which stand still while a trail does not log; event data stores of CloudTrail Lake,
// an account's or an organization's, which keep management and data events for as long as asked, and SQL over them, with results in S3 and
// the file that signs them, and imports of files that trails have delivered; resource policies of event data stores, by which other accounts
// ask them (the policy that AWS generates for delegated administrators is not shown: what they may do, store_owner.go says). Not here, and answered 501: insights of data events, SNS, KMS,
// network activity events, configuration items, channels, dashboards, generated queries, enriched events, federation.
//
// State: none of its own for the event history: the journal (kernel/journal) is the one order of what happened, and a record is made of its
// entry when somebody asks. A call that touches another account's resource is one entry and two records, one for each account, with one
// sharedEventID; what a service does as itself is recorded for whose resource it is alone. trail: a trail, per account, with the stretches of the journal that it has still to deliver; chain: the digests of a trail
// in one region, each naming the one before; logged: files that no digest names yet; key: what a region signs with, sealed;
// eventdatastore, policy, segment, query, asked, active, import, failure: Lake, whose events and results lie in blobs; watchman, rate: what is usual. Later run
// deliver.go and lines.go, set by round.go at the next five minutes after something that a trail wants has happened, and digest.go, every
// hour while a trail that validates logs; ingest.go and insight_watch.go on the rounds; a query, at once, and what it delivers; what expires,
// when the first does. An estate without a trail that validates logs has no job while it is idle.
package cloudtrail
