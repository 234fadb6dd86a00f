package columnar

// leafWriter is a column that holds values, with all above it.
type leafWriter struct {
	steps          []ancestor
	path           []string
	column         *held
	maxDef, maxRep int
}

// ancestor is a column on the way to a leaf.
type ancestor struct {
	column   *held
	optional bool
}

// schemaWriter writes the elements of a schema.
type schemaWriter struct {
	compactOut
	file *parquetFile
}

// describe writes the schema, as Hive does: lists and maps of three levels, instants as INT96, decimals in as many bytes as they need.
// https://github.com/apache/parquet-format/blob/master/LogicalTypes.md
func (f *parquetFile) describe(rows *held) {
	w := &schemaWriter{file: f}
	w.element("hive_schema", -1, len(rows.parts), nil)
	for i, p := range rows.parts {
		w.column(rows.typ.Fields[i].Name, p, true, leafWriter{})
	}
	f.schema = w.b
}

const required, optional, repeated = 0, 1, 2

// column writes a column and all below it.
func (w *schemaWriter) column(name string, h *held, mayBeNull bool, above leafWriter) {
	repetition := required
	if mayBeNull {
		repetition = optional
		above.maxDef++
	}
	above.path = append(above.path[:len(above.path):len(above.path)], name)
	above.steps = append(above.steps[:len(above.steps):len(above.steps)], ancestor{h, mayBeNull})
	switch h.typ.Kind {
	case Struct:
		w.element(name, repetition, len(h.parts), nil)
		for i, p := range h.parts {
			w.column(h.typ.Fields[i].Name, p, true, above)
		}
	case Array:
		w.element(name, repetition, 1, h.typ)
		w.within("list", above, h, "element")
	case Map:
		w.element(name, repetition, 1, h.typ)
		w.within("key_value", above, h, "key", "value")
	default:
		w.element(name, repetition, 0, h.typ)
		above.column = h
		w.file.leaves = append(w.file.leaves, &above)
	}
}

// within writes the repeated group of a list or a map.
func (w *schemaWriter) within(name string, above leafWriter, h *held, names ...string) {
	w.element(name, repeated, len(names), nil)
	above.path = append(above.path, name)
	above.maxDef++
	above.maxRep++
	for i, p := range h.parts {
		w.column(names[i], p, names[i] != "key", above)
	}
}

// element writes a SchemaElement.
func (w *schemaWriter) element(name string, repetition, children int, t *Type) {
	w.file.parts++
	w.open()
	plain := t != nil && t.Kind < Array
	if plain {
		w.int32(1, int64(keptAs[t.Kind]))
		if t.Kind == Decimal {
			w.int32(2, int64(decimalBytes(t.Precision)))
		}
	}
	if repetition >= 0 {
		w.int32(3, int64(repetition))
	}
	w.binary(4, []byte(name))
	if !plain {
		w.int32(5, int64(children))
	}
	if t != nil {
		w.meaning(t)
	}
	w.end()
}

// keptAs is how the types are kept.
var keptAs = [...]physical{
	Boolean: keptBoolean, Tinyint: keptInt32, Smallint: keptInt32, Int: keptInt32, Bigint: keptInt64, Float: keptFloat, Double: keptDouble, Decimal: keptFixed,
	String: keptBytes, Varchar: keptBytes, Char: keptBytes, Binary: keptBytes, Date: keptInt32, Timestamp: keptInt96,
}

// meaning writes what a type means, as it was once said and as it is said now.
func (w *schemaWriter) meaning(t *Type) {
	say := func(old int64, now logical, more func()) {
		w.int32(6, old)
		if t.Kind == Decimal {
			w.int32(7, int64(t.Scale))
			w.int32(8, int64(t.Precision))
		}
		w.begin(10)
		w.begin(int(now))
		if more != nil {
			more()
		}
		w.end()
		w.end()
	}
	integer := func(bits byte) func() {
		return func() {
			w.field(1, thriftByte)
			w.b = append(w.b, bits)
			w.truth(2, true)
		}
	}
	switch t.Kind {
	case Tinyint:
		say(15, logicalInteger, integer(8))
	case Smallint:
		say(16, logicalInteger, integer(16))
	case Decimal:
		say(5, logicalDecimal, func() { w.int32(1, int64(t.Scale)); w.int32(2, int64(t.Precision)) })
	case String, Varchar, Char:
		say(0, logicalString, nil)
	case Date:
		say(6, logicalDate, nil)
	case Array:
		say(3, logicalList, nil)
	case Map:
		say(1, logicalMap, nil)
	}
}

// levels are a leaf's definition and repetition levels: an entry for each value, and for each place where there could be one.
// https://github.com/apache/parquet-format/blob/master/README.md#nested-encoding
func (l *leafWriter) levels(rows int) (defs, reps []byte) {
	if len(l.steps) == 1 {
		return l.column.present, nil
	}
	defs, reps = make([]byte, rows), make([]byte, rows)
	d, r := byte(0), byte(0)
	for _, s := range l.steps {
		if s.optional {
			at := 0
			for i := range defs {
				if defs[i] == d {
					defs[i] += s.column.present[at]
					at++
				}
			}
			d++
		}
		if k := s.column.typ.Kind; k == Array || k == Map {
			r++
			defs, reps = elements(s.column.ints, defs, reps, d, r)
			d++
		}
	}
	if l.maxRep == 0 {
		reps = nil
	}
	return defs, reps
}

// elements puts in the place of each list that is there, as its definition level d says, its elements.
func elements(lengths []int64, defs, reps []byte, d, r byte) (outDefs, outReps []byte) {
	at := 0
	for i, def := range defs {
		n := int64(0)
		if def == d {
			n = lengths[at]
			at++
		}
		if n == 0 {
			outDefs, outReps = append(outDefs, def), append(outReps, reps[i])
		}
		for j := range n {
			rep := r
			if j == 0 {
				rep = reps[i]
			}
			outDefs, outReps = append(outDefs, d+1), append(outReps, rep)
		}
	}
	return outDefs, outReps
}
