package logs

import (
	"fmt"
	"strings"

	"unyo/rehearse/report"
)

// tellQuestions shows what was asked and answered, what it took, and which of the two was the right one to ask.
func (p *play) tellQuestions(price *prices) {
	answers := report.Section{Title: "What was asked", Head: []string{"", "question", "rows", "the first of them", "as known", "Athena", "Insights"},
		Text: "Every row of both answers is held against what was written; the first stands here. Where the group has forgotten lines, Insights is held against those it still has."}
	cost := report.Section{Title: "Insights or Athena", Head: []string{"", "lines", "Insights read", "Athena read", "Insights, s", "Athena, s", "Insights, $", "Athena, $", "the right one"},
		Text: "Insights bills the lines it scans; Athena the stored bytes, which are gzipped and of the archives only what the filters wanted, but 10 MB a query at least. Seconds are this machine's, by the wall.",
		Plot: &report.Plot{Unit: "bytes read by each question"}}
	read := [2]report.Series{{Name: "Insights"}, {Name: "Athena"}}
	for i := range p.asked {
		a := &p.asked[i]
		n := fmt.Sprint(i + 1)
		answers.Rows = append(answers.Rows, []string{n, a.what, fmt.Sprint(len(a.known)), strings.Join(first(a.athena.Rows), "  "), strings.Join(first(a.known), "  "), agrees(a.off[0]), agrees(a.off[1])})
		cost.Rows = append(cost.Rows, []string{n, size(float64(a.raw)), size(float64(a.insights.Bytes)), size(float64(a.athena.Bytes)), fmt.Sprintf("%.3f", a.insights.Took.Seconds()), fmt.Sprintf("%.3f", a.athena.Took.Seconds()),
			dollars(a.insightsPrice(price)), dollars(a.athenaPrice(price)), a.verdict(price)})
		cost.Plot.X = append(cost.Plot.X, n)
		read[0].Values, read[1].Values = append(read[0].Values, float64(a.insights.Bytes)), append(read[1].Values, float64(a.athena.Bytes))
	}
	cost.Plot.Series = read[:]
	p.report.Add(answers)
	p.report.Add(cost)
	p.report.Add(p.sampled)
}

func first(rows [][]string) []string { return at(rows, 0) }

func agrees(off string) string {
	if off == "" {
		return "as known"
	}
	return "OFF"
}

func (a *asked) insightsPrice(price *prices) float64 {
	return price.of("insights", float64(a.insights.Bytes))
}

func (a *asked) athenaPrice(price *prices) float64 {
	return price.of("athena", float64(max(a.athena.Bytes, leastScanned)))
}

// verdict tells whom to ask such a question. Athena's least is worth asking Insights instead until there is so much traffic that Insights costs as much.
func (a *asked) verdict(price *prices) string {
	insights, athena := a.insightsPrice(price), a.athenaPrice(price)
	switch {
	case a.forgotten:
		return "Athena: the group has forgotten some of the lines"
	case athena < insights:
		return fmt.Sprintf("Athena: %.1f times cheaper", insights/athena)
	}
	perRaw := price.of("insights", float64(a.raw))
	perStored := price.of("athena", float64(a.athena.Bytes))
	if perStored >= perRaw {
		return "Insights: cheaper at any size"
	}
	return fmt.Sprintf("Insights: %.0f times cheaper; Athena from %.0f times the traffic on, in the end %.0f times cheaper", athena/insights, athena/perRaw, perRaw/perStored)
}
