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

// trailKilled: calls from 64 connections while a trail logs, and kill -9 in their midst. Of what was answered, each call must stand once in the
// delivered files and once in event history if it changed something; of calls that only read those of the last 0.2 s may be missing.
func trailKilled(ctx context.Context, b *bench) error {
	for _, kind := range []struct {
		name, event string
		call        func(w, n int) (service, target, contentType, body string)
	}{
		{"changes", "PutRetentionPolicy", func(w, n int) (string, string, string, string) {
			return "logs", "Logs_20140328.PutRetentionPolicy", "application/x-amz-json-1.1", fmt.Sprintf(`{"logGroupName":"g%d","retentionInDays":%d}`, w, 1+n%2*2)
		}},
		{"reads", "GetCallerIdentity", func(int, int) (string, string, string, string) {
			return "sts", "", formHeader["Content-Type"], stsForm
		}},
	} {
		s, err := b.fresh()
		if err != nil {
			return err
		}
		c := newClient(64)
		if err := trailBucket(ctx, c, s); err != nil {
			return err
		}
		if err := beginTrail(ctx, c, s, ""); err != nil {
			return err
		}
		for w := range 64 {
			if _, err := logsCall(ctx, c, s.url, "CreateLogGroup", fmt.Appendf(nil, `{"logGroupName":"g%d"}`, w)); err != nil {
				return err
			}
		}
		var mu sync.Mutex
		answered := map[string]bool{}
		call := func(ctx context.Context, w, n int) error {
			service, target, contentType, body := kind.call(w, n)
			resp, err := c.open(ctx, "POST", s.url+"/", service, map[string]string{"X-Amz-Target": target, "Content-Type": contentType}, []byte(body), true)
			if err != nil {
				return err
			}
			defer resp.Body.Close()
			text, err := io.ReadAll(resp.Body)
			if err != nil {
				return err
			}
			if resp.StatusCode != http.StatusOK {
				return fmt.Errorf("%s: %s", resp.Status, text)
			}
			mu.Lock()
			answered[resp.Header.Get("X-Amzn-Requestid")] = true
			mu.Unlock()
			return nil
		}
		r, err := load(ctx, 64, 5*time.Second, s, call)
		if err != nil {
			return err
		}
		fmt.Printf("%-8s %s\n", kind.name, r)
		kill := time.AfterFunc(2*time.Second, func() { _ = s.cmd.Process.Kill() })
		_, _ = load(ctx, 64, 5*time.Second, nil, call) // ends when nobody answers
		kill.Stop()
		_ = s.cmd.Wait()
		at := len(answered)
		if s, err = b.serve(s.dir); err != nil {
			return err
		}
		if _, err := load(ctx, 64, time.Second, s, call); err != nil {
			return err
		}
		s.stop(syscall.SIGTERM)
		if s, err = b.serve(s.dir, "-clock", "held"); err != nil { // event history answers twice a second while time flows
			return err
		}
		from := s.cpu()
		if _, err := s.advance(c, "10m"); err != nil {
			return err
		}
		delivering := s.cpu() - from
		files, err := deliveredIDs(ctx, c, s, kind.event)
		if err != nil {
			return err
		}
		history, err := historyIDs(ctx, c, s, kind.event)
		if err != nil {
			return err
		}
		lost, twice, differ := 0, 0, 0
		for id := range answered {
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
		fmt.Printf("%-8s %d answered, %d of them before kill -9; delivered %d in %.1f CPU-s; lost %d, twice %d, other than in event history %d\n", kind.name, len(answered), at, len(files), delivering.Seconds(), lost, twice, differ)
		s.end()
		if twice > 0 || differ > 0 || lost > 0 && kind.name == "changes" {
			return fmt.Errorf("%s: the trail is not whole", kind.name)
		}
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
