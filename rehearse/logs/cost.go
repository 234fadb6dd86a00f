package logs

import (
	"context"
	"fmt"

	"unyo/rehearse/report"
)

// leastScanned is what Athena bills a query for that reads anything.
// https://aws.amazon.com/athena/pricing/
const leastScanned = 10 << 20

// tellCost prices what the estate has metered, and holds the meter against what this rehearsal has counted itself.
func (p *play) tellCost(ctx context.Context, price *prices) error {
	used, err := p.estate.Used(ctx)
	if err != nil {
		return err
	}
	p.checkMeter(used)
	total := 0.0
	for _, i := range price.Items {
		total += i.cost(used[i.Usage])
	}
	section := report.Section{Title: "What it would have cost, in dollars", Head: []string{"what", "used", "dollars", "per", "cost", "share", "price list"}}
	for _, i := range price.Items {
		amount, cost := used[i.Usage], i.cost(used[i.Usage])
		section.Rows = append(section.Rows, []string{i.What, i.amount(amount), fmt.Sprint(i.Dollars), i.Per, dollars(cost), fmt.Sprintf("%.1f %%", 100*cost/total), i.Page})
	}
	section.Rows = append(section.Rows, []string{fmt.Sprintf("all %d days", p.o.Days), "", "", "", dollars(total), "", ""}, []string{"30 such days", "", "", "", dollars(total * 30 / float64(p.o.Days)), "", ""})
	shipped := used["logs DataProcessing-Bytes"]
	section.Text = fmt.Sprintf("Used is what the estate has metered, the rehearsal's own looking included; prices are those of %s, first tier, as noted on %s. %s of lines were shipped, so a GB costs %.2f dollars, of which %.2f are for bringing it into a group. "+
		"AWS's queries that name no day have Athena list each since 2022, which is most of the requests. What AWS bills beyond (the least size of objects in Standard-IA, the names of objects in Glacier, restores, transfer) is not in it.", price.Region, price.Noted, size(shipped), total/shipped*gigabyte, price.of("ingest", gigabyte))
	p.report.Add(section)
	return nil
}

// amount words how much of an item was used.
func (i *item) amount(v float64) string {
	switch i.Per {
	case "GB", "TB":
		return size(v)
	case "GB-month":
		return size(v/month) + "-months"
	}
	return fmt.Sprintf("%.0f", v)
}

// size words bytes.
func size(v float64) string {
	for _, u := range []struct {
		name string
		size float64
	}{{"GB", 1 << 30}, {"MB", 1 << 20}, {"KB", 1 << 10}} {
		if v >= u.size {
			return fmt.Sprintf("%.4g %s", v/u.size, u.name)
		}
	}
	return fmt.Sprintf("%.3g B", v)
}

// checkMeter compares what the estate has metered with what was shipped and read.
func (p *play) checkMeter(used map[string]float64) {
	shipped, insights, athena := 0, int64(0), int64(0)
	for _, d := range p.days {
		for _, n := range d.bytes {
			shipped += n
		}
	}
	for _, a := range p.asked {
		insights += a.insights.Bytes
	}
	for _, n := range p.athena.Scanned {
		athena += max(n, leastScanned)
	}
	for _, c := range []struct {
		what, usage string
		want        int64
	}{
		{"bytes shipped, 26 more for each line", "logs DataProcessing-Bytes", int64(shipped)},
		{"bytes that Insights has scanned", "logs DataScanned-Bytes", insights},
		{"bytes that Athena bills, 10 MB a query at least", "athena DataScannedInTB", athena},
	} {
		p.report.Check("metered: "+c.what, c.want, int64(used[c.usage]))
	}
}
