package estate

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Used is what the estate has metered, by service and usage ("logs DataProcessing-Bytes"): sums, and of what is paid by time the
// level times the hours.
func (e *Estate) Used(ctx context.Context) (map[string]float64, error) {
	if _, err := e.Hash(ctx); err != nil { // what is counted in memory is written first
		return nil, err
	}
	now, err := e.Now(ctx)
	if err != nil {
		return nil, err
	}
	used := map[string]float64{}
	if err := e.Rows(ctx, "@meter/sum", func(path string, row json.RawMessage) error {
		m, err := readMetered(path, row)
		used[m.usage] += m.amount
		return err
	}); err != nil {
		return nil, err
	}
	var last metered
	err = e.Rows(ctx, "@meter/level", func(path string, row json.RawMessage) error { // a resource's steps follow each other
		m, err := readMetered(path, row)
		if err != nil {
			return err
		}
		at, err := time.Parse(time.RFC3339Nano, m.at)
		step := m.amount
		if m.of == last.of {
			step -= last.amount
		}
		used[m.usage] += step * now.Sub(at).Hours()
		last = m
		return err
	})
	return used, err
}

// metered is a row of the meter.
type metered struct {
	of, usage string // what has used what
	at        string // the hour of a sum, the instant of a level
	amount    float64
}

// readMetered takes a row apart: account, service, usage, region, resource of a level, hour or instant.
func readMetered(path string, row json.RawMessage) (m metered, err error) {
	parts := strings.Split(path, `\x00\x01`)
	if len(parts) < 5 {
		return m, fmt.Errorf("no row of the meter: %s", path)
	}
	last := len(parts) - 1
	m.of, m.usage, m.at = strings.Join(parts[:last], " "), parts[1]+" "+parts[2], parts[last]
	return m, json.Unmarshal(row, &m.amount)
}
