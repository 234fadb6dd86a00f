package clients

import (
	"bufio"
	"io"
	"regexp"
	"strings"
	"sync"
)

// serverLog is what a server has said.
type serverLog struct {
	mu   sync.Mutex
	text strings.Builder
}

// servingAt is the line with which a server says where it serves.
var servingAt = regexp.MustCompile(`msg=serving address=(\S+)`)

// follow keeps what comes until nothing more can, and gives the first address served on.
func (l *serverLog) follow(r io.Reader, address chan<- string) {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		l.mu.Lock()
		l.text.WriteString(line)
		l.mu.Unlock()
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

func (l *serverLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
