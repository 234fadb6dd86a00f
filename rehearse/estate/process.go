package estate

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"syscall"
	"time"
)

// startLimit is how long a server may take until it serves; a crowded machine takes its time.
const startLimit = 2 * time.Minute

// servingAt is the line with which a server says where it serves.
var servingAt = regexp.MustCompile(`msg=serving address=(\S+)`)

// Start serves the estate on a port that the system chooses, also after Kill or Stop, and waits until it does.
func (e *Estate) Start(ctx context.Context) error {
	e.process = exec.Command(e.binary, "serve", "-data", e.dir, "-listen", "127.0.0.1:0", "-clock", "held", "-seed", "1")
	stderr, err := e.process.StderrPipe()
	if err != nil {
		return err
	}
	if err := e.process.Start(); err != nil {
		return fmt.Errorf("cannot start %s: %w", e.binary, err)
	}
	var said bytes.Buffer
	address, ended := make(chan string, 1), make(chan struct{})
	e.ended = ended
	go func() { defer close(ended); follow(io.TeeReader(stderr, &said), address) }()
	select {
	case a := <-address:
		e.url = "http://" + a
		_, err := e.Now(ctx)
		return err
	case <-ended:
		err = errors.New("it has ended")
	case <-ctx.Done():
		err = ctx.Err()
	case <-time.After(startLimit):
		err = fmt.Errorf("it takes longer than %s", startLimit)
	}
	e.Kill()
	return fmt.Errorf("the estate does not answer: %w\n%s", err, said.Bytes())
}

// follow reads until nothing more can come, and gives the first address that is served.
func follow(r io.Reader, address chan<- string) {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		if m := servingAt.FindStringSubmatch(line); m != nil {
			select {
			case address <- m[1]:
			default: // known
			}
		}
		if err != nil {
			return
		}
	}
}

// Kill ends the server as a power failure of its process would.
func (e *Estate) Kill() { _ = e.end(syscall.SIGKILL) }

// Stop ends the server as an operator would.
func (e *Estate) Stop() error { return e.end(syscall.SIGTERM) }

func (e *Estate) end(s syscall.Signal) error {
	_ = e.process.Process.Signal(s) // it may be gone already, as Wait tells
	<-e.ended                       // its pipe is read to the end before Wait closes it
	return e.process.Wait()
}
