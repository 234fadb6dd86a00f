// Package pattern is the filter pattern language of CloudWatch Logs: it decides whether a log message matches.
//
//	ERROR -"not found"              terms: all of them, none of the excluded; ?A ?B: any of them; %4[0-9]{2}%: regular expression
//	[ip, ..., status = 4*, bytes]   fields of a message that is delimited by spaces
//	{ $.user.id = 1 && $.a[0] IS NULL }   members of a message that is JSON
//
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
package pattern
