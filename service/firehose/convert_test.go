package firehose

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	api "unyo/api/firehose"
	glueapi "unyo/api/glue"
	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/engine/columnar"
)

// shelf stands for Glue: one table, of which there are versions. A column's type may be changed under way.
type shelf struct {
	columns []string // name, type, name, type …
	version string
	deny    bool
	role    call.Role
}

func (g *shelf) Invoke(ctx context.Context, m *rt.Model, op *rt.Operation, in any) (any, error) {
	g.role, _ = call.AsOf(ctx)
	if g.deny {
		return nil, awserr.New(400, "AccessDeniedException", "no")
	}
	t := &glueapi.Table{Name: new("t"), StorageDescriptor: &glueapi.StorageDescriptor{}}
	for pair := range slices.Chunk(g.columns, 2) {
		t.StorageDescriptor.Columns = append(t.StorageDescriptor.Columns, glueapi.Column{Name: &pair[0], Type: &pair[1]})
	}
	v := glueapi.TableVersion{Table: t, VersionId: &g.version}
	switch in := in.(type) {
	case *glueapi.GetTableVersionsInput:
		if *in.TableName != "t" {
			return nil, glueapi.NewEntityNotFoundException("Table %s not found.", *in.TableName)
		}
		return &glueapi.GetTableVersionsOutput{TableVersions: []glueapi.TableVersion{v}}, nil
	case *glueapi.GetTableVersionInput:
		return &glueapi.GetTableVersionOutput{TableVersion: &v}, nil
	}
	return nil, awserr.NotImplemented(m.Service, op.Name)
}

// parquetOf is a configuration that converts to Parquet.
func parquetOf() *api.DataFormatConversionConfiguration {
	return &api.DataFormatConversionConfiguration{
		SchemaConfiguration:       &api.SchemaConfiguration{RoleARN: new("arn:aws:iam::111111111111:role/catalogue"), DatabaseName: new("d"), TableName: new("t")},
		InputFormatConfiguration:  &api.InputFormatConfiguration{Deserializer: &api.Deserializer{OpenXJsonSerDe: &api.OpenXJsonSerDe{}}},
		OutputFormatConfiguration: &api.OutputFormatConfiguration{Serializer: &api.Serializer{ParquetSerDe: &api.ParquetSerDe{}}},
	}
}

// converting makes a stream that converts.
func (f *fixture) convert(change func(*api.DataFormatConversionConfiguration)) {
	f.t.Helper()
	f.create(func(d *api.ExtendedS3DestinationConfiguration) {
		c := parquetOf()
		if change != nil {
			change(c)
		}
		d.Prefix, d.ErrorOutputPrefix, d.DataFormatConversionConfiguration = new("out/"), new("errors/!{firehose:error-output-type}/"), c
	})
}

