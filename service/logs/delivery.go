package logs

import (
	"strings"

	api "unyo/api/logs"
	"unyo/base/arn"
	"unyo/base/call"
	"unyo/kernel/store"
)

// Vended logs: a source (whose logs), a destination (where to, and how written) and a delivery, which joins one with one.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-vended-logs-permissions-V2.html

// deliverySource is a row: a resource that sends logs.
type deliverySource struct {
	Resource string // ARN
	Type     string
}

// deliveryDestination is a row: what takes logs.
type deliveryDestination struct {
	Kind   string // S3, CWL, FH
	Target string // ARN
	Format string `json:",omitempty"`
	access
}

// delivery is a row.
type delivery struct {
	Source      string // name
	Destination string // ARN
	Kind        string
	Fields      []string `json:",omitempty"`
	Delimiter   *string  `json:",omitempty"`
	Suffix      string   `json:",omitempty"`
	Hive        bool     `json:",omitempty"`
	Audit       string   `json:",omitempty"` // of audit findings: the target's name; then Source is the group's ARN, and there is no Destination
}

// Names of the three in ARNs.
const (
	sourceNoun      = "delivery-source:"
	destinationNoun = "delivery-destination:"
	deliveryNoun    = "delivery:"
)

func (s *Service) deliveryARN(scope call.Scope, noun, name string) string {
	return "arn:" + s.k.Partition + ":logs:" + scope.Region + ":" + scope.Account + ":" + noun + name
}

// deliveryPart takes the ARN of one of the three apart.
func deliveryPart(text, noun string) (a arn.ARN, name string, ok bool) {
	a, err := arn.Parse(text)
	if err != nil || a.Service != "logs" {
		return a, "", false
	}
	name, ok = strings.CutPrefix(a.Resource, noun)
	return a, name, ok && name != ""
}

func unfit(format string, args ...any) error { return api.NewValidationException(format, args...) }

func noDelivery(what string) error {
	return api.NewResourceNotFoundException("The specified %s does not exist.", what)
}

func conflict(format string, args ...any) error { return api.NewConflictException(format, args...) }

// destinationAt finds a destination by its ARN, which may be another account's.
func (s *Service) destinationAt(tx *store.Tx, text string) (d deliveryDestination, at call.Scope, err error) {
	a, name, ok := deliveryPart(text, destinationNoun)
	if !ok {
		return d, at, unfit("%s is not the ARN of a delivery destination.", text)
	}
	at = call.Scope{Partition: a.Partition, Account: a.Account, Region: a.Region}
	if d, ok = s.deliveryDestinations.Get(tx.In(at), name); !ok {
		return d, at, noDelivery("delivery destination")
	}
	return d, at, nil
}

// users are the deliveries that pick says yes to.
func (s *Service) users(tx *store.Tx, pick func(*delivery) bool) bool {
	for _, d := range s.deliveries.Prefix(tx, "", "") {
		if pick(&d) {
			return true
		}
	}
	return false
}
