// Package wire holds the codec against the wire snapshots and the clients of AWS's own SDK for Go. It is a
// module of its own so that the product does not depend on the SDK; the snapshots stay in the module cache.
package wire

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"unyo/api/athena"
	"unyo/api/cloudtrail"
	"unyo/api/cloudwatch"
	"unyo/api/ec2"
	"unyo/api/events"
	"unyo/api/firehose"
	"unyo/api/glue"
	"unyo/api/iam"
	"unyo/api/kinesis"
	"unyo/api/kms"
	"unyo/api/lambda"
	"unyo/api/logs"
	"unyo/api/organizations"
	"unyo/api/rt"
	"unyo/api/s3"
	"unyo/api/sns"
	"unyo/api/sqs"
	"unyo/api/sts"
)

// entry is a generated service and the SDK module with its snapshots.
type entry struct {
	model  *rt.Model
	module string
}

// catalog lists every generated service.
var catalog = []entry{
	{athena.Model, "athena"}, {cloudtrail.Model, "cloudtrail"}, {cloudwatch.Model, "cloudwatch"}, {ec2.Model, "ec2"},
	{events.Model, "eventbridge"}, {firehose.Model, "firehose"}, {glue.Model, "glue"}, {iam.Model, "iam"},
	{kinesis.Model, "kinesis"}, {kms.Model, "kms"}, {lambda.Model, "lambda"}, {logs.Model, "cloudwatchlogs"},
	{organizations.Model, "organizations"}, {s3.Model, "s3"}, {sns.Model, "sns"}, {sqs.Model, "sqs"}, {sts.Model, "sts"},
}

const modulePath = "github.com/aws/aws-sdk-go-v2/service/"

// moduleDirs finds where the module cache keeps the SDK.
var moduleDirs = sync.OnceValue(func() map[string]string {
	args := []string{"list", "-m", "-f", "{{.Path}} {{.Dir}}"}
	for _, e := range catalog {
		args = append(args, modulePath+e.module)
	}
	out, err := exec.Command("go", args...).Output()
	if err != nil {
		panic(fmt.Sprintf("go list -m: %v", err))
	}
	dirs := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, dir, _ := strings.Cut(strings.TrimSpace(line), " ")
		dirs[strings.TrimPrefix(path, modulePath)] = dir
	}
	return dirs
})

// snapshots lists the files of one kind: request, response, error.
func snapshots(t *testing.T, module, folder, kind string) map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(moduleDirs()[module], folder, "*."+kind+".snap"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, f := range files {
		found[strings.TrimSuffix(filepath.Base(f), "."+kind+".snap")] = f
	}
	return found
}

// message is a snapshot: its first line, headers, body.
type message struct {
	first  string
	header http.Header
	body   []byte
}

// readSnapshot reads a file: a first line, in requests a blank line, headers, a blank line, the body.
func readSnapshot(t *testing.T, file string, request bool) message {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	first, rest, _ := bytes.Cut(raw, []byte("\n"))
	if request {
		_, rest, _ = bytes.Cut(rest, []byte("\n"))
	}
	m := message{first: string(first), header: http.Header{}}
	for {
		line, more, found := bytes.Cut(rest, []byte("\n"))
		rest = more
		if len(bytes.TrimRight(line, "\r")) == 0 || !found {
			break
		}
		k, v, _ := strings.Cut(string(line), ": ")
		m.header.Add(k, v)
	}
	m.body = rest
	return m
}

// score counts what passed, per service and kind.
type score struct{ passed, all int }

// floors are the counts in floor.txt: «request ec2 811». They must not fall.
func floors(t *testing.T) map[string]int {
	t.Helper()
	raw, err := os.ReadFile("floor.txt")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]int{}
	for line := range strings.Lines(string(raw)) {
		f := strings.Fields(line)
		if len(f) != 3 || strings.HasPrefix(line, "#") {
			continue
		}
		n, err := strconv.Atoi(f[2])
		if err != nil {
			t.Fatalf("floor.txt: %q", line)
		}
		found[f[0]+" "+f[1]] = n
	}
	return found
}

// report prints the counts of one kind and holds them against the floors.
func report(t *testing.T, kind string, scores map[string]score) {
	t.Helper()
	floor := floors(t)
	names := make([]string, 0, len(scores))
	for n := range scores {
		names = append(names, n)
	}
	slices.Sort(names)
	var total score
	for _, n := range names {
		s := scores[n]
		total.passed += s.passed
		total.all += s.all
		fmt.Printf("%-9s %-14s %4d of %4d\n", kind, n, s.passed, s.all)
		if s.passed < floor[kind+" "+n] {
			t.Errorf("%s %s: %d passed, the floor is %d", kind, n, s.passed, floor[kind+" "+n])
		}
	}
	fmt.Printf("%-9s %-14s %4d of %4d\n", kind, "all", total.passed, total.all)
	for k := range floor {
		if have, n, _ := strings.Cut(k, " "); have == kind {
			if _, ran := scores[n]; !ran {
				t.Errorf("%s %s has a floor and did not run", kind, n)
			}
		}
	}
}
