package clients

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
)

// copier sends a copy of each request's body. The SDK (smithy-go 1.28.9) closes a body as soon as the answer begins, and the closed body's WriteTo says
// io.EOF where a reader at its end says nil: net/http, whose goroutine of writing may only then look whether the body has ended, takes that for a request
// it could not write and closes the connection under whoever reads the answer ("use of closed network connection").
type copier struct{ next http.RoundTripper }

func (c copier) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err = errors.Join(err, r.Body.Close()); err != nil {
			return nil, err
		}
		r = r.Clone(r.Context())
		r.Body = io.NopCloser(bytes.NewReader(body))
	}
	return c.next.RoundTrip(r)
}

// sluggish is a connection whose callers are put off after each read and write, as a crowded machine does.
type sluggish struct{ net.Conn }

func (s sluggish) Write(p []byte) (int, error) {
	defer time.Sleep(20 * time.Millisecond)
	return s.Conn.Write(p)
}

func (s sluggish) Read(p []byte) (int, error) {
	defer time.Sleep(15 * time.Millisecond)
	return s.Conn.Read(p)
}

// TestAnswerBeforeWriterEnds: an answer of some kilobytes is read to its end although the goroutine that wrote the request lags behind it.
func TestAnswerBeforeWriterEnds(t *testing.T) {
	e := serve(t)
	logs := cloudwatchlogs.NewFromConfig(e.root())
	for i := range 50 {
		ok[*cloudwatchlogs.CreateLogGroupOutput](t)(logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String(fmt.Sprintf("/a/group/with/a/long/name/%d", i))}))
	}
	e.client = &http.Client{Transport: copier{&http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, address)
		return sluggish{c}, err
	}}}}
	slow := cloudwatchlogs.NewFromConfig(e.root())
	for range 3 {
		ok[*cloudwatchlogs.DescribeLogGroupsOutput](t)(slow.DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{}))
	}
}
