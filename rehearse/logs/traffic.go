package logs

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"unyo/rehearse/estate"
)

// request is one that the load balancer has answered.
type request struct {
	at           time.Time // when it was answered
	client, path string
	agent        string
	status       int
	millis       int // the target took; -1 if no target did it
	sent         int
}

// flow is what a network interface has seen between two addresses in a minute.
type flow struct {
	at             time.Time // its end
	source         string
	port           int
	packets, bytes int
	action         string
	none           bool // nothing was seen
}

// routes are the paths of the shop, and how many milliseconds each takes.
var routes = []struct {
	path   string
	millis int
}{{"/", 8}, {"/cart", 30}, {"/item", 15}, {"/search", 120}, {"/checkout", 260}, {"/health", 1}}

// requestsUntil are n requests of the time that ends at now, in order. What is generated follows from the instant alone.
func requestsUntil(now time.Time, n int) []request {
	r := rand.New(rand.NewPCG(uint64(now.Unix()), 1))
	list := make([]request, n)
	for i := range list {
		route := routes[r.IntN(len(routes))]
		q := request{at: spread(r, now, i, n), agent: agents[r.IntN(len(agents))], client: fmt.Sprintf("198.51.100.%d", 1+r.IntN(40)), path: route.path, status: 200, millis: route.millis + r.IntN(4*route.millis+1), sent: 200 + r.IntN(20000)}
		switch r.IntN(20) {
		case 0:
			q.status = 404
		case 1:
			q.status = 302
		case 2:
			q.status = 500
		case 3:
			q.status, q.millis = 503, -1 // there was no healthy target
		}
		list[i] = q
	}
	return list
}

// spread puts the i-th of n somewhere into its part of the lag that ends at now, to the millisecond.
func spread(r *rand.Rand, now time.Time, i, n int) time.Time {
	part := int(lag/time.Millisecond) / n
	return now.Add(time.Duration(i*part+r.IntN(part))*time.Millisecond - lag)
}

const (
	received = 312 // bytes of each request
	balancer = "app/shop/50dc6c495c0c9188"
	stamp    = "2006-01-02T15:04:05.000000Z"
)

func (q request) url() string {
	return fmt.Sprintf("https://shop.example:443%s?v=%d", q.path, q.sent%7)
}

// line is the entry of the load balancer's access log.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html#access-log-entry-format
func (q request) line() string {
	target, took, targetStatus, targets := "10.0.0.7:8080", fmt.Sprintf("0.000 %d.%03d 0.001", q.millis/1000, q.millis%1000), fmt.Sprint(q.status), `"10.0.0.7:8080"`
	began := q.at.Add(-time.Duration(max(0, q.millis)) * time.Millisecond)
	if q.millis < 0 {
		target, took, targetStatus, targets = "-", "-1 -1 -1", "-", `"-"`
	}
	return fmt.Sprintf(`https %s %s %s:%d %s %s %d %s %d %d "GET %s HTTP/2.0" "%s" `+
		`ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:%s:%s:targetgroup/shop/73e2d6bc24d8a067 "Root=1-%08x-36d228ad5d99923122bbe354" "shop.example" `+
		`"arn:aws:acm:%s:%s:certificate/12345678-1234-1234-1234-123456789012" 1 %s "forward" "-" "-" %s "%s" "-" "-" TID_%016x "-" "-" "-"`,
		q.at.Format(stamp), balancer, q.client, 30000+q.sent%20000, target, took, q.status, targetStatus, received, q.sent, q.url(), q.agent, estate.Region, estate.Account, q.at.Unix(),
		estate.Region, estate.Account, began.Format(stamp), targets, targetStatus, q.at.UnixMilli())
}

var ports = []int{443, 443, 443, 8080, 22, 23, 3389, 5432}

// flowsUntil are n flows of the time that ends at now, in order; the last says that another interface has seen nothing.
func flowsUntil(now time.Time, n int) []flow {
	r := rand.New(rand.NewPCG(uint64(now.Unix()), 2))
	list := make([]flow, n)
	for i := range list {
		packets := 1 + r.IntN(200)
		f := flow{at: spread(r, now, i, n).Truncate(time.Second), source: fmt.Sprintf("203.0.113.%d", 1+r.IntN(30)), port: ports[r.IntN(len(ports))], packets: packets, bytes: packets * (40 + r.IntN(1400)), action: "ACCEPT"}
		if f.port != 443 && f.port != 8080 {
			f.action = "REJECT"
		}
		f.none = i == n-1
		list[i] = f
	}
	return list
}

// event is the record in the default format, which goes to CloudWatch Logs.
// https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html#flow-logs-default
func (f flow) event() string {
	seen, action, status := "- - - - - - -", "-", "NODATA"
	if !f.none {
		seen, action, status = fmt.Sprintf("%s 10.0.0.7 %d %d 6 %d %d", f.source, 40000+f.packets, f.port, f.packets, f.bytes), f.action, "OK"
	}
	return fmt.Sprintf("2 %s eni-0a1b2c3d4e5f60718 %s %d %d %s %s", estate.Account, seen, f.at.Add(-time.Minute).Unix(), f.at.Unix(), action, status)
}

// flowHeader begins each object with the names of the fields, here all of versions 2 to 5.
const flowHeader = "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status vpc-id subnet-id instance-id tcp-flags type " +
	"pkt-srcaddr pkt-dstaddr region az-id sublocation-type sublocation-id pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path"

// record is the record with all fields, which goes to S3.
func (f flow) record() string {
	rest := "vpc-0abc subnet-0def i-0a1b2c3d4e5f 2 IPv4 " + f.source + " 10.0.0.7 " + estate.Region + " euc1-az1 - - - - ingress -"
	if f.none {
		rest = "vpc-0abc subnet-0def - - - - - " + estate.Region + " euc1-az1 - - - - - -"
	}
	return strings.Replace(f.event(), "2 ", "5 ", 1) + " " + rest
}
