// Package logs is Amazon CloudWatch Logs: groups of streams of log events, kept, searched, expired and passed on.
//
// Real here: groups (classes, retention, tags, deletion protection), streams, PutLogEvents with AWS's checks, GetLogEvents and
// FilterLogEvents with the whole filter pattern language, retention on the estate's clock, subscription filters to Firehose and Kinesis,
// also those of another account behind a destination, delivered at once, in order and through crashes; metric filters that count each
// event once, metrics embedded in events, Live Tail second by second, exports to S3, data protection of groups and accounts that masks all of these, transformers, resource
// policies for AWS services, Insights with saved and scheduled queries (docs/insights.md), vended logs delivered to buckets, groups and Firehose; policies of the account for
// protection, subscription, indexes and transformers. Not here yet: KMS keys, parseToOCSF, Lambda destinations, destinations in another region or for an
// organisation; they answer 501 or are refused. Indexes change nothing: a query finds the same without.
//
// State: groups, streams, filters, destinations and exports are rows per account and region; the events lie in engine/logstore, of which a
// stream's row holds the number of the last committed batch. What runs later: expire, when the newest event of a log file passes the
// group's retention; deliver and count, as soon as a group with subscription or metric filters has new events; embed, as soon as a batch with embedded metrics has come; reckon, which measures what transformers make; blank, at the end of a
// minute in which a filter with a default value had events; export, a file at a time; drop, after DeleteLogGroup; query, which answers one, and forgetquery, seven days later;
// askscheduled, at the instants of a scheduled query, and keepscheduled, which writes its answer down.
package logs
