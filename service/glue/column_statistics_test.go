package glue

import (
	"testing"
	"time"

	api "unyo/api/glue"
)

// Statistics are kept of tables and partitions apart, and go with them.
func TestColumnStatistics(t *testing.T) {
	f := setUp(t)
	f.createDatabase("d")
	f.createTable("d", "t", "day", "string")
	f.addPartitions("1")
	of := func(column string, nulls int64) []api.ColumnStatistics {
		return []api.ColumnStatistics{{ColumnName: &column, ColumnType: new("int"), AnalyzedTime: new(time.Unix(1, 0)), StatisticsData: &api.ColumnStatisticsData{
			Type: new(api.ColumnStatisticsTypeLong), LongColumnStatisticsData: &api.LongColumnStatisticsData{NumberOfNulls: &nulls, NumberOfDistinctValues: new(int64(9))},
		}}}
	}
	d, n, one := new("d"), new("t"), []string{"1"}
	if out := ok[*api.UpdateColumnStatisticsForTableOutput](t)(f.s.UpdateColumnStatisticsForTable(f.call(), &api.UpdateColumnStatisticsForTableInput{DatabaseName: d, TableName: n, ColumnStatisticsList: append(of("Status", 5), of("nothing", 1)...)})); len(out.Errors) != 1 {
		t.Errorf("%+v", out)
	}
	ok[*api.UpdateColumnStatisticsForPartitionOutput](t)(f.s.UpdateColumnStatisticsForPartition(f.call(), &api.UpdateColumnStatisticsForPartitionInput{DatabaseName: d, TableName: n, PartitionValues: one, ColumnStatisticsList: of("status", 7)}))
	table := func() *api.GetColumnStatisticsForTableOutput {
		return ok[*api.GetColumnStatisticsForTableOutput](t)(f.s.GetColumnStatisticsForTable(f.call(), &api.GetColumnStatisticsForTableInput{DatabaseName: d, TableName: n, ColumnNames: []string{"status", "path"}}))
	}
	part := func() *api.GetColumnStatisticsForPartitionOutput {
		return ok[*api.GetColumnStatisticsForPartitionOutput](t)(f.s.GetColumnStatisticsForPartition(f.call(), &api.GetColumnStatisticsForPartitionInput{DatabaseName: d, TableName: n, PartitionValues: one, ColumnNames: []string{"status"}}))
	}
	if out := table(); len(out.Errors) != 1 || *out.ColumnStatisticsList[0].StatisticsData.LongColumnStatisticsData.NumberOfNulls != 5 {
		t.Errorf("%+v", out)
	}
	if out := part(); *out.ColumnStatisticsList[0].StatisticsData.LongColumnStatisticsData.NumberOfNulls != 7 {
		t.Errorf("%+v", out)
	}
	ok[*api.DeletePartitionOutput](t)(f.s.DeletePartition(f.call(), &api.DeletePartitionInput{DatabaseName: d, TableName: n, PartitionValues: one}))
	f.addPartitions("1")
	if out := part(); len(out.Errors) != 1 {
		t.Errorf("statistics of a partition that is gone: %+v", out)
	}
	ok[*api.DeleteColumnStatisticsForTableOutput](t)(f.s.DeleteColumnStatisticsForTable(f.call(), &api.DeleteColumnStatisticsForTableInput{DatabaseName: d, TableName: n, ColumnName: new("status")}))
	_, err := f.s.DeleteColumnStatisticsForTable(f.call(), &api.DeleteColumnStatisticsForTableInput{DatabaseName: d, TableName: n, ColumnName: new("status")})
	wantCode(t, err, "EntityNotFoundException")
}
