package logs

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What the questions must be answered with, from what was written, in plain Go.

// binned writes the slot of an instant as Insights does.
func binned(at time.Time, d time.Duration) string {
	return at.Truncate(d).Format("2006-01-02 15:04:05.000")
}

func (p *play) requestsOf(from, to time.Time) (list []request) {
	for _, q := range p.requests {
		if !q.at.Before(from) && q.at.Before(to) {
			list = append(list, q)
		}
	}
	return list
}

func (p *play) flowsOf(from, to time.Time) (list []flow) {
	for _, f := range p.flows {
		if !f.none && !f.at.Before(from) && f.at.Before(to) {
			list = append(list, f)
		}
	}
	return list
}

// linesOf are the lines of a system that its filter wants.
func (p *play) linesOf(name string, from, to time.Time) (list []event) {
	for i := range systems {
		if s := &systems[i]; s.name == name {
			for _, e := range p.shipped[s.group()] {
				if s.wanted(e.line) && !e.at.Before(from) && e.at.Before(to) {
					list = append(list, e)
				}
			}
		}
	}
	return list
}

func (p *play) knownStatuses(from, to time.Time) (rows [][]string) {
	counts := map[[2]string]int{}
	for _, q := range p.requestsOf(from, to) {
		counts[[2]string{binned(q.at, 5*time.Minute), fmt.Sprint(q.status)}]++
	}
	for _, k := range slices.SortedFunc(maps.Keys(counts), func(a, b [2]string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) }) {
		rows = append(rows, []string{k[0], k[1], fmt.Sprint(counts[k])})
	}
	return rows
}

// served are the times that targets took, in milliseconds, by path.
func (p *play) served(from, to time.Time) map[string][]int {
	times := map[string][]int{}
	for _, q := range p.requestsOf(from, to) {
		if q.millis >= 0 {
			times[q.path] = append(times[q.path], q.millis)
		}
	}
	return times
}

func mean(list []int) float64 {
	sum := 0
	for _, n := range list {
		sum += n
	}
	return float64(sum) / float64(len(list))
}

func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

func (p *play) knownSlowest(from, to time.Time) (rows [][]string) {
	times := p.served(from, to)
	paths := slices.SortedFunc(maps.Keys(times), func(a, b string) int { return cmp.Compare(mean(times[b]), mean(times[a])) })
	for _, path := range paths[:min(3, len(paths))] {
		rows = append(rows, []string{path, fmt.Sprint(len(times[path])), number(mean(times[path]) / 1000), number(float64(slices.Max(times[path])) / 1000)})
	}
	return rows
}

// knownPercentiles are nearest ranks.
func (p *play) knownPercentiles(from, to time.Time) [][]string {
	all := slices.Sorted(func(yield func(int) bool) {
		for _, list := range p.served(from, to) {
			for _, n := range list {
				if !yield(n) {
					return
				}
			}
		}
	})
	var row []string
	for _, percent := range []int{50, 90, 99} {
		row = append(row, number(float64(all[(len(all)*percent+99)/100-1])/1000))
	}
	return [][]string{row}
}

// counted are the numbers of what each yields, in the order of the words.
func counted[T any](list []T, word func(T) string) (rows [][]string) {
	counts := map[string]int{}
	for _, v := range list {
		counts[word(v)]++
	}
	for _, w := range slices.Sorted(maps.Keys(counts)) {
		rows = append(rows, []string{w, fmt.Sprint(counts[w])})
	}
	return rows
}

func (p *play) knownErrors(from, to time.Time, every time.Duration) [][]string {
	list := slices.DeleteFunc(p.requestsOf(from, to), func(q request) bool { return q.status < 500 })
	return counted(list, func(q request) string { return binned(q.at, every) })
}

func (p *play) knownRejects(from, to time.Time) [][]string {
	list := slices.DeleteFunc(p.flowsOf(from, to), func(f flow) bool { return f.action != "REJECT" })
	rows := counted(list, func(f flow) string { return fmt.Sprintf("%5d", f.port) })
	slices.SortStableFunc(rows, func(a, b []string) int {
		x, _ := strconv.Atoi(a[1])
		y, _ := strconv.Atoi(b[1])
		return cmp.Compare(y, x)
	})
	for _, row := range rows {
		row[0] = strings.TrimSpace(row[0])
	}
	return rows
}

func (p *play) knownTalkers(from, to time.Time) (rows [][]string) {
	sums := map[string]int{}
	for _, f := range p.flowsOf(from, to) {
		sums[f.source] += f.bytes
	}
	sources := slices.SortedFunc(maps.Keys(sums), func(a, b string) int { return cmp.Compare(sums[b], sums[a]) })
	for _, source := range sources[:min(5, len(sources))] {
		rows = append(rows, []string{source, fmt.Sprint(sums[source])})
	}
	return rows
}

func (p *play) knownWeb(from, to time.Time) [][]string {
	return counted(p.linesOf("web", from, to), func(e event) string { return binned(e.at, 24*time.Hour) })
}

func (p *play) knownApp(from, to time.Time) (rows [][]string) {
	latencies := map[string][]int{}
	for _, e := range p.linesOf("app", from, to) {
		var v struct {
			Level     string
			LatencyMs int
		}
		_ = json.Unmarshal([]byte(e.line), &v) // the filter has wanted it, so it is JSON
		latencies[v.Level] = append(latencies[v.Level], v.LatencyMs)
	}
	for _, level := range slices.Sorted(maps.Keys(latencies)) {
		list := latencies[level]
		rows = append(rows, []string{level, fmt.Sprint(len(list)), fmt.Sprint(slices.Max(list)), number(mean(list))})
	}
	return rows
}

func (p *play) knownDatabase(from, to time.Time) [][]string {
	worst := map[string]float64{}
	var slow []event
	for _, e := range p.linesOf("db", from, to) {
		_, rest, found := strings.Cut(e.line, "duration: ")
		ms, _, _ := strings.Cut(rest, " ms")
		if v, err := strconv.ParseFloat(ms, 64); found && err == nil {
			slow = append(slow, e)
			worst[binned(e.at, 24*time.Hour)] = max(worst[binned(e.at, 24*time.Hour)], v)
		}
	}
	rows := counted(slow, func(e event) string { return binned(e.at, 24*time.Hour) })
	for i := range rows {
		rows[i] = append(rows[i], number(worst[rows[i][0]]))
	}
	return rows
}
