package glue

import (
	"fmt"
	"unicode/utf8"

	logsapi "unyo/api/logs"
	"unyo/base/awserr"
)

// crawlLogs is the log group of all crawlers; each has a stream of its name.
// https://docs.aws.amazon.com/glue/latest/dg/console-crawlers.html
const crawlLogs = "/aws-glue/crawlers"

// mostLines is how many lines are kept before they are written, and mostLine how long one can be.
const (
	mostLines = 40
	mostLine  = 500
)

// logLine is a line of a crawl's log.
type logLine struct {
	At   int64 // ms
	Text string
}

// say adds a line to the crawl's log.
func (c *step) say(level, format string, args ...any) {
	text := fmt.Sprintf("[%s] %s : %s", c.run.ID, level, fmt.Sprintf(format, args...))
	for len(text) > mostLine || !utf8.ValidString(text) {
		text = text[:min(len(text)-1, mostLine)]
	}
	c.run.Lines = append(c.run.Lines, logLine{c.s.k.Clock.Now().UnixMilli(), text})
}

// flush writes the log, as the crawler's role. Where the role may not, there is none.
func (c *step) flush() error {
	if !c.run.Mute {
		err := c.putLines()
		if code := awserr.Code(err); code != "" {
			c.s.k.Log.Warn("log of a crawl not written", "crawler", c.run.Crawler, "error", err)
			c.run.Mute = true
		} else if err != nil {
			return err
		}
	}
	c.run.Lines = nil
	return c.settle(nil)
}

func (c *step) putLines() error {
	group, stream := crawlLogs, c.run.Crawler
	if !c.run.Streamed {
		_, err := c.s.peers.Logs.CreateLogGroup(c.as, &logsapi.CreateLogGroupInput{LogGroupName: &group})
		if code := awserr.Code(err); code == "" || code == "ResourceAlreadyExistsException" {
			_, err = c.s.peers.Logs.CreateLogStream(c.as, &logsapi.CreateLogStreamInput{LogGroupName: &group, LogStreamName: &stream})
		}
		if err != nil && awserr.Code(err) != "ResourceAlreadyExistsException" {
			return err
		}
		c.run.Streamed = true
	}
	in := &logsapi.PutLogEventsInput{LogGroupName: &group, LogStreamName: &stream}
	for _, l := range c.run.Lines {
		in.LogEvents = append(in.LogEvents, logsapi.InputLogEvent{Timestamp: new(l.At), Message: new(l.Text)})
	}
	_, err := c.s.peers.Logs.PutLogEvents(c.as, in)
	return err
}
