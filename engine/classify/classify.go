package classify

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"unyo/engine/avro"
	"unyo/engine/columnar"
	"unyo/engine/serde"
)

// Unknown is the format of what nobody recognises.
const Unknown = "UNKNOWN"

// mostText is how much of a text is looked at, unpacked.
const mostText = 1 << 20

// Object is what is looked at.
type Object struct {
	Name string // its key: the extension tells how it is compressed
	Size int64
	At   io.ReaderAt
}

// Format is what objects hold. It is kept in rows, so columns are written as Hive writes them.
type Format struct {
	Classification string            // csv, json, parquet …
	Compression    string            // none, gzip …
	Columns        []Column          `json:",omitempty"`
	Properties     map[string]string `json:",omitempty"` // delimiter, header, quote: of csv; format, patterns: of grok; path: of json; avro.schema.literal
	// Records and Bytes are those of the sample, unpacked.
	Records, Bytes int64
	Why            string `json:",omitempty"` // it is unknown
}

// Column is a column's name and type.
type Column struct{ Name, Type string }

// Sample is the beginning of an object.
type Sample struct {
	Object
	Text  string // unpacked; without the last line, if that is cut
	Whole bool   // Text is all
}

// lines are the first lines that say something.
func (s *Sample) lines(most int) (list []string) {
	for line := range strings.Lines(s.Text) {
		if line = strings.TrimRight(line, "\r\n"); strings.TrimSpace(line) != "" {
			if list = append(list, line); len(list) == most {
				break
			}
		}
	}
	return list
}

// A Classifier tells what a sample is, and how certain it is: from 0, not at all, to 1.
type Classifier interface {
	Classify(s *Sample) (f Format, certainty float64)
}

// Of tells what an object holds: by the first of the classifiers that is certain, or the one that is most. An error is of whoever reads the
// object; what cannot be understood is Unknown.
func Of(o Object, own []Classifier) (Format, error) {
	if f, ok, err := columns(o); ok || err != nil {
		return f, err
	}
	text, compression, err := sample(o)
	if err != nil {
		return Format{}, err
	}
	best, most := Format{Classification: Unknown, Why: "no classifier recognises it"}, 0.0
	for _, c := range append(own[:len(own):len(own)], builtIn...) {
		f, certainty := c.Classify(text)
		if certainty > most {
			best, most = f, certainty
		}
		if certainty >= 1 {
			break
		}
	}
	best.Compression = compression
	if best.Bytes == 0 {
		best.Bytes = int64(len(text.Text))
	}
	if best.Records == 0 {
		best.Records = int64(strings.Count(text.Text, "\n"))
	}
	return best, nil
}

// sample unpacks the beginning of an object. What cannot be unpacked has no text: that is no error.
func sample(o Object) (s *Sample, compression string, err error) {
	head := make([]byte, min(o.Size, 16))
	if _, err := o.At.ReadAt(head, 0); err != nil && err != io.EOF {
		return nil, "", err
	}
	compression, as := compressionOf(o.Name, head)
	in := &faults{r: io.NewSectionReader(o.At, 0, o.Size)}
	b := unpacked(as, in)
	if in.err != nil {
		return nil, "", in.err
	}
	s = &Sample{Object: o, Text: string(b), Whole: len(b) < mostText}
	if !s.Whole {
		if i := strings.LastIndexByte(s.Text, '\n'); i >= 0 {
			s.Text = s.Text[:i+1]
		}
	}
	return s, compression, nil
}

// unpacked is as much of a text as is looked at, or as can be unpacked.
func unpacked(name string, in io.Reader) []byte {
	r, err := serde.Unpack(name, in)
	if err != nil {
		return nil
	}
	b, _ := io.ReadAll(io.LimitReader(r, mostText)) // what follows a fault is not there
	return b
}

// faults remembers why what is read cannot be read, which is not the fault of what it says.
type faults struct {
	r   io.Reader
	err error
}

func (f *faults) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if err != nil && err != io.EOF {
		f.err = err
	}
	return n, err
}

