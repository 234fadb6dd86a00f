package jsontext

import (
	"encoding/json"
	"testing"
)

// What encoding/json makes of an escape, Escaped makes of it.
func TestEscapedAsTheStandardLibrary(t *testing.T) {
	for _, x := range []struct {
		digits string
		took   int
	}{
		{"0041", 4}, {"00e9", 4}, {"00E9", 4}, {"2603", 4}, {"0000", 4}, {"ffff", 4}, {`d83d\ude00`, 10}, {`D83D\uDE00`, 10}, {`d83dxx`, 4}, {`d83d\u0041`, 4}, {`de00\ud83d`, 4},
		{`d83d\ude0`, 4}, {"004", 0}, {"00g0", 0}, {"", 0}, {"+041", 0}, {"0x41", 0},
	} {
		r, took := Escaped([]byte(x.digits))
		if took != x.took {
			t.Errorf("%s: took %d, want %d", x.digits, took, x.took)
			continue
		}
		if took == 0 {
			continue
		}
		var want string
		if err := json.Unmarshal([]byte(`"\u`+x.digits[:took]+`"`), &want); err != nil || string(r) != want {
			t.Errorf("%s: %q, want %q (%v)", x.digits, r, want, err)
		}
	}
}
