package glue

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	api "unyo/api/glue"
)

func (f *fixture) partitions(in *api.GetPartitionsInput) (got []string) {
	f.t.Helper()
	in.DatabaseName, in.TableName = new("d"), new("t")
	for {
		out := ok[*api.GetPartitionsOutput](f.t)(f.s.GetPartitions(f.call(), in))
		for _, p := range out.Partitions {
			got = append(got, strings.Join(p.Values, "/"))
		}
		if in.NextToken = out.NextToken; in.NextToken == nil {
			return got
		}
	}
}

func (f *fixture) addPartitions(values ...string) []string {
	f.t.Helper()
	in := &api.BatchCreatePartitionInput{DatabaseName: new("D"), TableName: new("T")}
	for _, v := range values {
		in.PartitionInputList = append(in.PartitionInputList, api.PartitionInput{Values: strings.Split(v, "/"), StorageDescriptor: &api.StorageDescriptor{Location: new("s3://b/" + v), Columns: columns("a", "int")}})
	}
	var errors []string
	for _, e := range ok[*api.BatchCreatePartitionOutput](f.t)(f.s.BatchCreatePartition(f.call(), in)).Errors {
		errors = append(errors, strings.Join(e.PartitionValues, "/")+" "+*e.ErrorDetail.ErrorCode)
	}
	return errors
}

func TestPartitions(t *testing.T) {
	f := setUp(t)
	f.createDatabase("d")
	f.createTable("d", "t", "year", "int", "host", "string")
	if errors := f.addPartitions("2024/a", "2024/b", "2025/a", "2024/a", "2024"); !slices.Equal(errors, []string{"2024/a AlreadyExistsException", "2024 InvalidInputException"}) {
		t.Error(errors)
	}
	p := ok[*api.GetPartitionOutput](t)(f.s.GetPartition(f.call(), &api.GetPartitionInput{DatabaseName: new("d"), TableName: new("t"), PartitionValues: []string{"2024", "b"}})).Partition
	if *p.StorageDescriptor.Location != "s3://b/2024/b" || *p.TableName != "t" || !p.CreationTime.Equal(f.k.Clock.Now()) {
		t.Errorf("%+v", p)
	}
	update := ok[*api.BatchUpdatePartitionOutput](t)(f.s.BatchUpdatePartition(f.call(), &api.BatchUpdatePartitionInput{DatabaseName: new("d"), TableName: new("t"), Entries: []api.BatchUpdatePartitionRequestEntry{
		{PartitionValueList: []string{"2024", "b"}, PartitionInput: &api.PartitionInput{Values: []string{"2024", "c"}}},
		{PartitionValueList: []string{"2024", "a"}, PartitionInput: &api.PartitionInput{Values: []string{"2025", "a"}}},
		{PartitionValueList: []string{"2023", "a"}, PartitionInput: &api.PartitionInput{}},
	}}))
	var errors []string
	for _, e := range update.Errors {
		errors = append(errors, *e.ErrorDetail.ErrorCode)
	}
	if !slices.Equal(errors, []string{"AlreadyExistsException", "EntityNotFoundException"}) {
		t.Error(errors)
	}
	ok[*api.UpdatePartitionOutput](t)(f.s.UpdatePartition(f.call(), &api.UpdatePartitionInput{DatabaseName: new("d"), TableName: new("t"), PartitionValueList: []string{"2024", "a"}, PartitionInput: &api.PartitionInput{Parameters: map[string]string{"k": "v"}}}))
	got := ok[*api.BatchGetPartitionOutput](t)(f.s.BatchGetPartition(f.call(), &api.BatchGetPartitionInput{DatabaseName: new("d"), TableName: new("t"), PartitionsToGet: []api.PartitionValueList{{Values: []string{"2024", "a"}}, {Values: []string{"2024", "b"}}}}))
	if len(got.Partitions) != 1 || got.Partitions[0].Parameters["k"] != "v" {
		t.Errorf("%+v", got)
	}
	if got := f.partitions(&api.GetPartitionsInput{}); !slices.Equal(got, []string{"2024/a", "2024/c", "2025/a"}) {
		t.Error(got)
	}
	deleted := ok[*api.BatchDeletePartitionOutput](t)(f.s.BatchDeletePartition(f.call(), &api.BatchDeletePartitionInput{DatabaseName: new("d"), TableName: new("t"), PartitionsToDelete: []api.PartitionValueList{{Values: []string{"2024", "c"}}, {Values: []string{"2024", "b"}}}}))
	if len(deleted.Errors) != 1 || *deleted.Errors[0].ErrorDetail.ErrorCode != "EntityNotFoundException" {
		t.Errorf("%+v", deleted)
	}
	ok[*api.DeletePartitionOutput](t)(f.s.DeletePartition(f.call(), &api.DeletePartitionInput{DatabaseName: new("d"), TableName: new("t"), PartitionValues: []string{"2024", "a"}}))
	if got := f.partitions(&api.GetPartitionsInput{}); !slices.Equal(got, []string{"2025/a"}) {
		t.Error(got)
	}
}

