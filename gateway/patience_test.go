package gateway

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestRefusedBeforeBody: who waits for 100 Continue and is refused instead gets the answer at once, and need not send the body.
func TestRefusedBeforeBody(t *testing.T) {
	g, _ := newGateway(t)
	server := httptest.NewServer(g)
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "PUT /b/k HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1000\r\n\r\n")
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil) // hangs when the server waits for the body
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
	g, _ := newGateway(t)
	server := httptest.NewServer(g)
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "PUT /b/k HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 0\r\n\r\n")
	r := bufio.NewReader(conn)
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
