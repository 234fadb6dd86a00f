package journal

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"
)

// Bounds, in bytes as they are written: what is left of a row beside the largest members of a call or change, a text that the caller
// chooses, and what a call was about. Together they stay below a row, or a caller could keep a call out of the journal.
const (
	roomy        = 24 << 10
	mostText     = 1 << 10
	plainText    = 256 // so short that it is not worth a look
	mostResource = 8 << 10
)

// shorten leaves out members that would not fit a row; CloudTrail omits them too, from 100 KB on. Of texts it keeps the beginning, as
// CloudTrail does of what is longer than 1 KB.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
func shorten(e Entry) Entry {
	switch {
	case e.Call != nil:
		e.Call = shortCall(*e.Call)
	case e.Change != nil && len(e.Change.Before)+len(e.Change.After) > roomy:
		c := *e.Change
		c.Before, c.After = omitted(c.Before), omitted(c.After)
		e.Change = &c
	}
	return e
}

func shortCall(c Call) *Call {
	if len(c.Request)+len(c.Response)+len(c.Extra) > roomy {
		c.Request, c.Response, c.Extra = omitted(c.Request), omitted(c.Response), omitted(c.Extra)
	}
	for _, text := range []*string{&c.UserAgent, &c.ErrorCode, &c.ErrorMessage, &c.SourceIP, &c.Principal.ID, &c.Principal.Name, &c.Principal.Provider, &c.Principal.SourceIdentity} {
		*text = beginning(*text)
	}
	if c.TLS != nil {
		t := *c.TLS
		t.Host = beginning(t.Host)
		c.TLS = &t
	}
	if c.Denied != nil {
		d := *c.Denied
		d.Resource = beginning(d.Resource)
		c.Denied = &d
	}
	room := mostResource
	for i, r := range c.Resources {
		if room -= written(r.ARN); room < 0 && i > 0 {
			c.Resources = c.Resources[:i:i]
			break
		}
	}
	return &c
}

func omitted(m json.RawMessage) json.RawMessage {
	if len(m) <= roomy/2 {
		return m
	}
	return json.RawMessage(fmt.Sprintf(`{"omitted":"%d bytes"}`, len(m)))
}

// written is how long a text is in JSON.
func written(s string) int {
	b, _ := json.Marshal(s) // texts always encode
	return len(b)
}

// beginning is a text, or as much of it as may be kept.
func beginning(s string) string {
	if len(s) <= plainText {
		return s
	}
	if s = s[:min(len(s), mostText)]; written(s) > mostText {
		s = s[:plainText]
	}
	for i := 1; i <= utf8.UTFMax && i <= len(s); i++ { // not within a character
		if c := s[len(s)-i]; utf8.RuneStart(c) {
			if !utf8.FullRuneInString(s[len(s)-i:]) {
				s = s[:len(s)-i]
			}
			break
		}
	}
	return s
}
