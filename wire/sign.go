package wire

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"
)

// Sign signs r, whose body is body, with Signature Version 4 in its headers. r must be about to be sent by
// net/http: its URL is canonical already.
func Sign(r *http.Request, body []byte, id, secret, region, service string, at time.Time) {
	at = at.UTC()
	s := &Signature{AccessKeyID: id, Date: at.Format("20060102"), Region: region, Service: service, Time: at, SignedHeaders: []string{"host"}}
	r.Header.Set("X-Amz-Date", at.Format(SigTimeFormat))
	for name := range r.Header {
		if lower := strings.ToLower(name); strings.HasPrefix(lower, "x-amz-") {
			s.SignedHeaders = append(s.SignedHeaders, lower)
		}
	}
	slices.Sort(s.SignedHeaders)
	if r.Host == "" {
		r.Host = r.URL.Host
	}
	r.RequestURI = r.URL.RequestURI()
	sum := sha256.Sum256(body)
	s.Hex = s.compute(canonicalPath(r, service != "s3"), r, r.URL.Query(), secret, hex.EncodeToString(sum[:]))
	r.RequestURI = "" // clients must leave it empty
	r.Header.Set("Authorization", sigAlgorithm+" Credential="+id+"/"+s.Scope()+", SignedHeaders="+strings.Join(s.SignedHeaders, ";")+", Signature="+s.Hex)
}
