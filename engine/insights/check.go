package insights

// Limits of a query's commands.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax-Stats.html
const maxStats = 2

// check holds a query to the rules about which commands may stand where.
func (p *parser) check(q *Query) *Error {
	stats, gathered := 0, ""
	for _, c := range q.Commands {
		at := where(p.text, c.span().Start)
		switch c := c.(type) {
		case *Stats:
			if stats++; stats > maxStats {
				return fault(c.Span, "a query can have at most %d stats commands, %s", maxStats, at)
			}
			if stats == 2 && (gathered == "sort" || gathered == "limit") {
				return fault(c.Span, "%s cannot stand before the second stats, %s", gathered, at)
			}
			if gathered == "dedup" {
				return fault(c.Span, "only limit can stand behind dedup, %s", at)
			}
		case *Sort:
			if stats == 1 {
				gathered = "sort"
			}
		case *Limit:
			if stats == 1 {
				gathered = "limit"
			}
			continue
		case *Dedup:
			gathered = "dedup"
			continue
		case *Diff:
			continue
		}
		if gathered == "dedup" {
			return fault(c.span(), "only limit can stand behind dedup, %s", at)
		}
	}
	return nil
}
