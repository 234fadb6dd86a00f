package cloudtrail

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"unyo/base/call"
	"unyo/base/partition"
	"unyo/kernel/journal"
)

// record is an event as CloudTrail writes it.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
type record struct {
	EventVersion       string          `json:"eventVersion"`
	UserIdentity       identity        `json:"userIdentity"`
	EventTime          string          `json:"eventTime"`
	EventSource        string          `json:"eventSource"`
	EventName          string          `json:"eventName"`
	AWSRegion          string          `json:"awsRegion"`
	SourceIPAddress    string          `json:"sourceIPAddress"`
	UserAgent          string          `json:"userAgent"`
	ErrorCode          string          `json:"errorCode,omitempty"`
	ErrorMessage       string          `json:"errorMessage,omitempty"`
	RequestParameters  json.RawMessage `json:"requestParameters"`
	ResponseElements   json.RawMessage `json:"responseElements"`
	AdditionalData     json.RawMessage `json:"additionalEventData,omitempty"`
	RequestID          string          `json:"requestID"`
	EventID            string          `json:"eventID"`
	ReadOnly           bool            `json:"readOnly"`
	Resources          []touched       `json:"resources,omitempty"`
	EventType          string          `json:"eventType"`
	APIVersion         string          `json:"apiVersion,omitempty"`
	ManagementEvent    bool            `json:"managementEvent"`
	RecipientAccountID string          `json:"recipientAccountId"`
	SharedEventID      string          `json:"sharedEventID,omitempty"`
	VPCEndpointID      string          `json:"vpcEndpointId,omitempty"`
	EventCategory      string          `json:"eventCategory"`
	TLSDetails         *tlsDetails     `json:"tlsDetails,omitempty"`
}

type tlsDetails struct {
	Version string `json:"tlsVersion"`
	Cipher  string `json:"cipherSuite"`
	Host    string `json:"clientProvidedHostHeader,omitempty"`
}

const eventVersion = "1.11"

// recordOf makes the record of entry e that stands in the trail of account.
func (s *Service) recordOf(e *journal.Entry, account string) *record {
	c := e.Call
	r := &record{
		EventVersion: eventVersion, UserIdentity: identityOf(c, account), EventTime: e.Time.UTC().Format(time.RFC3339),
		EventSource: c.Source, EventName: eventName(c), AWSRegion: s.regionOf(c), SourceIPAddress: c.SourceIP, UserAgent: c.UserAgent,
		ErrorCode: c.ErrorCode, ErrorMessage: c.ErrorMessage, RequestParameters: named(c), ResponseElements: c.Response,
		AdditionalData: c.Extra, RequestID: c.RequestID, EventID: eventID(e, account), ReadOnly: c.ReadOnly, Resources: touchedBy(c, s.k.Partition), EventType: "AwsApiCall",
		APIVersion: c.Version, ManagementEvent: c.Category == management, RecipientAccountID: account, VPCEndpointID: c.VPCE, EventCategory: c.Category,
	}
	if c.InvokedBy != "" { // the house asked: from where a customer asked it is another event's matter
		r.SourceIPAddress, r.UserAgent = c.InvokedBy, c.InvokedBy
	}
	if len(accounts(c)) > 1 || c.Principal.Kind == "AWSService" {
		r.SharedEventID = eventID(e, "")
	}
	if t := c.TLS; t != nil {
		r.TLSDetails = &tlsDetails{t.Version, t.Cipher, t.Host}
	}
	return r
}

const management = "Management"

// text is the record as JSON, at most 256 KB: what a journal entry keeps is far below.
func (r *record) text() string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(r) // strings and JSON always encode
	return strings.TrimSuffix(b.String(), "\n")
}

// accounts are those in whose trails a call stands: the one that was asked, and the owners of resources elsewhere. A service that asks as itself
// is of no account, whomever it serves: only those stand there whose resources it asks for.
func accounts(c *journal.Call) (list []string) {
	elsewhere := len(c.Resources) > 0 && !slices.ContainsFunc(c.Resources, func(r journal.Resource) bool { return r.Account == "" })
	if c.Account != "" && !(elsewhere && call.Kind(c.Principal.Kind) == call.AWSService) {
		list = append(list, c.Account)
	}
	for _, r := range c.Resources {
		if r.Account != "" && !slices.Contains(list, r.Account) {
			list = append(list, r.Account)
		}
	}
	return list
}

// regionOf is where the call is recorded: services without regions record at home.
func (s *Service) regionOf(c *journal.Call) string {
	return cmp.Or(c.Region, partition.Home(s.k.Partition))
}

// named gives a bucket the name that S3's records give it.
func named(c *journal.Call) json.RawMessage {
	var m map[string]json.RawMessage
	if c.Service != "s3" || json.Unmarshal(c.Request, &m) != nil || m["bucket"] == nil {
		return c.Request
	}
	m["bucketName"] = m["bucket"]
	delete(m, "bucket")
	b, _ := json.Marshal(m) // came of JSON
	return b
}

// eventID names a record. Its first six bytes hold the entry's number, so that it is found without an index; the others follow from the
// request, and mask it.
func eventID(e *journal.Entry, account string) string {
	h := sha256.Sum256([]byte(e.Call.RequestID + " " + account + " " + strconv.FormatUint(e.Seq, 10)))
	id := [16]byte(h[:16])
	id[6], id[8] = id[6]&0x0F|0x40, id[8]&0x3F|0x80
	mask := sha256.Sum256(id[6:])
	var seq [8]byte
	binary.BigEndian.PutUint64(seq[:], e.Seq)
	for i := range 6 {
		id[i] = seq[i+2] ^ mask[i]
	}
	x := hex.EncodeToString(id[:])
	return x[:8] + "-" + x[8:12] + "-" + x[12:16] + "-" + x[16:20] + "-" + x[20:]
}

// seqOf is the number of the entry that an event id names, if it is one of ours.
func seqOf(id string) (uint64, bool) {
	b, err := hex.DecodeString(strings.ReplaceAll(id, "-", ""))
	if err != nil || len(b) != 16 {
		return 0, false
	}
	mask := sha256.Sum256(b[6:])
	var seq [8]byte
	for i := range 6 {
		seq[i+2] = b[i] ^ mask[i]
	}
	return binary.BigEndian.Uint64(seq[:]), true
}
