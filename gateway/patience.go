package gateway

import (
	"io"
	"net/http"
	"strings"
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

// goOn answers 100 Continue to who expects it before a body of no bytes. net/http leaves it out, as it may; but botocore takes the final
// answer that comes instead for the beginning of the connection's next one too, and then waits a minute: aws s3 sync with an empty file.
func goOn(w http.ResponseWriter, r *http.Request) {
	if r.ContentLength == 0 && strings.EqualFold(r.Header.Get("Expect"), "100-continue") {
		w.WriteHeader(http.StatusContinue)
	}
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

// answerPatience is how long a client may take nothing of its answer. AWS does not say how long it waits.
const answerPatience = time.Minute

// patientWriter ends an answer that nobody takes: it would hold a file, or a stream's place, for ever.
type patientWriter struct {
	http.ResponseWriter
	control *http.ResponseController
	status  int
	sent    int64 // bytes of the body
}

func patientAnswer(w http.ResponseWriter) *patientWriter {
	return &patientWriter{ResponseWriter: w, control: http.NewResponseController(w), status: http.StatusOK}
}

func (w *patientWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *patientWriter) Write(p []byte) (int, error) {
	w.allow()
	n, err := w.ResponseWriter.Write(p)
	w.sent += int64(n)
	return n, err
}

// ReadFrom lets the kernel send files; each stretch of them has the client's patience anew.
func (w *patientWriter) ReadFrom(r io.Reader) (n int64, err error) {
	for {
		w.allow()
		part, err := io.CopyN(w.ResponseWriter, r, answerStretch)
		n += part
		w.sent += part
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
}

const answerStretch = 4 << 20

func (w *patientWriter) allow() { _ = w.control.SetWriteDeadline(time.Now().Add(answerPatience)) }

// done lets the connection wait for its next request for as long as it likes.
func (w *patientWriter) done() { _ = w.control.SetWriteDeadline(time.Time{}) }

// Unwrap lets http.ResponseController flush.
func (w *patientWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
