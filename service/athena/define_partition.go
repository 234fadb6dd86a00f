package athena

import (
	"context"
	"net/url"
	"slices"
	"strings"

	glueapi "unyo/api/glue"
	"unyo/api/rt"
	s3api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/engine/sql/syntax"
)

// partitionValues are what a PARTITION clause gives for all of a table's keys, in their order.
func partitionValues(t *glueapi.Table, spec *syntax.PartitionSpec) ([]string, error) {
	values := make([]string, len(t.PartitionKeys))
	found := 0
	for _, v := range spec.Values {
		i := slices.IndexFunc(t.PartitionKeys, func(c glueapi.Column) bool { return strings.EqualFold(*c.Name, v.Name) })
		if i < 0 || v.Op != "=" {
			return nil, failed("SemanticException [Error 10098]: Non-Partition column appears in the partition specification: %s", v.Name)
		}
		values[i] = v.Value
		found++
	}
	if found != len(values) {
		return nil, failed("SemanticException partition spec %s doesn't contain all (%d) partition columns", specText(spec), len(values))
	}
	return values, nil
}

func specText(spec *syntax.PartitionSpec) string {
	var parts []string
	for _, v := range spec.Values {
		parts = append(parts, v.Name+v.Op+v.Value)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// folderOf is the path of a partition below its table's location: year=2026/month=01/.
func folderOf(t *glueapi.Table, values []string) string {
	var b strings.Builder
	for i, c := range t.PartitionKeys {
		b.WriteString(folder(*c.Name, values[i]))
	}
	return b.String()
}

// folder is the name of a folder that holds the rows of which a key has one value.
func folder(name, value string) string { return name + "=" + url.PathEscape(value) + "/" }

// partitionInput describes a partition: the table's form, in a place of its own.
func partitionInput(t *glueapi.Table, values []string, location string) glueapi.PartitionInput {
	d := *t.StorageDescriptor
	if location == "" {
		location = strings.TrimSuffix(rt.Val(d.Location), "/") + "/" + strings.TrimSuffix(folderOf(t, values), "/")
	}
	d.Location = &location
	return glueapi.PartitionInput{Values: values, StorageDescriptor: &d}
}

// addPartitions does ALTER TABLE ADD PARTITION.
// https://docs.aws.amazon.com/athena/latest/ug/alter-table-add-partition.html
func (q *query) addPartitions(ctx context.Context, stmt *syntax.AddPartitions) error {
	t, err := q.existing(ctx, stmt.Table)
	if err != nil {
		return err
	}
	var list []glueapi.PartitionInput
	for i := range stmt.Specs {
		values, err := partitionValues(t, &stmt.Specs[i])
		if err != nil {
			return err
		}
		list = append(list, partitionInput(t, values, stmt.Specs[i].Location))
	}
	return q.createPartitions(ctx, t, list, stmt.IfNotExists)
}

// atOnce is how many partitions one call of Glue takes.
// https://docs.aws.amazon.com/glue/latest/webapi/API_BatchCreatePartition.html
const atOnce = 100

func (q *query) createPartitions(ctx context.Context, t *glueapi.Table, list []glueapi.PartitionInput, unlessThere bool) error {
	for some := range slices.Chunk(list, atOnce) {
		got, err := q.s.peers.Glue.BatchCreatePartition(ctx, &glueapi.BatchCreatePartitionInput{DatabaseName: t.DatabaseName, TableName: t.Name, PartitionInputList: some})
		if err != nil {
			return hive(err)
		}
		for _, e := range got.Errors {
			if unlessThere && rt.Val(e.ErrorDetail.ErrorCode) == "AlreadyExistsException" {
				continue
			}
			return failed("Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. %s(message:%s)", rt.Val(e.ErrorDetail.ErrorCode), rt.Val(e.ErrorDetail.ErrorMessage))
		}
	}
	return nil
}

// partitions are those of a table, in the order of their values; expression, unless "", is Glue's.
func (q *query) partitions(ctx context.Context, t *glueapi.Table, expression string) (list []glueapi.Partition, err error) {
	in := &glueapi.GetPartitionsInput{CatalogId: foreign(ctx, t), DatabaseName: t.DatabaseName, TableName: t.Name}
	if expression != "" {
		in.Expression = &expression
	}
	for {
		got, err := q.s.peers.Glue.GetPartitions(ctx, in)
		if err != nil {
			return nil, hive(err)
		}
		list = append(list, got.Partitions...)
		if in.NextToken = got.NextToken; in.NextToken == nil {
			return list, nil
		}
	}
}

// dropPartitions does ALTER TABLE DROP PARTITION: all that a clause holds for. The data stay.
// https://docs.aws.amazon.com/athena/latest/ug/alter-table-drop-partition.html
func (q *query) dropPartitions(ctx context.Context, stmt *syntax.DropPartitions) error {
	t, err := q.existing(ctx, stmt.Table)
	if err != nil {
		return err
	}
	for i := range stmt.Specs {
		list, err := q.partitions(ctx, t, expressionOf(&stmt.Specs[i]))
		if err != nil {
			return err
		}
		if len(list) == 0 && !stmt.IfExists {
			return failed("SemanticException [Error 10006]: Partition not found %s", specText(&stmt.Specs[i]))
		}
		for some := range slices.Chunk(list, 25) { // https://docs.aws.amazon.com/glue/latest/webapi/API_BatchDeletePartition.html
			in := &glueapi.BatchDeletePartitionInput{DatabaseName: t.DatabaseName, TableName: t.Name}
			for _, p := range some {
				in.PartitionsToDelete = append(in.PartitionsToDelete, glueapi.PartitionValueList{Values: p.Values})
			}
			if _, err := q.s.peers.Glue.BatchDeletePartition(ctx, in); err != nil {
				return hive(err)
			}
		}
	}
	return nil
}

// expressionOf is a PARTITION clause as Glue's expression.
func expressionOf(spec *syntax.PartitionSpec) string {
	var parts []string
	for _, v := range spec.Values {
		parts = append(parts, v.Name+" "+v.Op+" '"+strings.ReplaceAll(v.Value, "'", "''")+"'")
	}
	return strings.Join(parts, " AND ")
}

// partition finds a partition that must be there.
func (q *query) partition(ctx context.Context, t *glueapi.Table, spec *syntax.PartitionSpec) (*glueapi.Partition, []string, error) {
	values, err := partitionValues(t, spec)
	if err != nil {
		return nil, nil, err
	}
	got, err := q.s.peers.Glue.GetPartition(ctx, &glueapi.GetPartitionInput{CatalogId: foreign(ctx, t), DatabaseName: t.DatabaseName, TableName: t.Name, PartitionValues: values})
	if awserr.Code(err) == "EntityNotFoundException" {
		return nil, nil, failed("SemanticException [Error 10006]: Partition not found %s", specText(spec))
	}
	if err != nil {
		return nil, nil, hive(err)
	}
	return got.Partition, values, nil
}

// updatePartition describes a partition anew.
func (q *query) updatePartition(ctx context.Context, t *glueapi.Table, old []string, p *glueapi.Partition, change func(d *glueapi.StorageDescriptor) error) error {
	d := glueapi.StorageDescriptor{}
	if p.StorageDescriptor != nil {
		d = *p.StorageDescriptor
	}
	if err := change(&d); err != nil {
		return err
	}
	_, err := q.s.peers.Glue.UpdatePartition(ctx, &glueapi.UpdatePartitionInput{
		DatabaseName: t.DatabaseName, TableName: t.Name, PartitionValueList: old,
		PartitionInput: &glueapi.PartitionInput{Values: p.Values, StorageDescriptor: &d, Parameters: p.Parameters, LastAccessTime: p.LastAccessTime, LastAnalyzedTime: p.LastAnalyzedTime},
	})
	return hive(err)
}

// renamePartition does ALTER TABLE PARTITION RENAME TO: other values for the same place.
// https://docs.aws.amazon.com/athena/latest/ug/alter-table-rename-partition.html
func (q *query) renamePartition(ctx context.Context, stmt *syntax.RenamePartition) error {
	t, err := q.existing(ctx, stmt.Table)
	if err != nil {
		return err
	}
	p, old, err := q.partition(ctx, t, &stmt.From)
	if err != nil {
		return err
	}
	if p.Values, err = partitionValues(t, &stmt.To); err != nil {
		return err
	}
	return q.updatePartition(ctx, t, old, p, func(*glueapi.StorageDescriptor) error { return nil })
}

// repairTable does MSCK REPAIR TABLE: partitions whose folders are named as Hive names them, and that the catalogue does not
// know, are added, and told of as Hive does. Partitions without a folder stay.
// https://docs.aws.amazon.com/athena/latest/ug/msck-repair-table.html
func (q *query) repairTable(ctx context.Context, stmt *syntax.RepairTable) error {
	t, err := q.existing(ctx, stmt.Table)
	if err != nil {
		return err
	}
	known := map[string]bool{}
	list, err := q.partitions(ctx, t, "")
	if err != nil {
		return err
	}
	for _, p := range list {
		known[folderOf(t, p.Values)] = true
	}
	bucket, prefix, ok := place(rt.Val(t.StorageDescriptor.Location))
	if !ok || len(t.PartitionKeys) == 0 {
		return q.putLines(ctx, nil, nil)
	}
	var found []glueapi.PartitionInput
	missing, lines := "Partitions not in metastore:", []string{}
	err = q.s.list(ctx, bucket, prefix, func(o *s3api.Object) error {
		values, folder, ok := q.folder(t, strings.TrimPrefix(*o.Key, prefix))
		if id := folderOf(t, values); ok && !known[id] {
			known[id] = true
			name := *t.Name + ":" + strings.TrimSuffix(id, "/")
			missing += "\t" + name
			lines = append(lines, "Repair: Added partition to metastore "+name)
			found = append(found, partitionInput(t, values, "s3://"+bucket+"/"+prefix+folder))
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return q.putLines(ctx, nil, nil)
	}
	if err := q.createPartitions(ctx, t, found, true); err != nil {
		return err
	}
	return q.putLines(ctx, []column{textColumn("result")}, append([]string{missing}, lines...))
}

// folder reads the values of a partition out of the path of an object below the table's location.
func (q *query) folder(t *glueapi.Table, below string) (values []string, folder string, ok bool) {
	rest := below
	values = make([]string, len(t.PartitionKeys))
	for i, c := range t.PartitionKeys {
		part, after, cut := strings.Cut(rest, "/")
		name, value, eq := strings.Cut(part, "=")
		v, err := url.PathUnescape(value)
		if !cut || !eq || err != nil || !strings.EqualFold(name, *c.Name) {
			return values, "", false
		}
		values[i], rest = v, after
	}
	return values, strings.TrimSuffix(below[:len(below)-len(rest)], "/"), true
}
