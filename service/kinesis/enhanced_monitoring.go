package kinesis

import (
	"context"
	"slices"

	api "unyo/api/kinesis"
	"unyo/kernel/store"
)

// EnableEnhancedMonitoring has metrics told of each shard.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_EnableEnhancedMonitoring.html
func (s *Service) EnableEnhancedMonitoring(ctx context.Context, in *api.EnableEnhancedMonitoringInput) (*api.EnableEnhancedMonitoringOutput, error) {
	out := &api.EnableEnhancedMonitoringOutput{}
	return out, s.alter(ctx, in.StreamName, in.StreamARN, in.StreamId, func(tx *store.Tx, row *stream) error {
		out.StreamName, out.StreamARN, out.CurrentShardLevelMetrics = new(row.Name), new(s.arn(tx.Scope(), row.Name)), slices.Clone(row.Watched)
		row.watch(append(slices.Clone(row.Watched), metricsOf(in.ShardLevelMetrics)...))
		out.DesiredShardLevelMetrics = row.Watched
		return nil
	})
}

// DisableEnhancedMonitoring has metrics no more told of each shard.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DisableEnhancedMonitoring.html
func (s *Service) DisableEnhancedMonitoring(ctx context.Context, in *api.DisableEnhancedMonitoringInput) (*api.DisableEnhancedMonitoringOutput, error) {
	out := &api.DisableEnhancedMonitoringOutput{}
	return out, s.alter(ctx, in.StreamName, in.StreamARN, in.StreamId, func(tx *store.Tx, row *stream) error {
		out.StreamName, out.StreamARN, out.CurrentShardLevelMetrics = new(row.Name), new(s.arn(tx.Scope(), row.Name)), slices.Clone(row.Watched)
		gone := metricsOf(in.ShardLevelMetrics)
		row.watch(slices.DeleteFunc(slices.Clone(row.Watched), func(name string) bool { return slices.Contains(gone, name) }))
		out.DesiredShardLevelMetrics = row.Watched
		return nil
	})
}

// shardMetrics are all metrics that can be told of each shard.
var shardMetrics = []string{
	api.MetricsNameIncomingBytes, api.MetricsNameIncomingRecords, api.MetricsNameIteratorAgeMilliseconds, api.MetricsNameOutgoingBytes,
	api.MetricsNameOutgoingRecords, api.MetricsNameReadProvisionedThroughputExceeded, api.MetricsNameWriteProvisionedThroughputExceeded,
}

// metricsOf spells out ALL.
func metricsOf(given []string) []string {
	if slices.Contains(given, api.MetricsNameAll) {
		return shardMetrics
	}
	return given
}

// watch sets what is told of each shard.
func (row *stream) watch(names []string) {
	slices.Sort(names)
	row.Watched = slices.Compact(names)
}

func (row *stream) monitoring() []api.EnhancedMetrics {
	return []api.EnhancedMetrics{{ShardLevelMetrics: append([]string{}, row.Watched...)}}
}
