package clients

import (
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// TestClockDoor: time is held, advanced, run, let go; it never goes back.
func TestClockDoor(t *testing.T) {
	e := serve(t, "-clock", "held", "-seed", "7")
	start := e.now()
	if want := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC); !start.Equal(want) {
		t.Errorf("a seeded estate begins at %s, want %s", start, want)
	}
	e.advance("1d12h")
	if got := e.now().Sub(start); got != 36*time.Hour {
		t.Errorf("advanced by %s", got)
	}
	type state struct {
		Now   time.Time
		Mode  string
		Rate  float64
		Error string
	}
	for _, c := range []struct {
		body   any
		status int
		mode   string
	}{
		{map[string]any{"until": "2026-02-01T00:00:00Z"}, 200, "held"},
		{map[string]any{"until": "2026-01-01T00:00:00Z"}, 400, ""},
		{map[string]any{"advance": "-1h"}, 400, ""},
		{map[string]any{"advance": "soon"}, 400, ""},
		{map[string]any{"rate": 3600}, 200, "rate"},
		{map[string]any{"rate": -1}, 400, ""},
		{map[string]any{"hold": true}, 200, "held"},
		{map[string]any{"live": true}, 200, "wall"},
		{map[string]any{"hold": true, "live": true}, 400, ""},
		{map[string]any{"warp": 9}, 400, ""},
		{map[string]any{}, 400, ""},
	} {
		var s state
		if status := e.door("clock", c.body, &s); status != c.status || s.Mode != c.mode && c.mode != "" {
			t.Errorf("%v: %d %+v, want %d %s", c.body, status, s, c.status, c.mode)
		}
	}
}

// TestDoorIsShutToPages: a web page that reaches loopback through a browser stays out.
func TestDoorIsShutToPages(t *testing.T) {
	e := serve(t)
	for header, value := range map[string]string{"Host": "evil.example", "Origin": "https://evil.example"} {
		r, err := http.NewRequest(http.MethodGet, e.url+"/_unyo/clock", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set(header, value)
		if header == "Host" {
			r.Host = value
		}
		resp, err := e.client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %s was answered %d", header, value, resp.StatusCode)
		}
	}
}

// TestReset: an empty estate, with the same seed the same again.
func TestReset(t *testing.T) {
	e := serve(t, "-clock", "held", "-seed", "1")
	admin := iam.NewFromConfig(e.root())
	empty := e.hash()
	make := func() string {
		ok[*iam.CreateUserOutput](t)(admin.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("ann")}))
		return e.hash()
	}
	first := make()
	if first == empty {
		t.Error("a user does not show in the state hash")
	}
	if status := e.door("reset", map[string]string{}, nil); status != http.StatusOK {
		t.Fatalf("reset: %d", status)
	}
	if got := e.hash(); got != empty {
		t.Errorf("after reset the hash is %s, want %s", got, empty)
	}
	if got := make(); got != first {
		t.Errorf("the same call gave %s, want %s", got, first)
	}
}

// TestCommand: the verbs do what the doors do.
func TestCommand(t *testing.T) {
	e := serve(t, "-clock", "held", "-seed", "1")
	for _, c := range []struct{ args, want string }{
		{"clock show", "2026-01-01T00:00:00Z  held"},
		{"clock advance 35d", "2026-02-05T00:00:00Z  held"},
		{"clock until 2026-03-01T00:00:00Z", "2026-03-01T00:00:00Z  held"},
		{"clock run 3600x", "rate 3600x"},
		{"clock live", "wall"},
		{"clock hold", "held"},
		{"coverage sts", "GetCallerIdentity"},
		{"doctor hash", `"hash"`},
		{"doctor cat iam/account", "000000000000"},
		{"doctor failed", ""},
	} {
		args := append(strings.Fields(c.args), "-endpoint", e.url) // flags may stand anywhere
		out, err := exec.Command(binary, args...).CombinedOutput()
		if err != nil || !strings.Contains(string(out), c.want) {
			t.Errorf("unyo %s: %v\n%s", c.args, err, out)
		}
	}
}

// TestForeignAddress: reachable from elsewhere, root is the key that was set, and the door beside the API wants its signature.
func TestForeignAddress(t *testing.T) {
	t.Setenv("UNYO_ROOT_ACCESS_KEY_ID", "AKIAROOTROOTROOTROOT")
	t.Setenv("UNYO_ROOT_SECRET_ACCESS_KEY", "a secret of our own")
	e := &estate{t: t, dir: t.TempDir(), client: &http.Client{Transport: copier{http.DefaultTransport}}}
	e.flags = []string{"-listen", "LOCALHOST:0"} // a name it does not know, which for all the server knows may be any address
	e.start()
	defer e.kill()
	signed := func() ([]byte, error) {
		return exec.Command(binary, "clock", "-endpoint", e.url, "show").CombinedOutput()
	}
	if out, err := signed(); err != nil {
		t.Fatalf("the root's own signature: %v\n%s", err, out)
	}
	t.Setenv("UNYO_ROOT_SECRET_ACCESS_KEY", "another")
	if out, err := signed(); err == nil {
		t.Errorf("another secret was let in: %s", out)
	}
	if status := e.door("clock", nil, nil); status != http.StatusForbidden {
		t.Errorf("unsigned: %d", status)
	}
	for _, key := range []string{"test", "000000000000"} {
		if a := e.send(t, with(who, func(r *raw) { r.key, r.secret = key, "test" })); a.code != "InvalidClientTokenId" {
			t.Errorf("%s/test is %+v", key, a)
		}
	}
	if a := e.send(t, with(who, func(r *raw) { r.key, r.secret = "AKIAROOTROOTROOTROOT", "a secret of our own" })); a.status != 200 {
		t.Errorf("root is refused: %+v", a)
	}
}

// TestForeignAddressNeedsKey: the key test/test is for loopback only.
func TestForeignAddressNeedsKey(t *testing.T) {
	out, err := exec.Command(binary, "serve", "-data", t.TempDir(), "-listen", "0.0.0.0:0").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "UNYO_ROOT_ACCESS_KEY_ID") {
		t.Errorf("served on every address with the key test/test: %v\n%s", err, out)
	}
}
