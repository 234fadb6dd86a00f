package transform

import (
	"encoding/json"
	"errors"
	"net/url"
	"regexp"
	"strings"
)

// The parsers of logs that AWS vends. They take the message as it came.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-BuiltIn.html

var errFormat = errors.New("the log event is not of the format")

// ParseWAF makes keys of headers and labels. What a name has several of is a list: AWS does not say.
func ParseWAF() Step {
	return Step{name: "parseWAF", run: func(e *event) error {
		v, err := readJSON(string(e.message))
		if err != nil {
			return err
		}
		o, ok := v.(*object)
		if !ok {
			return errJSON
		}
		if r, ok := o.get("httpRequest"); ok {
			if r, ok := r.(*object); ok {
				r.pairs("headers", func(h, to *object) {
					name, _ := h.get("name")
					value, _ := h.get("value")
					if name, ok := name.(string); ok {
						to.more(name, value)
					}
				})
			}
		}
		o.pairs("labels", func(l, to *object) {
			for i, key := range l.keys {
				to.more(key, l.vals[i])
			}
		})
		e.root = o
		return nil
	}}
}

// pairs makes an object of a list of objects under a key.
func (o *object) pairs(key string, each func(x, to *object)) {
	v, _ := o.get(key)
	list, ok := v.([]any)
	if !ok {
		return
	}
	to := &object{}
	for _, x := range list {
		if x, ok := x.(*object); ok {
			each(x, to)
		}
	}
	o.set(key, to)
}

// more sets a key, or makes a list of what it has and what comes.
func (o *object) more(key string, v any) {
	old, there := o.get(key)
	list, ok := old.([]any)
	switch {
	case !there:
		o.set(key, v)
	case ok:
		o.set(key, append(list, v))
	default:
		o.set(key, []any{old, v})
	}
}

var postgresLine = regexp.MustCompile(`(?s)\A(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)? \w+):([^:]*|\[?[0-9A-Fa-f:.]+\]?\(\d+\)):([^@]*)@([^:]*):\[(\d+)\]:([A-Z]+\d?):`)

// ParsePostgres takes what stands before a message of RDS for PostgreSQL apart.
func ParsePostgres() Step {
	return Step{name: "parsePostgres", run: func(e *event) error {
		m := postgresLine.FindSubmatch(e.message)
		if m == nil {
			return errFormat
		}
		for i, key := range []string{"logTime", "srcIp", "userName", "dbName", "processId", "logLevel"} {
			e.root.set(key, string(m[i+1]))
		}
		return nil
	}}
}

var cloudfrontKeys = strings.Fields(`date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie)
	x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version
	fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len sc-range-start sc-range-end`)

// ParseCloudfront takes a standard log of CloudFront apart.
func ParseCloudfront() Step {
	return lines("parseCloudfront", cloudfrontKeys, func(_, text string) any {
		if decoded, err := url.PathUnescape(text); err == nil {
			text = decoded
		}
		return numeric(text)
	})
}

var route53Keys = strings.Fields("version queryTimestamp hostZoneId queryName queryType responseCode protocol edgeLocation resolverIp ednsClientSubnet")

// ParseRoute53 takes a log of public DNS queries apart.
func ParseRoute53() Step {
	return lines("parseRoute53", route53Keys, func(key, text string) any {
		if key == "version" {
			return numeric(text)
		}
		return text
	})
}

var vpcKeys = strings.Fields("version accountId interfaceId srcAddr dstAddr srcPort dstPort protocol packets bytes start end action logStatus")

// ParseVPC takes a flow log of the default format apart.
func ParseVPC() Step {
	return lines("parseVPC", vpcKeys, func(key, text string) any {
		if key == "accountId" {
			return text
		}
		return numeric(text)
	})
}

// lines parses values with spaces between them, as many as there are keys.
func lines(name string, keys []string, value func(key, text string) any) Step {
	return Step{name: name, run: func(e *event) error {
		fields := strings.Fields(string(e.message))
		if len(fields) != len(keys) {
			return errFormat
		}
		for i, key := range keys {
			e.root.set(key, value(key, fields[i]))
		}
		return nil
	}}
}

// numeric is a text as the number that it is, or as it is.
func numeric(text string) any {
	if text != "" && (text[0] == '-' || '0' <= text[0] && text[0] <= '9') && json.Valid([]byte(text)) {
		return number(text)
	}
	return text
}
