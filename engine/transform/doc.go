// Package transform reshapes log events: a chain of processors takes a message apart into a JSON object and changes that, as transformers of
// CloudWatch Logs do. It knows no AWS shapes: whoever uses it makes steps by the functions that are named after AWS's processors.
//
// What a chain gives depends on the message and on where it came from alone, so it may be asked for whenever the transformed event is wanted, and
// gives the same each time. Nothing here is state; a Program serves any number of goroutines.
//
// AWS says little of what fails. Here a parser that does not find what it parses fails the event, and so does a converter that cannot convert;
// a step that changes a key which is not there, or is not of the kind that it changes, leaves the event as it is.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch-Logs-Transformation.html
package transform
