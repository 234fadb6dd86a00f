package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"
)

// duck is a DuckDB in a process of its own.
type duck struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

func startDuck(ctx context.Context, python, files string) (*duck, error) {
	d := &duck{cmd: exec.CommandContext(ctx, python, "athena.py", "ask", files)}
	d.cmd.Stderr = os.Stderr
	in, err := d.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := d.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	d.in, d.out = in, bufio.NewScanner(out)
	return d, d.cmd.Start()
}

// ask puts a question to it.
func (d *duck) ask(text string) (c cost, rows [][]string, err error) {
	if err := json.NewEncoder(d.in).Encode(map[string]string{"text": text}); err != nil {
		return c, nil, err
	}
	if !d.out.Scan() {
		return c, nil, errors.Join(fmt.Errorf("DuckDB ended at %s", text), d.out.Err())
	}
	var got struct {
		Wall, CPU float64
		Rows      [][]any
	}
	in := json.NewDecoder(bytes.NewReader(d.out.Bytes()))
	in.UseNumber()
	if err := in.Decode(&got); err != nil {
		return c, nil, err
	}
	for _, r := range got.Rows {
		row := make([]string, len(r))
		for i, v := range r {
			if row[i] = null; v != nil {
				row[i] = fmt.Sprint(v)
			}
		}
		rows = append(rows, row)
	}
	seconds := func(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
	return cost{wall: seconds(got.Wall), cpu: seconds(got.CPU), rows: len(rows)}, rows, nil
}

// sameAnswer tells what two answers differ in. Numbers are compared as such, for the two write them in different ways; rows are put into one order where
// the question asks for none.
func sameAnswer(text string, own, theirs [][]string) error {
	own, theirs = plainRows(own), plainRows(theirs)
	if !strings.Contains(text, "ORDER BY") {
		slices.SortFunc(own, slices.Compare[[]string])
		slices.SortFunc(theirs, slices.Compare[[]string])
	}
	if len(own) != len(theirs) {
		return fmt.Errorf("%s: %d rows, DuckDB has %d", text, len(own), len(theirs))
	}
	for i := range own {
		if !slices.Equal(own[i], theirs[i]) {
			return fmt.Errorf("%s: row %d is %q, DuckDB has %q", text, i, own[i], theirs[i])
		}
	}
	return nil
}

// plainRows writes all numbers of some rows in one way.
func plainRows(rows [][]string) [][]string {
	out := make([][]string, len(rows))
	for i, r := range rows {
		for _, v := range r {
			if f, err := strconv.ParseFloat(v, 64); err == nil && (strings.ContainsAny(v, ".eE")) {
				v = strconv.FormatFloat(f, 'f', -1, 64)
			}
			out[i] = append(out[i], v)
		}
	}
	return out
}

func (d *duck) end() {
	d.in.Close()
	_ = d.cmd.Wait()
}
