package store

import "bytes"

// placeless returns a row's JSON without the places of the bulk that it refers to. A reference to bulk is a string of four parts,
// FILE.OFFSET.SIZE.SUM, as engine/blob writes it: decimal numbers (an offset may be f) and 16 hexadecimal digits. A fifth, e, says that it is encrypted.
func placeless(row []byte) []byte {
	var out []byte
	kept := 0 // of row, what stands in out or was left out
	for at := 0; ; {
		open := bytes.IndexByte(row[at:], '"')
		if open < 0 {
			break
		}
		at += open + 1
		length := bytes.IndexByte(row[at:], '"')
		if length < 0 {
			break
		}
		if place := placeIn(row[at : at+length]); place > 0 {
			out = append(out, row[kept:at]...)
			kept = at + place
			at += length + 1
		}
	}
	if kept == 0 {
		return row
	}
	return append(out, row[kept:]...)
}

// placeIn is the length of the place at the beginning of a reference to bulk; 0 of any other text.
func placeIn(text []byte) int {
	parts := bytes.SplitN(bytes.TrimSuffix(text, []byte(".e")), []byte{'.'}, 5)
	if len(parts) != 4 || !all(parts[0], isDigit) || !(all(parts[1], isDigit) || string(parts[1]) == "f") || !all(parts[2], isDigit) || len(parts[3]) != 16 || !all(parts[3], isHex) {
		return 0
	}
	return len(parts[0]) + len(parts[1]) + 2
}

func all(b []byte, is func(byte) bool) bool {
	for _, c := range b {
		if !is(c) {
			return false
		}
	}
	return len(b) > 0
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isHex(c byte) bool { return isDigit(c) || c >= 'a' && c <= 'f' }
