package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
)

// coverageLine is one service's count, and its operations where one service was asked for.
type coverageLine struct {
	Service    string              `json:"service"`
	Operations int                 `json:"operations"`
	Stated     int                 `json:"stated"`
	Exercised  int                 `json:"exercised"`
	Verified   int                 `json:"verified"`
	Unbound    []string            `json:"unbound"`
	Detail     []coverageOperation `json:"detail"`
}

type coverageOperation struct {
	Name      string `json:"name"`
	Stated    bool   `json:"stated"`
	Exercised bool   `json:"exercised"`
	Verified  bool   `json:"verified"`
}

// coverage prints how many operations are stated, exercised by a transcript, verified against AWS.
func coverage(ctx context.Context, args []string) error {
	d, args, err := openDoor("coverage", args)
	if err != nil {
		return err
	}
	path := "coverage"
	if len(args) == 1 {
		path += "?service=" + url.QueryEscape(args[0])
	} else if len(args) > 1 {
		return errUsage
	}
	fmt.Printf("%-16s %10s %8s %10s %9s %8s\n", "service", "operations", "stated", "exercised", "verified", "unbound")
	return d.ask(ctx, path, nil, func(line []byte) error {
		var answer struct {
			Services []coverageLine `json:"services"`
		}
		if err := json.Unmarshal(line, &answer); err != nil {
			return err
		}
		for _, s := range answer.Services {
			fmt.Printf("%-16s %10d %8d %10d %9d %8d\n", s.Service, s.Operations, s.Stated, s.Exercised, s.Verified, len(s.Unbound))
			for _, op := range s.Detail {
				fmt.Printf("  %-40s %s %s %s\n", op.Name, mark(op.Stated, "stated"), mark(op.Exercised, "exercised"), mark(op.Verified, "verified"))
			}
			for _, name := range s.Unbound {
				if len(s.Detail) > 0 {
					fmt.Printf("  %-40s refused: its permission is not bound\n", name)
				}
			}
		}
		return nil
	})
}

func mark(on bool, word string) string {
	if on {
		return word
	}
	return fmt.Sprintf("%*s", len(word), "-")
}
