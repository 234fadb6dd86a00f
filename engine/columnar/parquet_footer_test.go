package columnar

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"runtime"
	"testing"
)

// footer is a field list in Thrift's compact protocol: each field is delta<<4|type, and what follows.
func hostileFooters() map[string][]byte {
	many := binary.AppendUvarint(nil, 1<<40)
	list := func(field byte, of byte, rest ...byte) []byte {
		return append(append([]byte{field<<4 | thriftList, 0xF0 | of}, many...), rest...)
	}
	deep := bytes.Repeat([]byte{0x9C}, 5000)                           // a field 9 that is a struct, within a struct, …
	lists := append([]byte{0x99}, bytes.Repeat([]byte{0x19}, 5000)...) // a list of lists of lists …
	tower := []byte{0x29, 0xFC}
	tower = binary.AppendUvarint(tower, 3000)
	for range 3000 { // each with one child
		tower = append(tower, 0x48, 1, 'x', 0x15, 2, 0)
	}
	return map[string][]byte{
		"nothing":                  {},
		"no schema":                {0},
		"elements without end":     list(2, thriftStruct, 0x48, 0),
		"elements without a name":  list(2, thriftStruct, bytes.Repeat([]byte{0}, 4000)...),
		"row groups without end":   list(4, thriftStruct, bytes.Repeat([]byte{0}, 4000)...),
		"a name of a terabyte":     append([]byte{0x29, 0x1C, 0x48}, many...),
		"a struct without end":     deep,
		"a map of truths":          append(append([]byte{0x5B}, many...), 0x11),
		"lists in lists":           lists,
		"children in children":     tower,
		"more children than there": {0x29, 0x1C, 0x48, 1, 'x', 0x15, 0x80, 0x80, 0x80, 0x80, 8, 0, 0},
		"fewer than none":          {0x29, 0x1C, 0x48, 1, 'x', 0x15, 1, 0, 0},
		"a leaf of no type":        {0x29, 0x1C, 0x15, 0x30, 0x38, 1, 'x', 0, 0},
		"a number that never ends": bytes.Repeat([]byte{0x16, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, 10),
	}
}

// Footers that say more than they are end soon, and in little room.
func TestHostileFooters(t *testing.T) {
	for name, b := range hostileFooters() {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := parseFooter(b)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, ErrCorrupt) {
			t.Errorf("%s: %v", name, err)
		}
		if room := after.TotalAlloc - before.TotalAlloc; room > 4<<20 {
			t.Errorf("%s: %d KiB", name, room>>10)
		}
		_, _ = parsePageIndex(b)
		_, _ = parsePagePlaces(b)
	}
	for _, size := range []uint32{0, 5, 1 << 31, 1<<32 - 1} {
		file := append(binary.LittleEndian.AppendUint32([]byte("PAR1PAR1"), size), "PAR1"...)
		if _, err := readFooter(bytes.NewReader(file), int64(len(file))); !errors.Is(err, ErrCorrupt) {
			t.Errorf("a footer of %d bytes: %v", size, err)
		}
	}
}

// FuzzParquetFooter: any bytes are a footer or are refused, and take no more room than some times their own.
func FuzzParquetFooter(f *testing.F) {
	for _, b := range hostileFooters() {
		f.Add(b)
	}
	s := schemaOf(f, damaged...)
	for name, begin := range ours(s) {
		if b := written(f, begin, newRandom(1).rows(s, 30)); name[len(name)-4:] != ".orc" {
			f.Add(b[len(b)-8-int(binary.LittleEndian.Uint32(b[len(b)-8:])) : len(b)-8])
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		footer, err := parseFooter(b)
		if err != nil && !errors.Is(err, ErrCorrupt) {
			t.Error(err)
		}
		if err == nil {
			if _, err = new(parquetTree).group(footer.root, 0, 0); err != nil && !errors.Is(err, ErrUnsupported) {
				t.Error(err)
			}
		}
		_, err1 := parsePageIndex(b)
		_, err2 := parsePagePlaces(b)
		runtime.ReadMemStats(&after)
		if room := after.TotalAlloc - before.TotalAlloc; room > uint64(1<<20+500*len(b)) {
			t.Error(fmt.Sprint(room, " bytes for ", len(b)), err, err1, err2)
		}
	})
}
