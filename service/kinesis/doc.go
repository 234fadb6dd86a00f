// Package kinesis is Amazon Kinesis Data Streams: records are put into the shards of a stream, keep their order within a
// shard, and can be read any number of times until their retention ends.
//
// Real here: provisioned and on-demand streams; routing by MD5 or explicit hash key; the write limits of a shard, on the
// estate's clock; every type of iterator; splitting, merging and uniform scaling, with parents that stay readable;
// retention, executed on the clock; consumers with enhanced fan-out, whose records are pushed to them; the read limits of
// a shard, while time flows; metrics, of each shard too where they are asked for; tags; encryption with the key that AWS keeps for Kinesis. A stream is active, and resharded,
// at once: under a held clock it would wait for ever. Modelled: an on-demand stream begins with four shards, doubles them
// at the end of a minute in which one of them was used to more than half, and never has fewer again. Not here, and
// answered 501: resource policies, channels, queues.
//
// State: rows per account and region. stream, shard (what it is), head (where its next record goes, and what it has taken
// lately), batch (records of one put in one shard), arrival (one put; it owns what holds the records of all its shards in
// engine/recordstore: a blob on this disk, or messages in a Kafka), answer (what a job's put was told, for when the job
// runs again), consumer. Later run expire.go, at the first instant at which something of the stream expires, and scale.go;
// an idle stream has no job.
package kinesis
