package glue

import (
	"context"
	"strings"

	api "unyo/api/glue"
	"unyo/api/rt"
	"unyo/kernel/store"
)

// statistic is what a client has found a column to hold. Nobody here plans by it.
type statistic struct{ Is lean[api.ColumnStatistics] }

// statisticKey is the place of a column's statistics: of a table, which has no values, or of a partition.
func statisticKey(db, name string, values []string, column string) string {
	return store.Key(db, name, strings.Join(values, "\x00"), fold(&column))
}

func (s *Service) dropStatistics(tx *store.Tx, db, name string, values []string) {
	lo, hi := below(db, name, strings.Join(values, "\x00"))
	s.statistics.Erase(tx, lo, hi)
}

// holder finds the table, and the partition if there are values, that statistics are of.
func (s *Service) holder(tx *store.Tx, database, tableName *string, values []string) (db, name string, row table, err error) {
	db, name = fold(database), fold(tableName)
	if row, err = s.inTable(tx, db, name); err == nil && values != nil {
		_, _, err = s.partition(tx, db, &row, values)
	}
	return db, name, row, err
}

// hasColumn tells whether a table has a column.
func (row *table) hasColumn(name string) bool {
	columns := row.Is.V.PartitionKeys
	if d := row.Is.V.StorageDescriptor; d != nil {
		columns = append(columns[:len(columns):len(columns)], d.Columns...)
	}
	for _, c := range columns {
		if strings.EqualFold(rt.Val(c.Name), name) {
			return true
		}
	}
	return false
}

// dataOf are the statistics that a type has; the one of its name must be given.
func dataOf(d *api.ColumnStatisticsData) bool {
	return map[string]bool{
		api.ColumnStatisticsTypeBinary: d.BinaryColumnStatisticsData != nil, api.ColumnStatisticsTypeBoolean: d.BooleanColumnStatisticsData != nil,
		api.ColumnStatisticsTypeDate: d.DateColumnStatisticsData != nil, api.ColumnStatisticsTypeDecimal: d.DecimalColumnStatisticsData != nil,
		api.ColumnStatisticsTypeDouble: d.DoubleColumnStatisticsData != nil, api.ColumnStatisticsTypeLong: d.LongColumnStatisticsData != nil,
		api.ColumnStatisticsTypeString: d.StringColumnStatisticsData != nil,
	}[*d.Type]
}

func (s *Service) putStatistics(ctx context.Context, catalog, database, tableName *string, values []string, list []api.ColumnStatistics) (failed []api.ColumnStatisticsError, err error) {
	err = s.update(ctx, catalog, func(tx *store.Tx) error {
		failed = []api.ColumnStatisticsError{}
		db, name, row, err := s.holder(tx, database, tableName, values)
		if err != nil {
			return err
		}
		for i := range list {
			var why error
			switch is := &list[i]; {
			case !row.hasColumn(*is.ColumnName):
				why = api.NewEntityNotFoundException("Column %s not found.", *is.ColumnName)
			case !dataOf(is.StatisticsData):
				why = invalid("The statistics of column %s are not of type %s.", *is.ColumnName, *is.StatisticsData.Type)
			default:
				s.statistics.Put(tx, statisticKey(db, name, values, *is.ColumnName), statistic{lean[api.ColumnStatistics]{*is}})
				continue
			}
			d, err := detail(why)
			if err != nil {
				return err
			}
			failed = append(failed, api.ColumnStatisticsError{ColumnStatistics: &list[i], Error: d})
		}
		return nil
	})
	return failed, err
}

func (s *Service) getStatistics(ctx context.Context, catalog, database, tableName *string, values, columns []string) (list []api.ColumnStatistics, failed []api.ColumnError, err error) {
	err = s.view(ctx, catalog, func(tx *store.Tx) error {
		list, failed = []api.ColumnStatistics{}, []api.ColumnError{}
		db, name, _, err := s.holder(tx, database, tableName, values)
		if err != nil {
			return err
		}
		for i := range columns {
			if row, ok := s.statistics.Get(tx, statisticKey(db, name, values, columns[i])); ok {
				list = append(list, row.Is.V)
				continue
			}
			d, err := detail(api.NewEntityNotFoundException("Statistics of column %s not found.", columns[i]))
			if err != nil {
				return err
			}
			failed = append(failed, api.ColumnError{ColumnName: &columns[i], Error: d})
		}
		return nil
	})
	return list, failed, err
}

