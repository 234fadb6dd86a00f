package accounts

import (
	"strings"

	"unyo/rehearse/report"
)

// tell adds what was built and what was tried to the report.
func (p *play) tell() {
	var rows [][]string
	rows = append(rows, []string{"management", "", p.accounts["management"]})
	for _, u := range units {
		for _, name := range u.accounts {
			rows = append(rows, []string{name, u.name, p.accounts[name]})
		}
	}
	p.report.Add(report.Section{Title: "Accounts", Head: []string{"account", "unit", "number"}, Rows: rows})
	rows = nil
	for _, g := range guards {
		where := g.unit
		if where == "" {
			where = "the whole organisation"
		}
		rows = append(rows, []string{g.name, where, g.statement})
	}
	p.report.Add(report.Section{Title: "Guard rails", Head: []string{"policy", "stands over", "statement"}, Rows: rows})
	rows = nil
	for _, s := range staff {
		for _, d := range doors {
			if d.group == s.group {
				rows = append(rows, []string{s.name, s.dept, s.group, d.role, strings.Join(d.accounts, ", ")})
			}
		}
	}
	p.report.Add(report.Section{Title: "People of the jump account", Head: []string{"user", "dept", "group", "may switch to", "in"}, Rows: rows})
	rows = nil
	for _, a := range p.attempts {
		who, why := "nobody", ""
		if a.found != nil {
			who = a.found.Principal.ARN
			if d := a.found.Denied; d != nil {
				why = strings.TrimSpace(d.Kind + " " + d.Statement)
			}
		}
		rows = append(rows, []string{a.who, a.what, a.got, why, who})
	}
	p.report.Add(report.Section{Title: "Attempts, as the journal has them", Head: []string{"who", "what", "outcome", "what decided", "principal"}, Rows: rows})
}