// Segments part the partitions: together they are all, and none twice. Pages have the size that is asked for.
func TestSegments(t *testing.T) {
	f := setUp(t)
	f.createDatabase("d")
	f.createTable("d", "t", "n", "int")
	var all []string
	for i := range 90 {
		all = append(all, fmt.Sprintf("%03d", i))
	}
	f.addPartitions(all...)
	var got []string
	for i := range int32(4) {
		part := f.partitions(&api.GetPartitionsInput{Segment: &api.Segment{SegmentNumber: &i, TotalSegments: new(int32(4))}, MaxResults: new(int32(7)), Expression: new("n < 80")})
		if len(part) == 0 {
			t.Errorf("segment %d is empty", i)
		}
		got = append(got, part...)
	}
	if slices.Sort(got); !slices.Equal(got, all[:80]) {
		t.Error(got)
	}
	_, err := f.s.GetPartitions(f.call(), &api.GetPartitionsInput{DatabaseName: new("d"), TableName: new("t"), Segment: &api.Segment{SegmentNumber: new(int32(4)), TotalSegments: new(int32(4))}})
	wantCode(t, err, "InvalidInputException")
	out := ok[*api.GetPartitionsOutput](t)(f.s.GetPartitions(f.call(), &api.GetPartitionsInput{DatabaseName: new("d"), TableName: new("t"), ExcludeColumnSchema: new(true), MaxResults: new(int32(1))}))
	if sd := out.Partitions[0].StorageDescriptor; sd.Columns != nil || *sd.Location != "s3://b/000" {
		t.Errorf("%+v", sd)
	}
}

func TestPartitionIndexes(t *testing.T) {
	f := setUp(t)
	f.createDatabase("d")
	in := &api.CreateTableInput{DatabaseName: new("d"), TableInput: definition("t", "year", "int", "host", "string"), PartitionIndexes: []api.PartitionIndex{{IndexName: new("first"), Keys: []string{"year"}}}}
	ok[*api.CreateTableOutput](t)(f.s.CreateTable(f.call(), in))
	add := func(name string, keys ...string) error {
		_, err := f.s.CreatePartitionIndex(f.call(), &api.CreatePartitionIndexInput{DatabaseName: new("d"), TableName: new("t"), PartitionIndex: &api.PartitionIndex{IndexName: &name, Keys: keys}})
		return err
	}
	wantCode(t, add("first", "host"), "AlreadyExistsException")
	wantCode(t, add("x", "path"), "InvalidInputException")
	for _, name := range []string{"second", "third"} {
		if err := add(name, "host", "year"); err != nil {
			t.Fatal(err)
		}
	}
	wantCode(t, add("fourth", "host"), "ResourceNumberLimitExceededException")
	ok[*api.DeletePartitionIndexOutput](t)(f.s.DeletePartitionIndex(f.call(), &api.DeletePartitionIndexInput{DatabaseName: new("d"), TableName: new("t"), IndexName: new("second")}))
	if err := add("fourth", "host"); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range ok[*api.GetPartitionIndexesOutput](t)(f.s.GetPartitionIndexes(f.call(), &api.GetPartitionIndexesInput{DatabaseName: new("d"), TableName: new("t")})).PartitionIndexDescriptorList {
		got = append(got, *d.IndexName+" "+*d.IndexStatus+" "+*d.Keys[0].Name+" "+*d.Keys[0].Type)
	}
	if !slices.Equal(got, []string{"first ACTIVE year int", "fourth ACTIVE host string", "third ACTIVE host string"}) {
		t.Error(got)
	}
}
