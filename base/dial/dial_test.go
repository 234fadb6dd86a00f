package dial

import "testing"

// TestGuard: an estate that others can reach does not reach back to its own machine.
func TestGuard(t *testing.T) {
	for address, own := range map[string]bool{
		"127.0.0.1:443": true, "[::1]:443": true, "[::ffff:127.0.0.1]:443": true, "169.254.169.254:80": true, "0.0.0.0:1": true, "224.0.0.1:1": true, "[fe80::1]:1": true,
		"93.184.216.34:443": false, "10.1.2.3:443": false, "no address": true,
	} {
		if err := Guard(false)("tcp", address, nil); (err != nil) != own {
			t.Errorf("%s: %v", address, err)
		}
		if err := Guard(true)("tcp", address, nil); err != nil {
			t.Errorf("%s, of a person's own: %v", address, err)
		}
	}
}
