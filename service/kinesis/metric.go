package kinesis

import (
	"context"
	"maps"
	"slices"
	"time"

	api "unyo/api/kinesis"
	"unyo/kernel/metric"
)

// series is a metric of a stream, or of one of its shards or consumers.
// https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html
func series(name, unit string, dimensions ...string) metric.Series {
	return metric.Series{Namespace: "AWS/Kinesis", Name: name, Unit: unit, Dimensions: metric.Of(dimensions...)}
}

// told is a value of a metric of a stream.
func told(stream, name, unit string, value float64) metric.Sample {
	return metric.Sample{Series: series(name, unit, "StreamName", stream), Value: value}
}

// measurePut tells of a put that was answered.
func (s *Service) measurePut(ctx context.Context, p *put, pl *plan) {
	s.k.Metrics.Count(ctx, s.putSamples(p, pl)...)
}

// putSamples are what came in with a put, and what was refused.
func (s *Service) putSamples(p *put, pl *plan) []metric.Sample {
	bytes, records := 0, 0
	refused := map[int]int{} // by shard
	for i := range p.result {
		if p.result[i].Shard < 0 {
			refused[p.shards[i]]++
			continue
		}
		records++
		bytes += size(&p.records[i])
	}
	throttled := len(p.result) - records
	list := []metric.Sample{told(p.name, "WriteProvisionedThroughputExceeded", "Count", float64(throttled))}
	if records > 0 {
		list = append(list, told(p.name, "IncomingBytes", "Bytes", float64(bytes)), told(p.name, "IncomingRecords", "Count", float64(records)))
	}
	success := 0.0
	if records > 0 {
		success = 1
	}
	if p.batch {
		list = append(list, told(p.name, "PutRecords.Bytes", "Bytes", float64(bytes)), told(p.name, "PutRecords.Success", "Count", success), told(p.name, "PutRecords.Records", "Count", float64(records)),
			told(p.name, "PutRecords.TotalRecords", "Count", float64(len(p.result))), told(p.name, "PutRecords.SuccessfulRecords", "Count", float64(records)),
			told(p.name, "PutRecords.ThrottledRecords", "Count", float64(throttled)), told(p.name, "PutRecords.FailedRecords", "Count", 0))
	} else {
		list = append(list, told(p.name, "PutRecord.Bytes", "Bytes", float64(bytes)), told(p.name, "PutRecord.Success", "Count", success))
	}
	for i := range pl.parts {
		part := &pl.parts[i]
		n := 0
		for _, r := range part.records {
			n += size(&p.records[r])
		}
		list = s.ofShard(list, pl.watched, p.name, part.shard.id(), "IncomingBytes", "Bytes", float64(n))
		list = s.ofShard(list, pl.watched, p.name, part.shard.id(), "IncomingRecords", "Count", float64(len(part.records)))
	}
	for _, shard := range slices.Sorted(maps.Keys(refused)) {
		list = s.ofShard(list, pl.watched, p.name, shardID(shard), "WriteProvisionedThroughputExceeded", "Count", float64(refused[shard]))
	}
	return list
}

// ofShard adds a value of a shard, if the stream's shards are watched for it.
func (s *Service) ofShard(list []metric.Sample, watched []string, stream, shard, name, unit string, value float64) []metric.Sample {
	if !slices.Contains(watched, name) {
		return list
	}
	return append(list, metric.Sample{Series: series(name, unit, "StreamName", stream, "ShardId", shard), Value: value})
}

// measureRead tells of a GetRecords that was answered.
func (s *Service) measureRead(ctx context.Context, f *found, out *api.GetRecordsOutput, bytes int, now time.Time) {
	age, name, shard := 0.0, f.row.Name, f.shard.id()
	if n := len(out.Records); n > 0 {
		age = float64(now.Sub(*out.Records[n-1].ApproximateArrivalTimestamp).Milliseconds())
	}
	list := []metric.Sample{
		told(name, "GetRecords.Success", "Count", 1), told(name, "GetRecords.Bytes", "Bytes", float64(bytes)), told(name, "GetRecords.Records", "Count", float64(len(out.Records))),
		told(name, "GetRecords.IteratorAgeMilliseconds", "Milliseconds", age), told(name, "ReadProvisionedThroughputExceeded", "Count", 0),
	}
	list = s.ofShard(list, f.row.Watched, name, shard, "OutgoingBytes", "Bytes", float64(bytes))
	list = s.ofShard(list, f.row.Watched, name, shard, "OutgoingRecords", "Count", float64(len(out.Records)))
	list = s.ofShard(list, f.row.Watched, name, shard, "IteratorAgeMilliseconds", "Milliseconds", age)
	s.k.Metrics.Count(ctx, list...)
}

// measureRefusedRead tells of a GetRecords that was too much.
func (s *Service) measureRefusedRead(ctx context.Context, f *found) {
	list := []metric.Sample{told(f.row.Name, "GetRecords.Success", "Count", 0), told(f.row.Name, "ReadProvisionedThroughputExceeded", "Count", 1)}
	s.k.Metrics.Count(ctx, s.ofShard(list, f.row.Watched, f.row.Name, f.shard.id(), "ReadProvisionedThroughputExceeded", "Count", 1)...)
}

// told is a value of a metric of a consumer.
func (sub *subscription) told(name, unit string, value float64) metric.Sample {
	return metric.Sample{Series: series(name, unit, "StreamName", sub.who.stream, "ConsumerName", sub.who.consumer), Value: value}
}

// measureSubscription tells of a subscription that was let in.
func (s *Service) measureSubscription(ctx context.Context, sub *subscription) {
	s.k.Metrics.Count(ctx, sub.told("SubscribeToShard.Success", "Count", 1))
}

// measureEvent tells of an event of a subscription.
func (s *Service) measureEvent(ctx context.Context, sub *subscription, event *api.SubscribeToShardEvent, bytes int) {
	s.k.Metrics.Count(ctx, sub.told("SubscribeToShardEvent.Success", "Count", 1), sub.told("SubscribeToShardEvent.Bytes", "Bytes", float64(bytes)),
		sub.told("SubscribeToShardEvent.Records", "Count", float64(len(event.Records))), sub.told("SubscribeToShardEvent.MillisBehindLatest", "Milliseconds", float64(*event.MillisBehindLatest)))
}
