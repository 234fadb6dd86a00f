// Package insights is the CloudWatch Logs Insights query language: its parser, its checker, and the engine that answers queries over log events.
//
// Parse gives a tree with positions. Compile turns it into closures over slots: a field of an event is looked up when an expression first
// asks for it, and of JSON only what the query names. Run hands events to several workers at once. What comes out does not depend on who got
// which: sums are exact, ties of an order are broken by an event's place in its group, and groups come in the order of their keys.
//
// A query is a chain of commands. Those that look at one event (fields, filter, parse, unnest) are run in the worker; stats, limit, dedup,
// pattern and diff gather, and what follows the first of them works on its rows.
//
// The language is AWS's:
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
package insights
