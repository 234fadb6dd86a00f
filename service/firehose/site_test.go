package firehose

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	api "unyo/api/firehose"
)

// newSite opens a collector.
func newSite(t testing.TB) *site {
	s := &site{got: map[string]string{}}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	s.header = r.Header
	var body io.Reader = r.Body
	if r.Header.Get("Content-Encoding") == "gzip" {
		var err error
		if body, err = gzip.NewReader(r.Body); err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
	}
	var in struct {
		RequestID string `json:"requestId"`
		Timestamp int64  `json:"timestamp"`
		Records   []struct {
			Data []byte `json:"data"`
		} `json:"records"`
	}
	if err := json.NewDecoder(body).Decode(&in); err != nil || in.RequestID != r.Header.Get("X-Amz-Firehose-Request-Id") || in.Timestamp == 0 {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if r.URL.Path == "/refuse" {
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if s.answer != nil && s.answer(s.asked, w, in.RequestID) {
		return
	}
	text := ""
	for _, one := range in.Records {
		text += string(one.Data)
	}
	s.got[in.RequestID] = text
	acknowledge(w, in.RequestID)
}

func acknowledge(w http.ResponseWriter, id string) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = fmt.Fprintf(w, `{"requestId":%q,"timestamp":1578090903599}`, id)
}

// toSite is a configuration that delivers to the collector.
func (s *site) config(change func(*api.HttpEndpointDestinationConfiguration)) *api.CreateDeliveryStreamInput {
	d := &api.HttpEndpointDestinationConfiguration{
		EndpointConfiguration: &api.HttpEndpointConfiguration{Url: new(s.URL), AccessKey: new("open sesame"), Name: new("site")},
		S3Configuration:       &api.S3DestinationConfiguration{RoleARN: new(role), BucketARN: new("arn:aws:s3:::archive")},
		BufferingHints:        &api.HttpEndpointBufferingHints{SizeInMBs: new(int32(1)), IntervalInSeconds: new(int32(60))},
	}
	if change != nil {
		change(d)
	}
	return &api.CreateDeliveryStreamInput{HttpEndpointDestinationConfiguration: d}
}
