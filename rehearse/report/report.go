// Package report is what a rehearsal tells: to the terminal, and as one HTML file with plots.
package report

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Report is what was built, what happened, and whether it was right.
type Report struct {
	Title    string
	Story    string // a paragraph each line
	Hash     string // of the estate at the end
	Sections []Section
	Checks   []Check
}

// Section is a table, a plot, or both.
type Section struct {
	Title, Text string
	Head        []string
	Rows        [][]string
	Plot        *Plot
}

// Check is something that must be so.
type Check struct{ What, Want, Got string }

// OK reports that it is.
func (c Check) OK() bool { return c.Want == c.Got }

// Check notes something that must be so.
func (r *Report) Check(what string, want, got any) {
	r.Checks = append(r.Checks, Check{what, fmt.Sprint(want), fmt.Sprint(got)})
}

// Add adds a section.
func (r *Report) Add(s Section) { r.Sections = append(r.Sections, s) }

// Failed counts the checks that are not so.
func (r *Report) Failed() (n int) {
	for _, c := range r.Checks {
		if !c.OK() {
			n++
		}
	}
	return n
}

// Print writes the report for a terminal.
func (r *Report) Print(w io.Writer) {
	fmt.Fprintf(w, "%s\n%s\n\n%s\n", r.Title, strings.Repeat("=", len(r.Title)), r.Story)
	for _, s := range r.Sections {
		if len(s.Rows) == 0 {
			continue
		}
		fmt.Fprintf(w, "\n%s\n", s.Title)
		if s.Text != "" {
			fmt.Fprintln(w, s.Text)
		}
		t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		fmt.Fprintln(t, "  "+strings.Join(s.Head, "\t"))
		for _, row := range s.Rows {
			fmt.Fprintln(t, "  "+strings.Join(row, "\t"))
		}
		_ = t.Flush() // w has failed already if it does
	}
	fmt.Fprintln(w, "\nChecks")
	for _, c := range r.Checks {
		if c.OK() {
			fmt.Fprintf(w, "  ok    %s: %s\n", c.What, short(c.Got))
		} else {
			fmt.Fprintf(w, "  OFF   %s: %s, and must be %s\n", c.What, c.Got, c.Want)
		}
	}
}

func short(s string) string {
	if len(s) > 60 {
		return s[:60] + "…"
	}
	return s
}
