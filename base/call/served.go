package call

import "time"

// Served is a request and how it was answered, as the door saw it: what access logs are written from. A call of the house has no
// Request and no Host.
type Served struct {
	Call      *Call  // who asked; nobody (Anonymous) where that could not be verified
	Operation string // PutObject
	Method    string
	Path      map[string]string // the parts of the address that name things: Bucket, Key
	In, Out   any               // as the operation had them; nil where the request did not come so far

	Request, Host, Referer string // the first line: PUT /bucket/key HTTP/1.1
	RemoteIP, UserAgent    string
	Version                string // of the object, as the request names it
	Length                 int64  // of the body that came, without its signatures
	HostID                 string // x-amz-id-2
	Signed, Presigned      bool
	TLS, Cipher            string // TLSv1.3; "" for none
	Status                 int
	Code                   string    // of the error; "" for none
	Sent                   int64     // bytes of the body that went
	Answered, Ended        time.Time // when the answer began, and when all of it had gone
}
