package transform

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"unyo/engine/serde"
)

// Limits of a Grok expression.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-Configurable.html#CloudWatch-Logs-Transformation-Grok
const (
	maxPatterns = 20
	maxOpen     = 5 // of those that match almost anything, together
)

// grokLimits are the patterns that may be used, and how often.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation-Configurable.html#Grok-Patterns
var grokLimits = func() map[string]int {
	limits := map[string]int{"GREEDYDATA_MULTILINE": 1, "APACHE_ACCESS_LOG": 1, "NGINX_ACCESS_LOG": 1, "SYSLOG5424": 1}
	for _, name := range strings.Fields(`NOTSPACE SPACE DATA GREEDYDATA ARN IPV6 IP HOSTNAME HOST IPORHOST HOSTPORT URIHOST WINPATH PATH URIPARAM URIPATHPARAM URI SYSLOGHOST`) {
		limits[name] = 5
	}
	for _, name := range strings.Fields(`USERNAME USER INT BASE10NUM NUMBER BASE16NUM POSINT NONNEGINT WORD QUOTEDSTRING UUID URN CISCOMAC WINDOWSMAC COMMONMAC MAC IPV4
		UNIXPATH TTY URIPROTO URIPATH MONTH MONTHNUM MONTHNUM2 MONTHDAY YEAR DAY HOUR MINUTE SECOND TIME DATE_US DATE_EU ISO8601_TIMEZONE ISO8601_SECOND
		TIMESTAMP_ISO8601 DATE DATESTAMP TZ DATESTAMP_RFC822 DATESTAMP_RFC2822 DATESTAMP_OTHER DATESTAMP_EVENTLOG LOGLEVEL HTTPDATE SYSLOGTIMESTAMP PROG SYSLOGPROG
		SYSLOGFACILITY`) {
		limits[name] = 20
	}
	return limits
}()

var grokOpen = map[string]bool{"URI": true, "URIPARAM": true, "URIPATHPARAM": true, "SPACE": true, "DATA": true, "GREEDYDATA": true, "GREEDYDATA_MULTILINE": true}

// grokOwn are patterns that CloudWatch Logs describes otherwise than Grok's base has them.
var grokOwn = map[string]string{
	"GREEDYDATA_MULTILINE": `(?s:.*)`,
	"URN":                  `(?i:urn):[0-9A-Za-z][0-9A-Za-z-]{0,31}:[\w()+,.:=@;$!*'/%-]+`,
	"ARN":                  `arn:aws(?:-cn|-us-gov)?:[^:\s/]+(?::[^:\s/]+)*:[^:\s/]+(?:/[^:\s/]+){0,4}`,
	"HOSTPORT":             `%{IPORHOST}:%{POSINT:PORT}`,
	"URIHOST":              `%{IPORHOST}(?::%{POSINT:port})?`,
	"UNIXPATH":             `/(?:[\w%!$@:.,+~?=&#-]+|\\.|/)*`,
	"HOSTNAME":             `[0-9A-Za-z][0-9A-Za-z_-]{0,62}(?:\.[0-9A-Za-z][0-9A-Za-z_-]{0,62})*\.?`,
	"LOGLEVEL": `(?:[Aa]lert|ALERT|[Tt]race|TRACE|[Dd]ebug|DEBUG|[Nn]otice|NOTICE|[Ii]nfo|INFO|[Ww]arn(?:ing)?|WARN(?:ING)?|[Ee]rr(?:or)?|ERR(?:OR)?|` +
		`[Cc]rit(?:ical)?|CRIT(?:ICAL)?|[Ff]atal|FATAL|[Ss]evere|SEVERE|[Ee]merg(?:ency)?|EMERG(?:ENCY)?)`,
}

var grokPart = regexp.MustCompile(`%\{([A-Z0-9_]+)(?::([^{}:]+))?\}`)

// Grok takes a text apart by an expression of patterns, which must match all of it. What stands between the patterns stands for itself, also behind
// a backslash.
func Grok(from, match string) (Step, error) {
	at, err := source(from)
	if err != nil {
		return Step{}, err
	}
	x, err := newGrok(match)
	if err != nil {
		return Step{}, err
	}
	return Step{name: "grok", run: func(e *event) error {
		text, err := e.text(at)
		if err != nil {
			return err
		}
		var room [maxRoom]int
		m := x.find(text, room[:])
		if m == nil {
			return fmt.Errorf("the pattern does not match")
		}
		e.root.grow(len(x.fields))
		for i, f := range x.fields {
			if f.to == nil || m[2*i+2] < 0 {
				continue
			}
			v := text[m[2*i+2]:m[2*i+3]]
			if err := f.set(e.root, v); err != nil {
				return err
			}
		}
		return nil
	}}, nil
}

// grok is an expression, ready.
type grok struct {
	re     *regexp.Regexp
	trail  *trail      // or nil
	fields []grokField // by group
}

