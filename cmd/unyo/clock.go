package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
)

// clockState is what the door says of time; ran and failed come at the end of a jump.
type clockState struct {
	Now      string         `json:"now"`
	Mode     string         `json:"mode"`
	Rate     float64        `json:"rate"`
	Ran      int            `json:"ran"`
	Failed   int            `json:"failed"`
	Jobs     map[string]int `json:"jobs"`
	Progress bool           `json:"progress"`
}

// clock reads and moves the estate's time.
func clock(ctx context.Context, args []string) error {
	d, args, err := openDoor("clock", args)
	if err != nil {
		return err
	}
	body, err := clockBody(args)
	if err != nil {
		return err
	}
	moving := false
	return d.ask(ctx, "clock", body, func(line []byte) error {
		var s clockState
		if err := json.Unmarshal(line, &s); err != nil {
			return err
		}
		if s.Progress {
			moving = true
			fmt.Fprintf(os.Stderr, "\r%s  %d jobs", s.Now, s.Ran)
			return nil
		}
		if moving {
			fmt.Fprintln(os.Stderr)
		}
		return printClock(s)
	})
}

func clockBody(args []string) (any, error) {
	verb, value := "show", ""
	if len(args) > 0 {
		verb = args[0]
	}
	if len(args) == 2 {
		value = args[1]
	}
	switch {
	case len(args) > 2:
	case verb == "show" && value == "":
		return nil, nil
	case (verb == "hold" || verb == "live") && value == "":
		return map[string]bool{verb: true}, nil
	case (verb == "advance" || verb == "until") && value != "":
		return map[string]string{verb: value}, nil
	case verb == "run" && value != "":
		rate, err := strconv.ParseFloat(strings.TrimSuffix(value, "x"), 64)
		if err == nil {
			return map[string]float64{"rate": rate}, nil
		}
	}
	return nil, errUsage
}

func printClock(s clockState) error {
	fmt.Printf("%s  %s", s.Now, s.Mode)
	if s.Mode == "rate" {
		fmt.Printf(" %gx", s.Rate)
	}
	fmt.Println()
	if s.Ran > 0 || s.Failed > 0 {
		fmt.Printf("%d jobs ran, %d could not be done\n", s.Ran, s.Failed)
	}
	names := make([]string, 0, len(s.Jobs))
	for n := range s.Jobs {
		names = append(names, n)
	}
	slices.Sort(names)
	for _, n := range names {
		fmt.Printf("%8d  %s\n", s.Jobs[n], n)
	}
	if s.Failed > 0 {
		return fmt.Errorf("%d jobs could not be done: unyo doctor failed lists them", s.Failed)
	}
	return nil
}
