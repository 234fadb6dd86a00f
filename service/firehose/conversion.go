package firehose

import (
	"cmp"
	"context"
	"strings"

	api "unyo/api/firehose"
	glueapi "unyo/api/glue"
	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/engine/columnar"
	"unyo/kernel/store"
)

// Buffering where records are converted.
// https://docs.aws.amazon.com/firehose/latest/dev/enable-record-format-conversion.html
const (
	convertedMB      = 128
	leastConvertedMB = 64
)

// latest is the version of a table that a conversion takes unless it is told another.
const latest = "LATEST"

// converts reports whether a configuration is on.
func converts(c *api.DataFormatConversionConfiguration) bool {
	return c != nil && (c.Enabled == nil || *c.Enabled)
}

// converts reports whether what waits in a buffer is to become columns.
func (row *stream) converts(buffer string) bool {
	return converts(row.Conversion) && buffer != bufferCopy && !strings.HasPrefix(buffer, errorsOf)
}

// checkConversion holds what a configuration needs, and refuses what has no behaviour here.
// https://docs.aws.amazon.com/firehose/latest/APIReference/API_DataFormatConversionConfiguration.html
func checkConversion(ctx context.Context, c *api.DataFormatConversionConfiguration) error {
	if !converts(c) {
		return nil
	}
	table, in, out := c.SchemaConfiguration, c.InputFormatConfiguration, c.OutputFormatConfiguration
	switch {
	case table == nil || in == nil || in.Deserializer == nil || out == nil || out.Serializer == nil:
		return invalid("SchemaConfiguration, InputFormatConfiguration and OutputFormatConfiguration must be specified when data format conversion is enabled.")
	case table.RoleARN == nil || table.DatabaseName == nil || table.TableName == nil:
		return invalid("RoleARN, DatabaseName and TableName must be specified in SchemaConfiguration.")
	case table.Region != nil && *table.Region != call.From(ctx).Region:
		return unsupported("SchemaConfiguration of another Region")
	case (in.Deserializer.HiveJsonSerDe == nil) == (in.Deserializer.OpenXJsonSerDe == nil):
		return invalid("Exactly one deserializer must be specified.")
	case (out.Serializer.OrcSerDe == nil) == (out.Serializer.ParquetSerDe == nil):
		return invalid("Exactly one serializer must be specified.")
	}
	if o := out.Serializer.OrcSerDe; o != nil {
		switch {
		case len(o.BloomFilterColumns) > 0:
			return unsupported("BloomFilterColumns")
		case rt.Val(o.EnablePadding):
			return unsupported("EnablePadding")
		case o.RowIndexStride != nil && *o.RowIndexStride != 10000:
			return unsupported("RowIndexStride")
		}
	}
	if p := out.Serializer.ParquetSerDe; p != nil && rt.Val(p.MaxPaddingBytes) > 0 {
		return unsupported("MaxPaddingBytes")
	}
	if _, err := columnar.NewDecoder(deserializer(c), nil); err != nil {
		return invalid("%v", err)
	}
	return nil
}

// checkConverted holds a target to what conversion needs of it: the columns are compressed in the file, not the file.
func (d *target) checkConverted() error {
	switch {
	case d.Compression != api.CompressionFormatUncompressed:
		return invalid("CompressionFormat must be UNCOMPRESSED when data format conversion is enabled.")
	case d.BufferMB < leastConvertedMB:
		return invalid("BufferingHints.SizeInMBs must be at least %d when data format conversion is enabled.", leastConvertedMB)
	}
	return nil
}

// checkTable sees that the table of a conversion can be read as its role.
func (s *Service) checkTable(ctx context.Context, row *stream, c *api.DataFormatConversionConfiguration) error {
	if !converts(c) {
		return nil
	}
	_, _, err := s.schema(ctx, row, c)
	switch code := awserr.Code(err); code {
	case "AccessDenied", "AccessDeniedException":
		return invalid("Access was denied when calling Glue. Please ensure that the role specified in the data format conversion configuration has the necessary permissions.")
	case "EntityNotFoundException", "InvalidInputException":
		return invalid("The table of the data format conversion configuration cannot be read: %v", err)
	}
	return err
}

