package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
)

// doctor looks inside a running estate.
func doctor(ctx context.Context, args []string) error {
	d, args, err := openDoor("doctor", args)
	if err != nil {
		return err
	}
	value := ""
	if len(args) == 2 {
		value = args[1]
	}
	switch {
	case len(args) < 1 || len(args) > 2:
		return errUsage
	case args[0] == "hash" && value == "":
		return d.ask(ctx, "hash", nil, printJSON)
	case args[0] == "cat":
		return d.ask(ctx, "doctor/rows?prefix="+url.QueryEscape(value), nil, printRow)
	case args[0] == "trace" && value != "":
		return d.ask(ctx, "doctor/trace?request="+url.QueryEscape(value), nil, printJSON)
	case args[0] == "failed" && value == "":
		return d.ask(ctx, "doctor/failed", nil, printJSON)
	case args[0] == "retry" && value != "":
		return d.ask(ctx, "doctor/retry", map[string]string{"job": value}, printJSON)
	}
	return errUsage
}

func printJSON(line []byte) error {
	var b bytes.Buffer
	if err := json.Indent(&b, line, "", "  "); err != nil {
		return err
	}
	fmt.Println(b.String())
	return nil
}

func printRow(line []byte) error {
	var row struct {
		Key   string          `json:"key"`
		Value json.RawMessage `json:"value"`
	}
	if err := json.Unmarshal(line, &row); err != nil {
		return err
	}
	fmt.Printf("%s\t%s\n", row.Key, row.Value)
	return nil
}
