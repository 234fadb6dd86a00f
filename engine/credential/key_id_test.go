package credential

import "testing"

// TestKeyID: an id tells its account, and every other bit is chance.
func TestKeyID(t *testing.T) {
	chance := []byte{255, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	for _, account := range []string{"000000000000", "123456789012", "999999999999"} {
		id := KeyID("ASIA", account, chance)
		if got, ok := AccountOf(id); got != account || !ok || len(id) != 20 {
			t.Errorf("%s: %s %v %v", account, id, got, ok)
		}
	}
	for id, want := range map[string]string{
		"ASIAQNZGKIQY56JQ7WML": "029608264753", // one of AWS's
		"ASIAAAAAAAAAAAAAAAAA": "", "ASIAQNZGKIQY56JQ7WM1": "", "ASIA": "",
	} {
		if got, ok := AccountOf(id); got != want || ok != (want != "") {
			t.Errorf("%s: %q %v", id, got, ok)
		}
	}
}
