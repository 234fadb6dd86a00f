package main

import (
	"context"
	"crypto/md5"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

const bucketPolicy = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":["s3:GetBucketAcl","s3:PutObject"],"Resource":["arn:aws:s3:::trail-files","arn:aws:s3:::trail-files/*"]}]}`

func trailCall(ctx context.Context, c *client, url, operation, body string) ([]byte, error) {
	return c.do(ctx, "POST", url+"/", "cloudtrail", map[string]string{"X-Amz-Target": "CloudTrail_20131101." + operation, "Content-Type": "application/x-amz-json-1.1"}, []byte(body), true)
}

// trailBucket makes a bucket in which trails may write.
func trailBucket(ctx context.Context, c *client, s *server) error {
	if _, err := c.do(ctx, "PUT", s.url+"/trail-files", "s3", nil, nil, true); err != nil {
		return err
	}
	sum := md5.Sum([]byte(bucketPolicy))
	_, err := c.do(ctx, "PUT", s.url+"/trail-files?policy=", "s3", map[string]string{"Content-MD5": base64.StdEncoding.EncodeToString(sum[:])}, []byte(bucketPolicy), true)
	return err
}

// beginTrail makes a trail and has it log.
func beginTrail(ctx context.Context, c *client, s *server, more string) error {
	_, err := trailCall(ctx, c, s.url, "CreateTrail", `{"Name":"main","S3BucketName":"trail-files"`+more+`}`)
	if err == nil {
		_, err = trailCall(ctx, c, s.url, "StartLogging", `{"Name":"main"}`)
	}
	return err
}

func (s *server) advance(c *client, by string) (ran any, err error) {
	r, err := c.http.Post(s.url+"/_unyo/clock", "application/json", strings.NewReader(`{"advance":"`+by+`"}`))
	if err != nil {
		return nil, err
	}
	defer r.Body.Close()
	var out map[string]any
	err = json.NewDecoder(r.Body).Decode(&out)
	if err == nil && r.StatusCode != http.StatusOK {
		err = fmt.Errorf("advance: %v", out)
	}
	return out["ran"], err
}

// burst is calls of one kind, and those of them that were answered.
type burst struct {
	name, event string
	service     string
	header      map[string]string
	body        func(w, n int) string
	mu          sync.Mutex
	answered    map[string]bool // request ids
}

func bursts() []*burst {
	return []*burst{
		{name: "changes", event: "PutRetentionPolicy", service: "logs", header: map[string]string{"X-Amz-Target": "Logs_20140328.PutRetentionPolicy", "Content-Type": "application/x-amz-json-1.1"},
			body: func(w, n int) string { return fmt.Sprintf(`{"logGroupName":"g%d","retentionInDays":%d}`, w, 1+n%2*2) }},
		{name: "reads", event: "GetCallerIdentity", service: "sts", header: formHeader, body: func(int, int) string { return stsForm }},
	}
}

func (k *burst) call(ctx context.Context, c *client, s *server, w, n int) error {
	resp, err := c.open(ctx, "POST", s.url+"/", k.service, k.header, []byte(k.body(w, n)), true)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, text)
	}
	if err == nil {
		k.mu.Lock()
		k.answered[resp.Header.Get("X-Amzn-Requestid")] = true
		k.mu.Unlock()
	}
	return err
}

// trailKilled: calls from 64 connections while a trail logs, and kill -9 in their midst. Of what was answered, each call must stand once in the
// delivered files and once in event history, also if it only read.
func trailKilled(ctx context.Context, b *bench) error {
	for _, k := range bursts() {
		k.answered = map[string]bool{}
		s, err := b.fresh()
		if err != nil {
			return err
		}
		c := newClient(64)
		before, s, err := k.throughDeath(ctx, b, c, s)
		if err != nil {
			return err
		}
		err = k.count(ctx, c, s, before)
		if s.end(); err != nil {
			return err
		}
	}
	return nil
}

// throughDeath makes the calls, with the server's death in their midst, and leaves the estate held: event history answers twice a second while
// time flows. before is how many were answered before the death.
func (k *burst) throughDeath(ctx context.Context, b *bench, c *client, s *server) (before int, _ *server, err error) {
	if err := trailBucket(ctx, c, s); err != nil {
		return 0, s, err
	}
	if err := beginTrail(ctx, c, s, ""); err != nil {
		return 0, s, err
	}
	for w := range 64 {
		if _, err := logsCall(ctx, c, s.url, "CreateLogGroup", fmt.Appendf(nil, `{"logGroupName":"g%d"}`, w)); err != nil {
			return 0, s, err
		}
	}
	one := func(ctx context.Context, w, n int) error { return k.call(ctx, c, s, w, n) }
	r, err := load(ctx, 64, 5*time.Second, s, one)
	if err != nil {
		return 0, s, err
	}
	fmt.Printf("%-8s %s\n", k.name, r)
	kill := time.AfterFunc(2*time.Second, func() { _ = s.cmd.Process.Kill() })
	_, _ = load(ctx, 64, 5*time.Second, nil, one) // ends when nobody answers
	kill.Stop()
	_ = s.cmd.Wait()
	before = len(k.answered)
	if s, err = b.serve(s.dir); err != nil {
		return 0, s, err
	}
	if _, err := load(ctx, 64, time.Second, s, one); err != nil {
		return 0, s, err
	}
	s.stop(syscall.SIGTERM)
	s, err = b.serve(s.dir, "-clock", "held")
	return before, s, err
}

// count has everything delivered, and compares.
func (k *burst) count(ctx context.Context, c *client, s *server, before int) error {
	from := s.cpu()
	if _, err := s.advance(c, "10m"); err != nil {
		return err
	}
	delivering := s.cpu() - from
	files, err := deliveredIDs(ctx, c, s, k.event)
	if err != nil {
		return err
	}
	history, err := historyIDs(ctx, c, s, k.event)
	if err != nil {
		return err
	}
	lost, twice, differ := 0, 0, 0
	for id := range k.answered {
		if files[id] == 0 {
			lost++
		}
		if files[id] != history[id] {
			differ++
		}
	}
	for _, n := range files {
		if n > 1 {
			twice++
		}
	}
	fmt.Printf("%-8s %d answered, %d of them before kill -9; %d delivered in %.1f CPU-s; lost %d, twice %d, other than in event history %d\n", k.name, len(k.answered), before, len(files), delivering.Seconds(), lost, twice, differ)
	if twice > 0 || differ > 0 || lost > 0 {
		return fmt.Errorf("%s: the trail is not whole", k.name)
	}
	return nil
}

// deliveredIDs counts by id the requests of an event in the files of the trail.
func deliveredIDs(ctx context.Context, c *client, s *server, event string) (map[string]int, error) {
	seen := map[string]int{}
	for after := ""; ; {
		body, err := c.do(ctx, "GET", s.url+"/trail-files?list-type=2&prefix=AWSLogs%2F000000000000%2FCloudTrail%2F&start-after="+strings.ReplaceAll(after, "/", "%2F"), "s3", nil, nil, true)
		if err != nil {
			return nil, err
		}
		var page struct{ Contents []struct{ Key string } }
		if err := xml.Unmarshal(body, &page); err != nil {
			return nil, err
		}
		if len(page.Contents) == 0 {
			return seen, nil
		}
		for _, o := range page.Contents {
			if after = o.Key; strings.HasSuffix(o.Key, "/") {
				continue
			}
			text, err := c.do(ctx, "GET", s.url+"/trail-files/"+o.Key, "s3", nil, nil, true)
			if err != nil {
				return nil, err
			}
			var file struct {
				Records []struct{ RequestID, EventName string }
			}
			if err := json.Unmarshal(text, &file); err != nil {
				return nil, err
			}
			for _, r := range file.Records {
				if r.EventName == event {
					seen[r.RequestID]++
				}
			}
		}
	}
}

// historyIDs counts by id the requests of an event in event history, and tells how long its pages take.
func historyIDs(ctx context.Context, c *client, s *server, event string) (map[string]int, error) {
	seen := map[string]int{}
	var took []time.Duration
	for token := ""; ; {
		more := ""
		if token != "" {
			more = `,"NextToken":"` + token + `"`
		}
		at := time.Now()
		body, err := trailCall(ctx, c, s.url, "LookupEvents", `{"LookupAttributes":[{"AttributeKey":"EventName","AttributeValue":"`+event+`"}]`+more+`}`)
		if err != nil {
			return nil, err
		}
		took = append(took, time.Since(at))
		var page struct {
			Events    []struct{ CloudTrailEvent string }
			NextToken string
		}
		if err := json.Unmarshal(body, &page); err != nil {
			return nil, err
		}
		for _, e := range page.Events {
			var r struct{ RequestID string }
			if err := json.Unmarshal([]byte(e.CloudTrailEvent), &r); err != nil {
				return nil, err
			}
			seen[r.RequestID]++
		}
		if token = page.NextToken; token == "" {
			slices.Sort(took)
			fmt.Printf("         %d pages of event history, p50 %s, p99 %s\n", len(took), took[len(took)/2].Round(time.Microsecond), took[len(took)*99/100].Round(time.Microsecond))
			return seen, nil
		}
	}
}

// trailYear: digests of a year for ten chains, in which nothing but they themselves happens. The goal is 60 s.
func trailYear(ctx context.Context, b *bench) error {
	s, err := b.fresh("-clock", "held", "-seed", "1")
	if err != nil {
		return err
	}
	defer s.end()
	c := newClient(1)
	if err := trailBucket(ctx, c, s); err != nil {
		return err
	}
	for _, region := range []string{"us-east-1", "us-east-2", "us-west-1", "us-west-2", "eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1", "eu-north-1", "ap-northeast-1"} {
		there := newClient(1)
		there.region = region
		if err := beginTrail(ctx, there, s, `,"EnableLogFileValidation":true,"IncludeGlobalServiceEvents":false`); err != nil {
			return err
		}
	}
	before, at := s.cpu(), time.Now()
	ran, err := s.advance(c, "365d")
	if err != nil {
		return err
	}
	fmt.Printf("a year of digests of ten trails: %s, %.1f CPU-s, %v jobs, %.0f MiB\n", time.Since(at).Round(time.Millisecond), (s.cpu() - before).Seconds(), ran, s.resident())
	return nil
}
