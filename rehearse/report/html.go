package report

import (
	_ "embed"
	"html/template"
	"os"
	"strings"
)

//go:embed report.html
var page string

var pageTemplate = template.Must(template.New("report").Funcs(template.FuncMap{
	"lines": func(s string) []string { return strings.Split(strings.TrimSpace(s), "\n") },
}).Parse(page))

// WriteHTML writes the report as one file that needs no other.
func (r *Report) WriteHTML(path string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := pageTemplate.Execute(f, r); err != nil {
		_ = f.Close() // what failed is told
		return err
	}
	return f.Close()
}
