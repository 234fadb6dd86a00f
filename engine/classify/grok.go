package classify

import "unyo/engine/serde"

// Grok recognises lines by a pattern.
type Grok struct {
	Name         string // the classification
	Text, Custom string
	pattern      *serde.Grok
	builtIn      bool
}

// NewGrok makes a classifier of one's own.
func NewGrok(name, text, custom string) (*Grok, error) {
	p, err := serde.NewGrok(text, custom)
	return &Grok{Name: name, Text: text, Custom: custom, pattern: p}, err
}

// looked is how many lines are tried.
const looked = 1000

// Classify counts the lines that match. A built-in pattern is certain when nine of ten do, and else says no; one's own is as certain as
// its share.
func (g *Grok) Classify(s *Sample) (f Format, certainty float64) {
	lines := s.lines(looked)
	matched := 0
	for i, line := range lines {
		if g.pattern.Match(line) {
			matched++
		} else if g.builtIn && i-matched > looked/20 {
			return f, 0
		}
	}
	if matched == 0 {
		return f, 0
	}
	certainty = float64(matched) / float64(len(lines))
	if g.builtIn {
		if certainty < 0.9 {
			return f, 0
		}
		certainty = 1
	}
	f = Format{Classification: g.Name, Columns: columnsOf(g.pattern.Fields), Properties: map[string]string{"format": g.Text}}
	if g.Custom != "" {
		f.Properties["patterns"] = g.Custom
	}
	return f, certainty
}

// builtIn are the classifiers in AWS's order: ORC and Parquet come before them, by how they begin.
// https://docs.aws.amazon.com/glue/latest/dg/add-classifier.html#classifier-built-in
var builtIn = []Classifier{
	JSON{},
	known("combined_apache", "%{COMBINEDAPACHELOG}"),
	known("apache", "%{COMMONAPACHELOG}"),
	known("linux_kernel", `%{SYSLOGTIMESTAMP:timestamp} %{SYSLOGHOST:hostname} kernel: \[ *%{NUMBER:uptime}\] %{GREEDYDATA:message}`),
	known("microsoft_log", `%{IP:clientip}, %{NOTSPACE:user}, %{DATE:date}, %{TIME:time}, %{NOTSPACE:service}, %{NOTSPACE:server}, %{IP:serverip}, %{INT:timetaken}, %{INT:bytesreceived}, %{INT:bytessent}, %{INT:status}, %{INT:windowsstatus}, %{WORD:method}, %{NOTSPACE:target}, %{DATA:parameters},`),
	known("ruby_logger", "%{RUBY_LOGGER}"),
	known("squid", "%{SQUID3}"),
	known("redismonlog", "%{REDISMONLOG}"),
	known("redislog", "%{REDISLOG}"),
	CSV{},
}

func known(name, text string) *Grok {
	g, err := NewGrok(name, text, "")
	if err != nil {
		panic("BUG: " + err.Error())
	}
	g.builtIn = true
	return g
}
