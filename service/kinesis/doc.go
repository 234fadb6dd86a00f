// Package kinesis is Amazon Kinesis Data Streams: records are put into the shards of a stream, keep their order
// within a shard, and can be read any number of times until their retention ends.
//
// Real here: provisioned and on-demand streams; routing by MD5 or explicit hash key; the write limits of a shard, on
// the estate's clock; every type of iterator; splitting, merging and uniform scaling, with parents that stay readable;
// retention, executed on the clock; tags. A stream is active, and resharded, at once: under a held clock it would
// wait for ever. Modelled: an on-demand stream has four shards and does not scale by itself. Not here, and answered
// 501: encryption, enhanced fan-out, enhanced monitoring, resource policies, channels, queues. Reading is not throttled.
//
// State: rows per account and region. stream, shard (what it is), head (where its next record goes, and what it has
// taken lately), batch (records of one put in one shard), arrival (one put; it owns the blob in engine/blob that
// holds the records of all its shards), answer (what a job's put was told, for when the job runs again).
// Later runs expire.go, at the first instant at which something of the stream expires; an idle stream has no job.
package kinesis
