package firehose

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Prefixes of objects: literal text and expressions !{namespace:value}.
// https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html

const (
	// defaultPath is appended to a prefix that has no time, unless it has partitions.
	defaultPath = "yyyy/MM/dd/HH/"
	// defaultFailures is appended to an error prefix without expressions.
	defaultFailures = "!{firehose:error-output-type}/!{timestamp:" + defaultPath + "}"

	errorType  = "firehose:error-output-type"
	fromQuery  = "partitionKeyFromQuery"
	fromLambda = "partitionKeyFromLambda"

	maxPrefix = 512 // characters, evaluated
)

// expression is one !{namespace:value} of a prefix.
type expression struct{ namespace, value string }

// checkPrefixes holds the rules of the two prefixes of a destination without dynamic partitioning.
func checkPrefixes(prefix, errorPrefix string) error {
	list, err := expressions(prefix)
	if err != nil {
		return err
	}
	for _, e := range list {
		switch e.namespace {
		case errorType:
			return invalid("Prefix cannot contain !{firehose:error-output-type}.")
		case fromQuery, fromLambda:
			return invalid("Dynamic Partitioning Namespaces can only be part of a prefix expression when Dynamic Partitioning is enabled.")
		}
	}
	if len(list) > 0 && errorPrefix == "" {
		return invalid("ErrorOutputPrefix cannot be null or empty when Prefix contains expressions.")
	}
	return checkErrorPrefix(errorPrefix)
}

func checkErrorPrefix(errorPrefix string) error {
	list, err := expressions(errorPrefix)
	if err != nil {
		return err
	}
	hasType := false
	for _, e := range list {
		hasType = hasType || e.namespace == errorType
		if e.namespace == fromQuery || e.namespace == fromLambda {
			return invalid("ErrorOutputPrefix cannot contain Dynamic Partitioning Namespaces.")
		}
	}
	if len(list) > 0 && !hasType {
		return invalid("ErrorOutputPrefix must contain !{firehose:error-output-type} when it contains expressions.")
	}
	return nil
}

// checkPartitionPrefixes holds the rules with dynamic partitioning by keys.
// https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-s3bucketprefix.html
func checkPartitionPrefixes(prefix, errorPrefix string, keys []string) error {
	list, err := expressions(prefix)
	if err != nil {
		return err
	}
	used := map[string]bool{}
	for _, e := range list {
		switch e.namespace {
		case errorType:
			return invalid("Prefix cannot contain !{firehose:error-output-type}.")
		case fromLambda:
			return unsupported("!{partitionKeyFromLambda} in Prefix")
		case fromQuery:
			if !slices.Contains(keys, e.value) {
				return invalid("Partition key %s in Prefix is not extracted by the MetadataExtraction processor.", e.value)
			}
			used[e.value] = true
		}
	}
	if len(used) == 0 {
		return invalid("S3 Prefix should contain Dynamic Partitioning namespace when Dynamic Partitioning is enabled.")
	}
	for _, k := range keys {
		if !used[k] {
			return invalid("Partition key %s is extracted by the MetadataExtraction processor but not used in Prefix.", k)
		}
	}
	if errorPrefix == "" {
		return invalid("ErrorOutputPrefix cannot be null or empty when Dynamic Partitioning is enabled.")
	}
	return checkErrorPrefix(errorPrefix)
}

// expressions lists what a prefix uses.
func expressions(prefix string) (list []expression, err error) {
	err = walkPrefix(prefix, func(string) {}, func(namespace, value string) error {
		switch {
		case namespace == "timestamp":
			if _, err := javaTime(value, time.Unix(0, 0).UTC()); err != nil {
				return err
			}
		case namespace == "firehose" && (value == "random-string" || value == "error-output-type"):
			namespace += ":" + value
		case (namespace == fromQuery || namespace == fromLambda) && value != "":
		default:
			return invalid("Prefix contains an invalid expression !{%s:%s}.", namespace, value)
		}
		list = append(list, expression{namespace, value})
		return nil
	})
	return list, err
}

// walkPrefix takes a prefix apart into text and expressions.
func walkPrefix(prefix string, text func(string), expression func(namespace, value string) error) error {
	for {
		before, rest, found := strings.Cut(prefix, "!{")
		text(before)
		if !found {
			return nil
		}
		inside, after, closed := strings.Cut(rest, "}")
		namespace, value, colon := strings.Cut(inside, ":")
		if !closed || !colon {
			return invalid("Prefix contains an invalid expression: %s", prefix)
		}
		if err := expression(namespace, value); err != nil {
			return err
		}
		prefix = after
	}
}

// errorPrefix is what failed records go under: where it has no expressions, the kind of failure and the time follow.
func (d *target) errorPrefix() string {
	prefix := d.ErrorPrefix
	if prefix == "" && !strings.Contains(d.Prefix, "!{") {
		prefix = d.Prefix
	}
	if strings.Contains(prefix, "!{") {
		return prefix
	}
	return prefix + defaultFailures
}

// values are what the expressions of a prefix stand for.
type values struct {
	at      time.Time // arrival of the object's oldest record, in the target's zone
	draw    string    // UUID of which random strings are made
	failure string    // "" for what did not fail
	keys    map[string]string
}

// evaluate fills a prefix in.
func (v *values) evaluate(prefix string) (string, error) {
	var b strings.Builder
	whole, draws := false, 0 // whole: it says itself where the object belongs
	err := walkPrefix(prefix, func(s string) { b.WriteString(s) }, func(namespace, value string) error {
		switch namespace {
		case "timestamp":
			whole = true
			s, err := javaTime(value, v.at)
			b.WriteString(s)
			return err
		case fromQuery:
			whole = true
			b.WriteString(v.keys[value])
		case "firehose":
			if value == "error-output-type" {
				whole = true
				b.WriteString(v.failure)
				break
			}
			b.WriteString(v.draw[draws%2*4:][:4] + v.draw[24+draws%5:][:7]) // 11 characters, another each time
			draws++
		}
		return nil
	})
	if err == nil && !whole {
		s, _ := javaTime(defaultPath, v.at)
		b.WriteString(s)
	}
	if err == nil && utf8.RuneCountInString(b.String()) > maxPrefix {
		err = invalid("Prefix and ErrorOutputPrefix can have at most %d characters after they are evaluated.", maxPrefix)
	}
	return b.String(), err
}

// checkLength refuses prefixes that are too long whatever their partition is.
func (d *target) checkLength() error {
	v := values{draw: anyDraw, failure: failedHTTP}
	for _, prefix := range []string{d.Prefix, d.errorPrefix()} {
		if _, err := v.evaluate(prefix); err != nil {
			return err
		}
	}
	return nil
}