func (s *Service) deleteStatistics(ctx context.Context, catalog, database, tableName *string, values []string, column string) error {
	return s.update(ctx, catalog, func(tx *store.Tx) error {
		db, name, _, err := s.holder(tx, database, tableName, values)
		if err != nil {
			return err
		}
		key := statisticKey(db, name, values, column)
		if !s.statistics.Has(tx, key) {
			return api.NewEntityNotFoundException("Statistics of column %s not found.", column)
		}
		s.statistics.Delete(tx, key)
		return nil
	})
}

// UpdateColumnStatisticsForTable keeps statistics of columns, and answers for each that it could not.
// https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateColumnStatisticsForTable.html
func (s *Service) UpdateColumnStatisticsForTable(ctx context.Context, in *api.UpdateColumnStatisticsForTableInput) (*api.UpdateColumnStatisticsForTableOutput, error) {
	failed, err := s.putStatistics(ctx, in.CatalogId, in.DatabaseName, in.TableName, nil, in.ColumnStatisticsList)
	return &api.UpdateColumnStatisticsForTableOutput{Errors: failed}, err
}

// GetColumnStatisticsForTable tells what is kept of columns.
// https://docs.aws.amazon.com/glue/latest/webapi/API_GetColumnStatisticsForTable.html
func (s *Service) GetColumnStatisticsForTable(ctx context.Context, in *api.GetColumnStatisticsForTableInput) (*api.GetColumnStatisticsForTableOutput, error) {
	list, failed, err := s.getStatistics(ctx, in.CatalogId, in.DatabaseName, in.TableName, nil, in.ColumnNames)
	return &api.GetColumnStatisticsForTableOutput{ColumnStatisticsList: list, Errors: failed}, err
}

// DeleteColumnStatisticsForTable forgets what is kept of a column.
// https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteColumnStatisticsForTable.html
func (s *Service) DeleteColumnStatisticsForTable(ctx context.Context, in *api.DeleteColumnStatisticsForTableInput) (*api.DeleteColumnStatisticsForTableOutput, error) {
	return &api.DeleteColumnStatisticsForTableOutput{}, s.deleteStatistics(ctx, in.CatalogId, in.DatabaseName, in.TableName, nil, *in.ColumnName)
}

// UpdateColumnStatisticsForPartition is the same of a partition.
// https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateColumnStatisticsForPartition.html
func (s *Service) UpdateColumnStatisticsForPartition(ctx context.Context, in *api.UpdateColumnStatisticsForPartitionInput) (*api.UpdateColumnStatisticsForPartitionOutput, error) {
	failed, err := s.putStatistics(ctx, in.CatalogId, in.DatabaseName, in.TableName, orEmpty(in.PartitionValues), in.ColumnStatisticsList)
	return &api.UpdateColumnStatisticsForPartitionOutput{Errors: failed}, err
}

// GetColumnStatisticsForPartition is the same of a partition.
// https://docs.aws.amazon.com/glue/latest/webapi/API_GetColumnStatisticsForPartition.html
func (s *Service) GetColumnStatisticsForPartition(ctx context.Context, in *api.GetColumnStatisticsForPartitionInput) (*api.GetColumnStatisticsForPartitionOutput, error) {
	list, failed, err := s.getStatistics(ctx, in.CatalogId, in.DatabaseName, in.TableName, orEmpty(in.PartitionValues), in.ColumnNames)
	return &api.GetColumnStatisticsForPartitionOutput{ColumnStatisticsList: list, Errors: failed}, err
}

// DeleteColumnStatisticsForPartition is the same of a partition.
// https://docs.aws.amazon.com/glue/latest/webapi/API_DeleteColumnStatisticsForPartition.html
func (s *Service) DeleteColumnStatisticsForPartition(ctx context.Context, in *api.DeleteColumnStatisticsForPartitionInput) (*api.DeleteColumnStatisticsForPartitionOutput, error) {
	return &api.DeleteColumnStatisticsForPartitionOutput{}, s.deleteStatistics(ctx, in.CatalogId, in.DatabaseName, in.TableName, orEmpty(in.PartitionValues), *in.ColumnName)
}
