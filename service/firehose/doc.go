// Package firehose is Amazon Data Firehose: records come in, wait together by size and time, and are delivered as objects to S3 or in
// requests to an HTTP endpoint.
//
// Real here: records that are put, read from a Kinesis stream (every shard, as the stream's role, across resharding), or sent by CloudWatch Logs;
// decompression and message extraction, deaggregation, dynamic partitioning by JQ, delimiters; prefixes with every expression but Lambda's;
// GZIP, ZIP, Snappy and Hadoop's Snappy; conversion to Parquet and ORC by a table of Glue; backup of source records; HTTP endpoints by AWS's contract, with retries and a backup; records that fail in
// AWS's form below the error prefix; error records to CloudWatch Logs; metrics; encryption with the key that AWS owns. Each delivery is made in a session of the configured
// role, which the trust policy and the callee must let in.
//
// Not here, and refused with 501: Lambda processors, other destinations and sources, encryption with keys of customers, secrets of Secrets
// Manager, Kinesis streams of other accounts.
//
// HTTP endpoints are reached by https; by http too if they are on a loopback address and the estate itself listens on nothing else (engine/collector).
//
// State: rows per account and region (docs/firehose.md lists them); the records lie in engine/blob. Later runs: flush.go, when a buffer is full
// or old enough; process.go, when something has arrived that is to be processed; read.go, when a Kinesis stream announces news. A crash
// anywhere repeats a delivery under the same name.
package firehose
