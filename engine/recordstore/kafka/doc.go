// Package kafka keeps the bytes of records in a topic of a Kafka cluster, for estates whose streams outgrow one machine.
//
// A shard's batches are all in one partition, chosen by its name; what one put adds to the shards of a partition is one message. The topic is
// the estate's own, made with a fixed number of partitions when the estate is first opened with it, and its name and id stand in DATA/kafka/topic.json: an
// estate that has this file is not opened without Kafka, one whose records lie elsewhere not with it, and a topic that was made anew under
// the same name is not taken for the old one.
//
// A message is acknowledged by all replicas in sync (acks=all, idempotent producer) before Stage returns; what that survives is the
// cluster's affair: with three replicas two must have it, with fewer every message is flushed to disk first. What no row
// names (of a put that was given up, or a crash before the commit) is an orphan: readers go to the offsets that rows name, and compare what they find
// with the sum in the Ref. So duplicates and orphans are never seen.
//
// Nothing expires by Kafka's clock (retention.ms=-1). Offsets that rows name are counted, a thousand to a counter (live.go); when the oldest of them are
// gone, the partition is cut off below (DeleteRecords), and orphans go with what surrounds them.
//
// While the cluster is away, Stage and Read say recordstore.ErrAway after Options.Patience at the latest. A message that was given up may
// still arrive: an orphan.
//
// A Ref's File is the partition and one, its Offset Kafka's.
package kafka
