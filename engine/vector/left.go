package vector

// Left is what a Reader has left out because of what a file says of its values: row groups or stripes of so many, and rows of them or of pages within. Bytes are
// those of the wanted columns in the groups.
type Left struct{ Groups, Of, Rows, Bytes int64 }

// Sparing is a Reader that tells what it has left out so far.
type Sparing interface{ Left() Left }

func (l Left) Plus(o Left) Left {
	return Left{l.Groups + o.Groups, l.Of + o.Of, l.Rows + o.Rows, l.Bytes + o.Bytes}
}

func (l Left) Minus(o Left) Left {
	return Left{l.Groups - o.Groups, l.Of - o.Of, l.Rows - o.Rows, l.Bytes - o.Bytes}
}
