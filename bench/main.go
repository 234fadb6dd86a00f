// Command bench measures the built binary as a customer meets it: over TCP, signed. Peers run in the same run
// where they are given. Wall time and the server's CPU seconds stand side by side, since the latter are steady on
// noisy machines.
//
//	bench -unyo ../bin/unyo [-moto URL-of-a-running-moto_server] [-victorialogs BINARY] [-python PYTHON3] [-only sts,logs,…]
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
)

// measure is one figure.
type measure struct {
	name string
	run  func(ctx context.Context, b *bench) error
}

var measures = []measure{
	{"start", start}, {"sts", identity}, {"put", smallObjects}, {"big", largeObjects}, {"logs", putEvents}, {"filter", filterEvents}, {"year", year},
	{"loglines", logLines}, {"insightsmoto", insightsMoto}, {"idlegroups", idleGroups}, {"toconsumer", lineToConsumer}, {"kinesis", putRecords},
	{"trail", trailKilled}, {"trailyear", trailYear}, {"athena", athena}, {"athenacrowd", athenaCrowd}, {"insightscrowd", insightsCrowd},
}

func main() {
	b := &bench{}
	only := ""
	flag.StringVar(&b.binary, "unyo", "../bin/unyo", "binary to measure")
	flag.StringVar(&b.dir, "dir", "", "folder for data; a temporary one if empty")
	flag.StringVar(&b.moto, "moto", "", "URL of a moto_server to compare with")
	flag.StringVar(&b.kafka, "kafka", "", "address of a Kafka, to put Kinesis' records into as well; -unyo must have been built with it")
	flag.StringVar(&b.victoria, "victorialogs", "", "VictoriaLogs' binary, to compare with")
	flag.IntVar(&b.lines, "lines", 1_000_000, "log lines of loglines")
	flag.StringVar(&b.python, "python", "", "python3 that has duckdb, for athena")
	flag.StringVar(&b.motoPython, "motopython", "", "python3 that has moto[server], for insightsmoto")
	flag.IntVar(&b.rows, "rows", 20_000_000, "rows of athena's tables; twenty million are 1 GB of Parquet")
	flag.StringVar(&only, "only", "", "figures to take, comma-separated")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	for _, m := range measures {
		if only != "" && !strings.Contains(","+only+",", ","+m.name+",") {
			continue
		}
		fmt.Printf("== %s\n", m.name)
		if err := m.run(ctx, b); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", m.name, err)
			os.Exit(1)
		}
	}
}