// changed is a configuration with what an update gives of it: what is turned off stays as it is.
func changed(old, u *api.DataFormatConversionConfiguration) *api.DataFormatConversionConfiguration {
	if old == nil || u == nil {
		return cmp.Or(u, old)
	}
	return &api.DataFormatConversionConfiguration{
		Enabled: cmp.Or(u.Enabled, old.Enabled), SchemaConfiguration: cmp.Or(u.SchemaConfiguration, old.SchemaConfiguration),
		InputFormatConfiguration: cmp.Or(u.InputFormatConfiguration, old.InputFormatConfiguration), OutputFormatConfiguration: cmp.Or(u.OutputFormatConfiguration, old.OutputFormatConfiguration),
	}
}

// checkNewConversion holds what an update makes of a stream's conversion, before the update is made: Glue is asked.
func (s *Service) checkNewConversion(ctx context.Context, name string, u *api.DataFormatConversionConfiguration) error {
	if u == nil {
		return nil
	}
	row := stream{Name: name}
	if err := s.k.View(ctx, func(tx *store.Tx) error { row, _ = s.streams.Get(tx, name); return nil }); err != nil {
		return err
	}
	c := changed(row.Conversion, u)
	if err := checkConversion(ctx, c); err != nil {
		return err
	}
	row.Name = name
	return s.checkTable(ctx, &row, c)
}

// schema asks for the columns of a conversion's table, as its role, and for the version they are of.
func (s *Service) schema(ctx context.Context, row *stream, c *api.DataFormatConversionConfiguration) (columns []column, version string, err error) {
	t := c.SchemaConfiguration
	ctx = s.as(ctx, row, *t.RoleARN)
	var found *glueapi.TableVersion
	if v := rt.Val(t.VersionId); v == "" || v == latest {
		out, err := s.peers.Glue.GetTableVersions(ctx, &glueapi.GetTableVersionsInput{CatalogId: t.CatalogId, DatabaseName: t.DatabaseName, TableName: t.TableName, MaxResults: new(int32(1))})
		if err != nil {
			return nil, "", err
		}
		found = &out.TableVersions[0] // the newest; there always is one
	} else {
		out, err := s.peers.Glue.GetTableVersion(ctx, &glueapi.GetTableVersionInput{CatalogId: t.CatalogId, DatabaseName: t.DatabaseName, TableName: t.TableName, VersionId: t.VersionId})
		if err != nil {
			return nil, "", err
		}
		found = out.TableVersion
	}
	if sd := found.Table.StorageDescriptor; sd != nil {
		for _, k := range sd.Columns {
			columns = append(columns, column{*k.Name, rt.Val(k.Type)})
		}
	}
	return columns, *found.VersionId, nil
}

// deserializer is how a configuration reads records.
func deserializer(c *api.DataFormatConversionConfiguration) columnar.JSON {
	d := c.InputFormatConfiguration.Deserializer
	if h := d.HiveJsonSerDe; h != nil {
		return columnar.JSON{Hive: true, Formats: h.TimestampFormats}
	}
	x := d.OpenXJsonSerDe
	return columnar.JSON{
		CaseSensitive: x.CaseInsensitive != nil && !*x.CaseInsensitive, Keys: x.ColumnToJsonKeyMappings, Underscores: rt.Val(x.ConvertDotsInJsonKeysToUnderscores),
	}
}

// describeConversion is the configuration in the API's shape.
func describeConversion(c *api.DataFormatConversionConfiguration) *api.DataFormatConversionConfiguration {
	if c == nil {
		return &api.DataFormatConversionConfiguration{Enabled: new(false)}
	}
	out := *c
	out.Enabled = new(converts(c))
	return &out
}
