package gateway

import (
	"io"
	"net/http"
	"time"

	"unyo/api/rt"
	"unyo/base/awserr"
)

// bodyPatience is how long a client may keep silent within a body. AWS does not say how long it waits.
const bodyPatience = 20 * time.Second

// errSlowBody is a client that keeps silent for longer.
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
var errSlowBody = awserr.New(http.StatusBadRequest, "RequestTimeout", "Your socket connection to the server was not read from or written to within the timeout period.")

// patientBody ends a body that stays silent for too long: it would hold memory, and under a held clock time itself.
type patientBody struct {
	in      io.ReadCloser
	control *http.ResponseController
}

// patient is r with such a body. r itself stays as it is: net/http looks at its body to know whether a client still
// waits for 100 Continue.
func patient(w http.ResponseWriter, r *http.Request) *http.Request {
	own := *r
	own.Body = &patientBody{in: r.Body, control: http.NewResponseController(w)}
	return &own
}

func (b *patientBody) Read(p []byte) (int, error) {
	// Where the connection knows no deadlines (tests), patience has no end.
	_ = b.control.SetReadDeadline(time.Now().Add(bodyPatience))
	n, err := b.in.Read(p)
	if err != nil {
		_ = b.control.SetReadDeadline(time.Time{}) // net/http goes on reading, to learn when the client hangs up
	}
	return n, err
}

func (b *patientBody) Close() error { return b.in.Close() }

// wordRead gives the failure of a body that is read whole its code; S3 has words of its own for it.
func wordRead(c *Exchange, err error) error {
	if c.protocol == rt.RestXML {
		return err
	}
	return awserr.New(http.StatusBadRequest, "RequestTimeout", "The request body could not be read.")
}
