package policy

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// estate is what issue 5 measures: five kinds of policy, ten identity policies of ten statements, each with a condition
// that must be looked at. The last statement of the last policy allows.
func estate(b *testing.B) (*Set, *Request) {
	statement := func(i, j int) string {
		return fmt.Sprintf(`{"Effect":"Allow","Action":["s3:Get*","s3:List%d"],"Resource":"arn:aws:s3:::bucket%d-%d/${aws:username}/*","Condition":{"StringEquals":{"aws:PrincipalTag/dept":"d%d"},"IpAddress":{"aws:SourceIp":["10.0.0.0/8","203.0.113.0/24"]}}}`, j, i, j, j)
	}
	parse := func(kind Kind, statements ...string) *Document {
		d, err := Parse(kind, "p", `{"Version":"2012-10-17","Statement":[`+strings.Join(statements, ",")+`]}`)
		if err != nil {
			b.Fatal(err)
		}
		return d
	}
	set := &Set{}
	for i := range 10 {
		var list []string
		for j := range 10 {
			list = append(list, statement(i, j))
		}
		set.Identity = append(set.Identity, parse(Identity, list...))
	}
	const all = `{"Effect":"Allow","Action":"*","Resource":"*"}`
	set.Boundary = parse(Boundary, `{"Effect":"Allow","Action":["s3:*","logs:*","kinesis:*"],"Resource":"*"}`, `{"Effect":"Deny","Action":"iam:*","Resource":"*"}`)
	set.Sessions = []*Document{parse(Session, `{"Effect":"Allow","Action":"s3:*","Resource":"arn:aws:s3:::bucket*","Condition":{"Bool":{"aws:SecureTransport":"true"}}}`)}
	set.Resource = parse(Resource, `{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}}`)
	set.SCPs = [][]*Document{{parse(SCP, all)}, {parse(SCP, all, `{"Effect":"Deny","NotAction":["iam:*","sts:*"],"Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":["eu-central-1","eu-west-1"]}}}`)}}
	p := caller([]string{"role", "ops", here, "s"})
	keys := map[string][]string{"aws:username": {"ann"}, "aws:principaltag/dept": {"d9"}, "aws:sourceip": {"203.0.113.9"}, "aws:securetransport": {"true"}, "aws:requestedregion": {"eu-central-1"}}
	return set, &Request{Action: "s3:GetObject", Resource: "arn:aws:s3:::bucket9-9/ann/k", Principal: &p, Owner: here,
		Keys: func(k string) ([]string, bool) { v, ok := keys[k]; return v, ok }}
}

func BenchmarkEvaluate(b *testing.B) {
	set, r := estate(b)
	if v := Evaluate(set, r); !v.Allowed || v.Statement != "#10" {
		b.Fatalf("%+v", v)
	}
	b.ReportAllocs()
	var took []time.Duration
	for b.Loop() {
		start := time.Now()
		Evaluate(set, r)
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2]), "p50-ns")
	b.ReportMetric(float64(took[len(took)*99/100]), "p99-ns")
}

// processor is the time that this process has spent on processors: steady where others run, too.
func processor(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkEvaluateParallel uses every core there is; the second figure does not depend on who else does.
func BenchmarkEvaluateParallel(b *testing.B) {
	set, r := estate(b)
	began := processor(b)
	b.RunParallel(func(pb *testing.PB) {
		own := *r
		for pb.Next() {
			Evaluate(set, &own)
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "decisions/s")
	b.ReportMetric(float64(b.N)/(processor(b)-began).Seconds(), "decisions/core-s")
}

// BenchmarkParse compiles a document of ten statements, as a policy change makes the next call do.
func BenchmarkParse(b *testing.B) {
	text := `{"Version":"2012-10-17","Statement":[` + strings.TrimSuffix(strings.Repeat(`{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/${aws:username}/*","Condition":{"StringEquals":{"aws:PrincipalTag/dept":"d"}}},`, 10), ",") + `]}`
	for b.Loop() {
		if _, err := Parse(Identity, "p", text); err != nil {
			b.Fatal(err)
		}
	}
}