// compressions are known by the extensions of names and, where a name has none, by how they begin.
var compressions = []struct {
	name, begin string
	extensions  []string
}{
	{"gzip", "\x1f\x8b", []string{".gz", ".gzip"}},
	{"bzip2", "BZh", []string{".bz2"}},
	{"zstd", "\x28\xb5\x2f\xfd", []string{".zst", ".zstd"}},
	{"lz4", "\x04\x22\x4d\x18", []string{".lz4"}},
	{"snappy", "\xff\x06\x00\x00sNaPpY", []string{".snappy"}},
}

// compressionOf is how an object is compressed, and a name that tells so.
func compressionOf(name string, head []byte) (compression, as string) {
	for _, c := range compressions {
		for _, ext := range c.extensions {
			if strings.HasSuffix(strings.ToLower(name), ext) {
				return c.name, name
			}
		}
	}
	for _, c := range compressions {
		if strings.HasPrefix(string(head), c.begin) {
			return c.name, "x" + c.extensions[0]
		}
	}
	return "none", name
}

// mostSchema is how long a schema may be that is kept with a table.
const mostSchema = 16 << 10

// describeAvro tells an Avro file's columns, and how many records its first blocks have, as far as they begin where texts are looked at.
func describeAvro(r io.ReaderAt, size int64, f *Format) (columnar.Schema, error) {
	in := &serde.Counted{R: io.NewSectionReader(r, 0, size)}
	file, err := avro.Open(in)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	t, err := file.Schema.HiveType()
	if err != nil {
		return nil, err
	}
	if t.Kind != columnar.Struct {
		return nil, fmt.Errorf("%w: a file of %s is no table", avro.ErrSchema, file.Schema.Kind)
	}
	if len(file.Text) <= mostSchema {
		f.Properties = map[string]string{"avro.schema.literal": string(file.Text)}
	}
	for in.N < mostText {
		n, _, err := file.Block()
		if err != nil {
			break // the header has told what is asked
		}
		f.Records, f.Bytes = f.Records+n, in.N
	}
	return t.Fields, nil
}

// columns reads what Parquet, ORC and Avro files say of themselves.
func columns(o Object) (f Format, ok bool, err error) {
	head := make([]byte, min(o.Size, 4))
	if _, err := o.At.ReadAt(head, 0); err != nil && err != io.EOF {
		return f, false, err
	}
	in := &faultsAt{r: o.At}
	var schema columnar.Schema
	switch {
	case string(head) == "PAR1":
		f.Classification = "parquet"
		schema, f.Records, err = columnar.DescribeParquet(in, o.Size)
	case strings.HasPrefix(string(head), "ORC"):
		f.Classification = "orc"
		schema, f.Records, err = columnar.DescribeORC(in, o.Size)
	case string(head) == avro.Magic:
		f.Classification = "avro"
		schema, err = describeAvro(in, o.Size, &f)
	default:
		return f, false, nil
	}
	if in.err != nil {
		return f, false, in.err
	}
	f.Compression = "none"
	if f.Bytes == 0 {
		f.Bytes = o.Size
	}
	if err != nil {
		if !errors.Is(err, columnar.ErrCorrupt) && !errors.Is(err, columnar.ErrUnsupported) && !errors.Is(err, avro.ErrCorrupt) && !errors.Is(err, avro.ErrSchema) {
			err = fmt.Errorf("%w: %w", columnar.ErrCorrupt, err)
		}
		return Format{Classification: Unknown, Compression: "none", Bytes: o.Size, Why: err.Error()}, true, nil
	}
	if len(schema) > mostMembers {
		return Format{Classification: Unknown, Compression: "none", Bytes: o.Size, Why: fmt.Sprintf("a table of %d columns is none", len(schema))}, true, nil
	}
	f.Columns = columnsOf(schema)
	return f, true, nil
}

// columnsOf writes a schema as tables have it: names of columns are in lower case.
func columnsOf(s columnar.Schema) (list []Column) {
	seen := map[string]bool{}
	for _, c := range s {
		name := strings.ToLower(c.Name)
		if seen[name] {
			continue
		}
		seen[name] = true
		list = append(list, Column{name, c.Type.String()})
	}
	return list
}

type faultsAt struct {
	r   io.ReaderAt
	err error
}

func (f *faultsAt) ReadAt(p []byte, off int64) (int, error) {
	n, err := f.r.ReadAt(p, off)
	if err != nil && err != io.EOF {
		f.err = err
	}
	return n, err
}
