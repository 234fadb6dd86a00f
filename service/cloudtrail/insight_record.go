package cloudtrail

import (
	"encoding/json"
	"strings"
	"time"

	"unyo/kernel/journal"
)

// told is what an entry of the journal keeps of an insight.
type told struct {
	Source  string         `json:"trail"`             // ARN of the trail or event data store that has found it
	Into    string         `json:"into,omitempty"`    // id of the event data store that takes it
	Account string         `json:"account,omitempty"` // in which it was found, in an organization
	Time    time.Time      `json:"time"`
	Shared  string         `json:"shared"`
	Details insightDetails `json:"details"`
}

// insightRecord is an insight event as CloudTrail writes it.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-insights-fields-trails.html
type insightRecord struct {
	EventVersion string         `json:"eventVersion"`
	EventTime    string         `json:"eventTime"`
	Region       string         `json:"awsRegion"`
	EventID      string         `json:"eventID"`
	EventType    string         `json:"eventType"`
	Recipient    string         `json:"recipientAccountId"`
	Shared       string         `json:"sharedEventID"`
	Details      insightDetails `json:"insightDetails"`
	Category     string         `json:"eventCategory"`
}

type insightDetails struct {
	State   string         `json:"state"`
	Source  string         `json:"eventSource"`
	Name    string         `json:"eventName"`
	Type    string         `json:"insightType"`
	Code    string         `json:"errorCode,omitempty"`
	Context insightContext `json:"insightContext"`
}

type insightContext struct {
	Statistics   insightStatistics `json:"statistics"`
	Attributions []attribution     `json:"attributions,omitempty"`
}

type insightStatistics struct {
	Baseline         average `json:"baseline"`
	Insight          average `json:"insight"`
	Duration         int64   `json:"insightDuration"`
	BaselineDuration int64   `json:"baselineDuration"`
}

type average struct {
	Average float64 `json:"average"`
}

type attribution struct {
	Attribute string  `json:"attribute"`
	Insight   []share `json:"insight"`
}

// at is the time of the event: the first unusual minute, or the one behind the last.
func (x *insight) at() time.Time {
	if x.State == "End" {
		return x.Last.Add(time.Minute)
	}
	return x.Start
}

func (x *insight) details() insightDetails {
	d := insightDetails{State: x.State, Source: x.Source, Name: x.Name, Type: x.Type, Code: x.Code}
	d.Context.Statistics = insightStatistics{average{x.Baseline}, average{float64(x.Count) / float64(x.Minutes)}, x.Minutes, int64(baseline.Minutes())}
	for _, a := range []attribution{{"userIdentityArn", x.Who}, {"userAgent", x.Agents}} {
		if len(a.Insight) > 0 {
			d.Context.Attributions = append(d.Context.Attributions, a)
		}
	}
	return d
}

// insightType is the eventType of insight events.
const insightType = "AwsCloudTrailInsight"

// insightOf is what an entry tells of an insight.
func insightOf(c *journal.Call) (x told) {
	_ = json.Unmarshal(c.Extra, &x) // came of it
	return x
}

// textOf is the record of an entry in the trail of account, as JSON.
func (s *Service) textOf(e *journal.Entry, account string) string {
	if e.Call.Category != insightful {
		return s.recordOf(e, account).text()
	}
	x := insightOf(e.Call)
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(insightRecord{eventVersion, x.Time.UTC().Format(time.RFC3339), e.Call.Region, eventID(e, account), insightType, account, x.Shared, x.Details, insightful})
	return strings.TrimSuffix(b.String(), "\n")
}