// columnRows are the rows of all converted objects below a prefix: each as its ints and texts, sorted.
func (f *fixture) columnRows(prefix string) string {
	f.t.Helper()
	var list []string
	for _, key := range slices.Sorted(maps.Keys(f.bucket.objects)) {
		if !strings.HasPrefix(key, prefix) {
			continue
		}
		open := columnar.ReadParquet
		if strings.HasSuffix(key, ".orc") {
			open = columnar.ReadORC
		}
		object := f.bucket.objects[key]
		r, err := open(bytes.NewReader([]byte(object)), int64(len(object)))
		if err != nil {
			f.t.Fatalf("%s: %v", key, err)
		}
		for {
			row, err := r.Read()
			if err == io.EOF {
				break
			}
			if err != nil {
				f.t.Fatal(err)
			}
			list = append(list, fmt.Sprintf("%d%s", row[0].Int, row[1].Bytes))
		}
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

// Records become columns as the table says; those that do not fit go to the error prefix, in AWS's form; several objects in a record are rows.
// https://docs.aws.amazon.com/firehose/latest/dev/record-format-conversion-error-handling.html
func TestConversion(t *testing.T) {
	for suffix, change := range map[string]func(*api.DataFormatConversionConfiguration){
		".parquet": nil,
		".orc": func(c *api.DataFormatConversionConfiguration) {
			c.OutputFormatConfiguration.Serializer = &api.Serializer{OrcSerDe: &api.OrcSerDe{Compression: new(api.OrcCompressionZlib)}}
			c.SchemaConfiguration.VersionId = new("3")
		},
	} {
		f := setUp(t)
		f.shelf.columns = []string{"n", "int", "word", "string"}
		f.convert(change)
		if f.shelf.role.ARN != "arn:aws:iam::111111111111:role/catalogue" {
			t.Errorf("Glue was asked as %+v", f.shelf.role)
		}
		f.put(`{"n":1,"word":"a","more":[]}`, `{"n":"x"}`, `{"N":2,"WORD":"b"}{"n":3,"word":"c"}`)
		f.put(`no JSON`)
		f.advance(300 * time.Second)
		f.advance(0)
		if got := f.columnRows("out/"); got != "1a 2b 3c" {
			t.Errorf("%s: %s", suffix, got)
		}
		for key := range f.bucket.objects {
			if strings.HasPrefix(key, "out/") && !strings.HasSuffix(key, suffix) {
				t.Error(key)
			}
		}
		f.advance(300 * time.Second)
		failed := map[string]string{}
		for line := range strings.Lines(f.under("errors/format-conversion-failed/")) {
			var d struct {
				ErrorCode, ErrorMessage, RawData string
				DataCatalogTable                 catalogTable
				AttemptsMade                     int
			}
			if err := json.Unmarshal([]byte(line), &d); err != nil {
				t.Fatal(err)
			}
			raw, _ := base64.StdEncoding.DecodeString(d.RawData)
			failed[string(raw)] = d.ErrorCode
			if d.DataCatalogTable.Database != "d" || d.DataCatalogTable.Table != "t" || d.DataCatalogTable.Region != "eu-central-1" || d.AttemptsMade != 1 || d.ErrorMessage == "" {
				t.Errorf("%+v", d)
			}
		}
		if want := map[string]string{`{"n":"x"}`: "DataFormatConversion.MalformedData", "no JSON": "DataFormatConversion.ParseError"}; !maps.Equal(failed, want) {
			t.Errorf("%s: failed: %v", suffix, failed)
		}
		if ok, bad := f.sum("SucceedConversion.Records"), f.sum("FailedConversion.Records"); ok != 2 || bad != 2 {
			t.Errorf("metrics: %v records converted, %v not", ok, bad)
		}
	}
}

// A table that cannot be read is waited for; one that is no table of ours fails its records; nothing but failures makes no object.
func TestConversionWithoutSchema(t *testing.T) {
	f := setUp(t)
	f.shelf.columns = []string{"n", "int", "word", "string"}
	f.convert(nil)
	f.put(`{"n":1,"word":"a"}`)
	f.shelf.deny = true
	f.advance(400 * time.Second)
	if len(f.bucket.objects) != 0 {
		t.Errorf("delivered without a schema: %v", f.bucket.objects)
	}
	f.shelf.deny = false
	f.advance(time.Hour)
	if got := f.columnRows("out/"); got != "1a" {
		t.Error(got)
	}
	f.shelf.columns = []string{"n", "integers"}
	f.put(`{"n":2}`)
	f.advance(time.Hour)
	if got := f.under("errors/format-conversion-failed/"); !strings.Contains(got, "DataFormatConversion.InvalidSchema") || !strings.Contains(got, "Error: type expected at the position 0 of 'integers'") {
		t.Error(got)
	}
	f.shelf.columns = []string{"n", "int", "word", "string"}
	f.put(`{`)
	f.advance(time.Hour)
	if got := f.columnRows("out/"); got != "1a" {
		t.Error(got)
	}
	if left := append(rowsOf(f, "batch"), rowsOf(f, "flight")...); len(left) != 0 {
		t.Error(left)
	}
}

// What was sorted out by one schema is not judged again by another: the flight keeps what it was sifted by.
func TestSchemaChangesUnderWay(t *testing.T) {
	f := setUp(t)
	f.shelf.columns = []string{"n", "int", "word", "string"}
	f.convert(nil)
	f.put(`{"n":1,"word":"a"}`, `{"n":"x","word":"b"}`)
	f.bucket.fail = func(n int) (error, error) {
		if n > 1 {
			return nil, nil
		}
		f.shelf.columns = []string{"n", "string", "word", "int"}
		return awserr.New(503, "SlowDown", "later"), nil
	}
	f.advance(time.Hour)
	if got := f.columnRows("out/"); got != "1a" {
		t.Error(got)
	}
	if got := strings.Count(f.under("errors/"), "\n"); got != 1 {
		t.Errorf("%d failed, want 1", got)
	}
}

// https://docs.aws.amazon.com/firehose/latest/APIReference/API_DataFormatConversionConfiguration.html
func TestConversionRules(t *testing.T) {
	f := setUp(t)
	f.shelf.columns = []string{"n", "int"}
	for name, c := range map[string]struct {
		change func(*api.ExtendedS3DestinationConfiguration, *api.DataFormatConversionConfiguration)
		code   string
	}{
		"gzip": {func(d *api.ExtendedS3DestinationConfiguration, _ *api.DataFormatConversionConfiguration) {
			d.CompressionFormat = new(api.CompressionFormatGzip)
		}, "InvalidArgumentException"},
		"63 MB": {func(d *api.ExtendedS3DestinationConfiguration, _ *api.DataFormatConversionConfiguration) {
			d.BufferingHints = &api.BufferingHints{SizeInMBs: new(int32(63)), IntervalInSeconds: new(int32(60))}
		}, "InvalidArgumentException"},
		"no schema": {func(_ *api.ExtendedS3DestinationConfiguration, c *api.DataFormatConversionConfiguration) {
			c.SchemaConfiguration = nil
		}, "InvalidArgumentException"},
		"no role": {func(_ *api.ExtendedS3DestinationConfiguration, c *api.DataFormatConversionConfiguration) {
			c.SchemaConfiguration.RoleARN = nil
		}, "InvalidArgumentException"},
		"two serializers": {func(_ *api.ExtendedS3DestinationConfiguration, c *api.DataFormatConversionConfiguration) {
			c.OutputFormatConfiguration.Serializer.OrcSerDe = &api.OrcSerDe{}
		}, "InvalidArgumentException"},
		"no table": {func(_ *api.ExtendedS3DestinationConfiguration, c *api.DataFormatConversionConfiguration) {
			c.SchemaConfiguration.TableName = new("other")
		}, "InvalidArgumentException"},
		"format": {func(_ *api.ExtendedS3DestinationConfiguration, c *api.DataFormatConversionConfiguration) {
			c.InputFormatConfiguration.Deserializer = &api.Deserializer{HiveJsonSerDe: &api.HiveJsonSerDe{TimestampFormats: []string{"EEEE"}}}
		}, "InvalidArgumentException"},
		"elsewhere": {func(_ *api.ExtendedS3DestinationConfiguration, c *api.DataFormatConversionConfiguration) {
			c.SchemaConfiguration.Region = new("us-east-1")
		}, "NotImplemented"},
		"off": {func(d *api.ExtendedS3DestinationConfiguration, c *api.DataFormatConversionConfiguration) {
			c.Enabled, d.CompressionFormat = new(false), new(api.CompressionFormatGzip)
		}, ""},
	} {
		d := &api.ExtendedS3DestinationConfiguration{RoleARN: new(role), BucketARN: new("arn:aws:s3:::archive"), DataFormatConversionConfiguration: parquetOf()}
		c.change(d, d.DataFormatConversionConfiguration)
		if err := f.make(&api.CreateDeliveryStreamInput{DeliveryStreamName: new(strings.ReplaceAll(name, " ", "-")), ExtendedS3DestinationConfiguration: d}); awserr.Code(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	f.shelf.deny = true
	err := f.make(&api.CreateDeliveryStreamInput{DeliveryStreamName: new("denied"), ExtendedS3DestinationConfiguration: &api.ExtendedS3DestinationConfiguration{
		RoleARN: new(role), BucketARN: new("arn:aws:s3:::archive"), DataFormatConversionConfiguration: parquetOf(),
	}})
	if awserr.Code(err) != "InvalidArgumentException" || !strings.Contains(err.Error(), "Access was denied when calling Glue") {
		t.Error(err)
	}
	f.shelf.deny = false
	f.convert(nil)
	out, err := f.s.DescribeDeliveryStream(f.call(), &api.DescribeDeliveryStreamInput{DeliveryStreamName: new("s")})
	if err != nil {
		t.Fatal(err)
	}
	got := out.DeliveryStreamDescription.Destinations[0].ExtendedS3DestinationDescription
	if c := got.DataFormatConversionConfiguration; !*c.Enabled || *c.SchemaConfiguration.TableName != "t" || *got.BufferingHints.SizeInMBs != 128 {
		t.Errorf("%+v", got)
	}
	if err := f.update(&api.UpdateDestinationInput{ExtendedS3DestinationUpdate: &api.ExtendedS3DestinationUpdate{DataFormatConversionConfiguration: &api.DataFormatConversionConfiguration{Enabled: new(false)}}}); err != nil {
		t.Fatal(err)
	}
	f.put(`{"n":1}`)
	f.advance(time.Hour)
	if got := f.under("2026/") + f.under("out/"); got != `{"n":1}` {
		t.Errorf("turned off: %q", got)
	}
}

// An object whose delivery is tried again is made anew, and is the same.
func TestConversionAgain(t *testing.T) {
	var objects []string
	for failures := range 3 {
		f := setUp(t)
		f.convert(nil)
		f.bucket.fail = func(n int) (before, after error) {
			if n <= failures {
				before = errCut
			}
			return before, nil
		}
		f.put(`{"n":1,"word":"a"}`, `{"n":"x"}`, `{"n":2}`)
		f.advance(300 * time.Second)
		f.advance(time.Minute)
		if got := f.columnRows("out/"); got != "1a 2" {
			t.Errorf("after %d failures: %s", failures, got)
		}
		for key, object := range f.bucket.objects {
			if strings.HasPrefix(key, "out/") {
				objects = append(objects, object)
			}
		}
	}
	if len(objects) != 3 || objects[0] != objects[1] || objects[0] != objects[2] {
		t.Errorf("%d objects, which differ", len(objects))
	}
}
