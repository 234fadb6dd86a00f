package shaped

// Block is lines taken apart. It is valid as long as what it was handed out with, and belongs to one goroutine.
type Block interface {
	// Shapes are those of the block. Their memory is used again with the next block.
	Shapes() []Shape
	// Lines is the shape of each line. The n-th line of those whose shapes have a field of a column has the column's n-th.
	Lines() []uint32
	// Columns is how many there are.
	Columns() int
	// Append writes the n-th field of a column behind dst.
	Append(dst []byte, column uint32, n int) []byte
	// Message is a whole line. The first call puts all of the block together.
	Message(line int) ([]byte, error)
}

// Shape is what lines have in common: a text, and where in it fields stand, in order.
type Shape struct {
	Text   []byte
	Fields []Field
}

// Field is a token of one byte or more, a digit among them. No column has two in one shape.
type Field struct {
	At     uint32 // in the shape's text: it stands before the byte that is there
	Column uint32
	Kinds  uint8 // of bytes that it may have
}

// Kinds of bytes, which are or-ed. Those of a field are letters, digits, _ and whatever is not ASCII.
const (
	Digit  = 1
	Hexa   = 2 // a to f
	Letter = 4 // other letters of ASCII, and _
	High   = 8 // bytes beyond ASCII
)

// KindOf is the kind of a byte, 0 if no field has it.
var KindOf = func() (t [256]uint8) {
	for c := range 256 {
		switch {
		case '0' <= c && c <= '9':
			t[c] = Digit
		case 'a' <= c && c <= 'f':
			t[c] = Hexa
		case c >= 0x80:
			t[c] = High
		case c == '_' || 'g' <= c && c <= 'z' || 'A' <= c && c <= 'Z':
			t[c] = Letter
		}
	}
	return t
}()
