package firehose

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	api "unyo/api/firehose"
	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/engine/columnar"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// converting is what a flight's records become columns by. It stays with the flight: table and configuration may change before it is delivered, and
// what was sorted out by one must not be judged again by another.
type converting struct {
	Config  api.DataFormatConversionConfiguration
	Columns []column
	Version string // of the table
	Failed  int    // records that do not fit, and have gone to the error prefix
}

type column struct{ Name, Type string }

// schema is the columns, typed.
func (c *converting) schema() (s columnar.Schema, err error) {
	for _, k := range c.Columns {
		t, err := columnar.ParseType(k.Type)
		if err != nil {
			return nil, err
		}
		s = append(s, columnar.Field{Name: k.Name, Type: t})
	}
	if len(s) == 0 {
		return nil, errors.New("the table has no columns")
	}
	return s, nil
}

// writer begins a file of the configured format.
func (c *converting) writer(w io.Writer, s columnar.Schema) (*columnar.Writer, error) {
	out := c.Config.OutputFormatConfiguration.Serializer
	if p := out.ParquetSerDe; p != nil {
		return columnar.Parquet{
			Compression: rt.Val(p.Compression), Dictionary: rt.Val(p.EnableDictionaryCompression), PageSize: int(rt.Val(p.PageSizeBytes)),
			BlockSize: int(rt.Val(p.BlockSizeBytes)), V2: rt.Val(p.WriterVersion) == api.ParquetWriterVersionV2,
		}.NewWriter(w, s)
	}
	o := out.OrcSerDe
	return columnar.ORC{
		Compression: rt.Val(o.Compression), Dictionary: o.DictionaryKeyThreshold, StripeSize: int(rt.Val(o.StripeSizeBytes)), V11: rt.Val(o.FormatVersion) == api.OrcFormatVersionV011,
	}.NewWriter(w, s)
}

// suffixOf is what names of converted objects end with.
func suffixOf(c *api.DataFormatConversionConfiguration) string {
	if c.OutputFormatConfiguration.Serializer.OrcSerDe != nil {
		return ".orc"
	}
	return ".parquet"
}

// made is an object that came of sifting a flight's records. It is kept, the latest only, for the delivery that follows at once; a process that
// dies in between, or a delivery that must be tried again, makes it anew of the same records.
type made struct {
	key      string
	from, to uint64
	object   *bytes.Buffer
}

// sift converts a flight: it learns the table's columns, and sends the records that do not fit to the error prefix. One transaction keeps both, so
// each record is either there or in the object.
func (s *Service) sift(ctx context.Context, a flushArg, row *stream, f flight) error {
	c := &converting{Config: *row.Conversion}
	var err error
	if c.Columns, c.Version, err = s.schema(ctx, row, row.Conversion); err != nil {
		return s.schemaless(ctx, a, row, err)
	}
	schema, err := c.schema()
	if err != nil {
		return s.again(ctx, a, f, 0, unconverted("InvalidSchema", "The schema is invalid. Error parsing the schema: "+err.Error()))
	}
	list, err := s.cargo(ctx, a, &f)
	if err != nil {
		return err
	}
	size, table := 0, tableOf(ctx, row.Conversion)
	w := s.newSpill(ctx)
	object, err := s.convert(c, schema, list, func(b *batch, record []byte, err error) error {
		c.Failed++
		size += len(record)
		why := unconverted(codeOf(err), wordMisfit(err))
		return w.put(errorsOf+failedConversion, nil, b.At, why.documentOf(table, record, 1, b.At, s.k.Clock.Now()))
	})
	if err == nil {
		err = w.finish()
	}
	if err != nil {
		return w.giveBack(err)
	}
	f.Converting, f.Done = c, c.Failed == f.Records
	s.made.Store(&made{f.Key, f.From, f.To, object})
	err = s.k.Update(ctx, func(tx *store.Tx) error {
		key := store.Key(a.ID, a.Buffer)
		if now, ok := s.streams.Get(tx, a.Stream); !ok || now.ID != a.ID || !s.flights.Has(tx, key) {
			return errGone
		}
		w.add(tx, row)
		s.flights.Put(tx, key, f)
		s.flush.AtKey(tx, key, s.k.Clock.Now(), a)
		s.converted(tx, row, &f, size)
		jobs.Settle(ctx, tx)
		return nil
	})
	if err != nil {
		return w.settled(err)
	}
	return nil
}

// convert makes an object of batches, and shows whoever asks the records that do not fit.
func (s *Service) convert(c *converting, schema columnar.Schema, list []batch, misfit func(b *batch, record []byte, why error) error) (*bytes.Buffer, error) {
	decoder, err := columnar.NewDecoder(deserializer(&c.Config), schema)
	if err != nil {
		return nil, jobs.Permanent(err)
	}
	out := new(bytes.Buffer)
	w, err := c.writer(out, schema)
	if err != nil {
		return nil, jobs.Permanent(err)
	}
	err = s.each(list, func(b *batch, record []byte) error {
		err := w.WriteRecord(decoder, record)
		if errors.Is(err, columnar.ErrMalformed) || errors.Is(err, columnar.ErrMismatch) {
			return misfit(b, record, err)
		}
		return err
	})
	if err == nil {
		err = w.Close()
	}
	return out, err
}

// schemaless has a flight wait for a table that cannot be read, as for a bucket that cannot be written.
func (s *Service) schemaless(ctx context.Context, a flushArg, row *stream, fault error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	code := awserr.Code(fault)
	s.report(ctx, row, a.Buffer, "DataFormatConversion."+strings.TrimSuffix(code, "Exception"), "The schema of the data format conversion cannot be read: "+fault.Error())
	return fmt.Errorf("cannot read the schema of stream %q: %w", a.Stream, fault)
}

// unconverted is why a record is not converted.
func unconverted(code, message string) failure {
	return failure{failedConversion, "DataFormatConversion." + code, message}
}

// tableOf names the table of a conversion.
func tableOf(ctx context.Context, c *api.DataFormatConversionConfiguration) *catalogTable {
	t, who := c.SchemaConfiguration, call.From(ctx)
	out := &catalogTable{CatalogID: who.Account, Database: *t.DatabaseName, Table: *t.TableName, Region: who.Region, Version: latest}
	if v := rt.Val(t.VersionId); v != "" {
		out.Version = v
	}
	return out
}

func codeOf(err error) string {
	if errors.Is(err, columnar.ErrMalformed) {
		return "ParseError"
	}
	return "MalformedData"
}

func wordMisfit(err error) string {
	if errors.Is(err, columnar.ErrMalformed) {
		return "Encountered malformed JSON. " + err.Error()
	}
	return "Data does not match the schema. " + strings.Replace(err.Error(), columnar.ErrMismatch.Error()+": ", "", 1)
}

// columns is the object of a flight that was sifted.
func (s *Service) columns(f *flight, list []batch) (io.Reader, int64, error) {
	if m := s.made.Swap(nil); m != nil && m.key == f.Key && m.from == f.From && m.to == f.To {
		return m.object, int64(m.object.Len()), nil
	}
	schema, err := f.Converting.schema()
	if err != nil {
		return nil, 0, jobs.Permanent(err)
	}
	gone := func(*batch, []byte, error) error { return nil } // to the error prefix
	out, err := s.convert(f.Converting, schema, list, gone)
	if err != nil {
		return nil, 0, fmt.Errorf("cannot convert %s: %w", f.Key, err)
	}
	return out, int64(out.Len()), nil
}
