package gateway

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

// expecting asks a gateway to take a body of so many bytes, sends none of them, and reads what is answered.
func expecting(t *testing.T, bytes int) *bufio.Reader {
	t.Helper()
	g, _ := newGateway(t)
	server := httptest.NewServer(g)
	t.Cleanup(server.Close)
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	fmt.Fprintf(conn, "PUT /b/k HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n", bytes)
	return bufio.NewReader(conn)
}

// TestRefusedBeforeBody: who waits for 100 Continue and is refused instead gets the answer at once, and need not send the body.
func TestRefusedBeforeBody(t *testing.T) {
	resp, err := http.ReadResponse(expecting(t, 1000), nil) // hangs when the server waits for the body
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode < 400 {
		t.Errorf("answered %s", resp.Status)
	}
}

// TestContinueBeforeNothing: who expects 100 Continue before an empty body is told to go on, and then gets the answer.
func TestContinueBeforeNothing(t *testing.T) {
	r := expecting(t, 0)
	for _, want := range []bool{true, false} {
		resp, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if (resp.StatusCode == http.StatusContinue) != want {
			t.Errorf("answered %s", resp.Status)
		}
	}
}
