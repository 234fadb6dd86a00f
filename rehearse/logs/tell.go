package logs

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"unyo/rehearse/report"
)

// tell adds what happened to the report.
func (p *play) tell(ctx context.Context) error {
	p.report.Add(report.Section{Title: "What was played", Head: []string{"", ""}, Rows: [][]string{
		{"web server's lines", p.o.Sources.From}, {"application's and database's lines", "bundled generator"}, {"agent", "this rehearsal, through the AWS SDK for Go"},
		{"days", fmt.Sprint(p.o.Days)}, {"lines shipped", fmt.Sprint(p.written)}, {"jobs done while time was moved", fmt.Sprint(p.jobs)}, {"server killed", p.crashed},
	}})
	var rows [][]string
	for i := range systems {
		s := &systems[i]
		rows = append(rows, []string{s.name, s.group(), fmt.Sprint(s.retention, " days"), s.filter, s.stream(), s.policy()})
	}
	for _, n := range []struct{ name, group, table string }{{"load balancer", balancerGroup, balancerTable}, {"network", flowGroup, flowTable}} {
		rows = append(rows, []string{n.name, n.group, fmt.Sprint(networkRetention[n.group], " days"), "all", "none: AWS puts " + n.table, "STANDARD"})
	}
	p.report.Add(report.Section{Title: "What was built", Head: []string{"system", "log group", "kept there", "archived", "delivery stream", "objects"}, Rows: rows})
	p.tellHops()
	p.tellClasses()
	price, err := readPrices()
	if err != nil {
		return err
	}
	p.tellQuestions(&price)
	return p.tellCost(ctx, &price)
}

// tellHops counts lines at each hop.
func (p *play) tellHops() {
	section := report.Section{Title: "Lines at each hop", Head: []string{"system", "shipped", "wanted by the filter", "counted by the metric", "in the archive", "bytes shipped"}}
	plot := &report.Plot{Unit: "lines a day"}
	for d := range p.days {
		plot.X = append(plot.X, fmt.Sprint("day ", d+1))
	}
	for i := range systems {
		name, group := systems[i].name, systems[i].group()
		var total day
		total.shipped, total.wanted, total.counted, total.archived, total.bytes = map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}, map[string]int{}
		counted, arrived := report.Series{Name: name + " counted"}, report.Series{Name: name + " in the archive"}
		for _, d := range p.days {
			total.shipped[name] += d.shipped[group]
			total.wanted[name] += d.wanted[name]
			total.counted[name] += d.counted[name]
			total.archived[name] += d.archived[name]
			total.bytes[name] += d.bytes[group]
			counted.Values = append(counted.Values, float64(d.counted[name]))
			arrived.Values = append(arrived.Values, float64(d.archived[name]))
		}
		section.Rows = append(section.Rows, []string{name, fmt.Sprint(total.shipped[name]), fmt.Sprint(total.wanted[name]), fmt.Sprint(total.counted[name]), fmt.Sprint(total.archived[name]), fmt.Sprint(total.bytes[name])})
		plot.Series = append(plot.Series, counted, arrived)
	}
	for _, n := range []struct {
		name, group string
		lines       int
	}{{"load balancer", balancerGroup, len(p.requests)}, {"network", flowGroup, len(p.flows)}} {
		shipped, bytes := 0, 0
		for _, d := range p.days {
			shipped, bytes = shipped+d.shipped[n.group], bytes+d.bytes[n.group]
		}
		section.Rows = append(section.Rows, []string{n.name, fmt.Sprint(shipped), "", "", fmt.Sprint(n.lines), fmt.Sprint(bytes)})
	}
	section.Plot = plot
	p.report.Add(section)
}

// tellClasses shows how the archive moves to cheaper classes.
func (p *play) tellClasses() {
	classes := map[string]bool{}
	for _, d := range p.days {
		for class := range d.objectBytes {
			classes[class] = true
		}
	}
	plot := &report.Plot{Unit: "bytes in the archive"}
	for d := range p.days {
		plot.X = append(plot.X, fmt.Sprint("day ", d+1))
	}
	section := report.Section{Title: "The archive by storage class", Head: []string{"class", "bytes on the last day"}, Plot: plot}
	for _, class := range slices.Sorted(maps.Keys(classes)) {
		s := report.Series{Name: class}
		for _, d := range p.days {
			s.Values = append(s.Values, float64(d.objectBytes[class]))
		}
		plot.Series = append(plot.Series, s)
		section.Rows = append(section.Rows, []string{class, fmt.Sprint(s.Values[len(s.Values)-1])})
	}
	p.report.Add(section)
}
