// Package logs is Amazon CloudWatch Logs: groups of streams of log events, kept, searched, expired and passed on.
//
// Real here: groups (classes, retention, tags, deletion protection), streams, PutLogEvents with AWS's checks, GetLogEvents
// and FilterLogEvents with the whole filter pattern language, retention on the estate's clock, subscription filters to Firehose and Kinesis delivered
// at once, in order and through crashes, Live Tail second by second. Not here yet: metric filters, Insights, exports, KMS keys, resource
// policies, Lambda destinations; they answer 501 or are refused.
//
// State: groups, streams and subscription filters are rows per account and region; the events lie in engine/logstore, of
// which a stream's row holds the number of the last committed batch. What runs later: expire, when the newest event
// of a log file passes the group's retention; deliver, as soon as a subscribed group has new events; drop, after DeleteLogGroup.
package logs