// maxRoom is how many places of groups need no memory of their own.
const maxRoom = 64

// find gives the places of groups, in room if there is enough; nil if the text is none of the expression's.
func (g *grok) find(text string, room []int) []int {
	if n := 2*len(g.fields) + 2; g.trail != nil && n <= len(room) {
		marks := room[:n]
		if found, known := g.trail.match(text, marks); found {
			return marks
		} else if known {
			return nil
		}
	}
	return g.re.FindStringSubmatchIndex(text)
}

// grokField is where a group goes.
type grokField struct {
	to      path
	convert func(text string) any // nil: as it is; gives nil for nothing
}

func (f *grokField) set(root *object, text string) error {
	v := any(text)
	if f.convert != nil {
		if v = f.convert(text); v == nil {
			return nil
		}
	}
	return root.put(f.to, v, true)
}

// unquoted is what stands in quotes.
func unquoted(text string) any {
	if n := len(text); n >= 2 && text[0] == text[n-1] {
		return text[1 : n-1]
	}
	return text
}

func newGrok(match string) (*grok, error) {
	parts := grokPart.FindAllStringSubmatchIndex(match, -1)
	if len(parts) == 0 {
		return nil, fmt.Errorf("the grok expression has no pattern")
	}
	if len(parts) > maxPatterns {
		return nil, fmt.Errorf("the grok expression has more than %d patterns", maxPatterns)
	}
	b := &grokBuilder{used: map[string]int{}, named: map[string]grokField{}}
	from := 0
	for i, m := range parts {
		b.literal(match[from:m[0]])
		from = m[1]
		field := ""
		if m[4] >= 0 {
			field = match[m[4]:m[5]]
		}
		if err := b.pattern(match[m[2]:m[3]], field, i, len(parts)); err != nil {
			return nil, err
		}
	}
	b.literal(match[from:])
	return b.compile()
}

// grokBuilder gathers an expression in Grok's own words, with fields by number.
type grokBuilder struct {
	text   strings.Builder
	used   map[string]int
	open   int
	common bool
	named  map[string]grokField // by the names that the text gives
}

func (b *grokBuilder) literal(text string) {
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) && strings.IndexByte(`\[](){}.*+?^$|"'/-`, text[i+1]) >= 0 {
			i++
		}
		b.text.WriteString(regexp.QuoteMeta(text[i : i+1]))
	}
}

// pattern adds the nth pattern of so many.
func (b *grokBuilder) pattern(name, field string, nth, of int) error {
	limit, ok := grokLimits[name]
	if !ok {
		return fmt.Errorf("the grok pattern %s is not supported", name)
	}
	if b.used[name]++; b.used[name] > limit {
		return fmt.Errorf("the grok pattern %s may be used at most %d times", name, limit)
	}
	if grokOpen[name] {
		if b.open++; b.open > maxOpen {
			return fmt.Errorf("the grok patterns URI, URIPARAM, URIPATHPARAM, SPACE, DATA, GREEDYDATA and GREEDYDATA_MULTILINE may be used at most %d times together", maxOpen)
		}
	}
	if c, ok := commonLogs[name]; ok {
		if nth > 0 || of > 2 {
			return fmt.Errorf("the grok pattern %s must be the first, with at most one DATA, GREEDYDATA or GREEDYDATA_MULTILINE behind it", name)
		}
		b.common = true
		for key, convert := range c.fields {
			b.named[key] = grokField{path{key}, convert}
		}
		b.text.WriteString(c.pattern(of == 1))
		return nil
	}
	if b.common && name != "DATA" && name != "GREEDYDATA" && name != "GREEDYDATA_MULTILINE" {
		return fmt.Errorf("only DATA, GREEDYDATA or GREEDYDATA_MULTILINE may follow a common log pattern, not %s", name)
	}
	if field == "" {
		b.text.WriteString("%{" + name + "}")
		return nil
	}
	to, err := parsePath(field)
	if err != nil {
		return fmt.Errorf("the grok field %q: %w", field, err)
	}
	f := grokField{to: to}
	if name == "QUOTEDSTRING" {
		f.convert = unquoted
	}
	key := "n" + strconv.Itoa(nth)
	b.named[key] = f
	b.text.WriteString("%{" + name + ":" + key + "}")
	return nil
}

func (b *grokBuilder) compile() (*grok, error) {
	expression, fields, err := serde.ExpandGrok(b.text.String(), grokOwn)
	if err != nil {
		return nil, err
	}
	g := &grok{fields: make([]grokField, len(fields))}
	for i, name := range fields {
		f, ok := b.named[name]
		if !ok { // one that a pattern has by itself, as SYSLOGPROG has program and pid
			f = grokField{to: path{name}}
		}
		g.fields[i] = f
	}
	g.trail = newTrail(expression)
	g.re, err = regexp.Compile(`\A(?:` + expression + `)\z`)
	return g, err
}
