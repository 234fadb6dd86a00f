package kafka

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

// address is where a cluster is, and how a new topic is made there.
type address struct {
	brokers    []string
	partitions int32
	replicas   int16 // 0: three, or as many as there are brokers
	tls        bool
	sasl       string // plain, scram-sha-256 or scram-sha-512; "": no login
}

// defaultPartitions is enough for many brokers, and not too many for one.
const defaultPartitions = 32

// parse reads HOST:PORT[,HOST:PORT]…[?partitions=N&replicas=N&tls=true&sasl=plain].
func parse(text string) (a address, err error) {
	hosts, query, _ := strings.Cut(text, "?")
	for b := range strings.SplitSeq(hosts, ",") {
		if host, port, err := net.SplitHostPort(b); err != nil || host == "" || port == "" {
			return a, fmt.Errorf("cannot read address %q of a Kafka broker: it is HOST:PORT", b)
		}
		a.brokers = append(a.brokers, b)
	}
	a.partitions = defaultPartitions
	options, err := url.ParseQuery(query)
	if err != nil {
		return a, fmt.Errorf("cannot read options of Kafka: %w", err)
	}
	for name, values := range options {
		var n int
		switch value := values[len(values)-1]; name {
		case "partitions":
			n, err = number(value, 1, 10_000)
			a.partitions = int32(n)
		case "replicas":
			n, err = number(value, 1, 100)
			a.replicas = int16(n)
		case "tls":
			a.tls, err = strconv.ParseBool(value)
		case "sasl":
			if a.sasl = value; mechanisms[value] == nil {
				err = errors.New("there are plain, scram-sha-256 and scram-sha-512")
			}
		default:
			err = errors.New("there are partitions, replicas, tls and sasl")
		}
		if err != nil {
			return a, fmt.Errorf("cannot read option %q of Kafka: %w", name, err)
		}
	}
	return a, nil
}

// mechanisms are how to log in.
var mechanisms = map[string]func(user, password string) sasl.Mechanism{
	"plain": func(user, password string) sasl.Mechanism {
		return plain.Auth{User: user, Pass: password}.AsMechanism()
	},
	"scram-sha-256": func(user, password string) sasl.Mechanism {
		return scram.Auth{User: user, Pass: password}.AsSha256Mechanism()
	},
	"scram-sha-512": func(user, password string) sasl.Mechanism {
		return scram.Auth{User: user, Pass: password}.AsSha512Mechanism()
	},
}

func number(text string, least, most int) (int, error) {
	n, err := strconv.Atoi(text)
	if err == nil && (n < least || n > most) {
		err = fmt.Errorf("%d is not from %d to %d", n, least, most)
	}
	return n, err
}
