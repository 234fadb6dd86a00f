package logs

import (
	"regexp"
	"slices"
	"strings"
)

var suffixVariable = regexp.MustCompile(`\{([^{}]*)\}`)

// hiveNames are what variables are called in paths that Hive understands, where not as they are.
var hiveNames = map[string]string{"accountid": "aws-account-id", "yyyy": "year", "MM": "month", "dd": "day", "HH": "hour"}

// checkSuffix holds a suffix path to the variables that the log has.
func (v *vendedLog) checkSuffix(suffix string) error {
	for _, m := range suffixVariable.FindAllStringSubmatch(suffix, -1) {
		if !slices.Contains(v.variables, m[1]) {
			return unfit("The suffix path variable %s is not one of the log type %s.", m[0], v.kind)
		}
	}
	if strings.ContainsAny(suffixVariable.ReplaceAllString(suffix, ""), "{}") || strings.HasPrefix(suffix, "/") {
		return unfit("The suffix path %q is not valid.", suffix)
	}
	return nil
}

func (d *delivery) suffix(v *vendedLog) string {
	if d.Suffix == "" {
		return v.suffix
	}
	return d.Suffix
}

// base is what comes first in the names of a delivery's objects: what the destination's ARN says behind the bucket stands in place of AWS's own
// folders. With the Hive option variables are written NAME=VALUE.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-V2-S3.html#AWS-logs-infrastructure-V2-S3-object-key
func (d *delivery) base(prefix, account string) (base string, own bool) {
	if prefix = strings.Trim(prefix, "/"); prefix != "" {
		return prefix, false
	}
	if d.Hive {
		account = hiveNames["accountid"] + "=" + account
	}
	return "AWSLogs/" + account, true
}

// key is an object's name: BASE/SERVICE/SUFFIX/ACCOUNT_TYPE_REGION_RESOURCE_TIME_MARK.log.gz, SERVICE only below
// AWS's own folders, the file as AWS names those of flow logs.
// https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-path.html
func (p *consignment) key(prefix string) string {
	at := p.flight.At.UTC()
	values := map[string]string{
		"accountid": p.scope.Account, "region": p.scope.Region, "bucket_name": p.from.Resource,
		"yyyy": at.Format("2006"), "MM": at.Format("01"), "dd": at.Format("02"), "HH": at.Format("15"),
	}
	suffix := suffixVariable.ReplaceAllStringFunc(p.flight.As.suffix(p.log), func(v string) string {
		name := v[1 : len(v)-1]
		if !p.flight.As.Hive {
			return values[name]
		}
		called := hiveNames[name]
		if called == "" {
			called = name
		}
		return called + "=" + values[name]
	})
	resource := strings.NewReplacer("/", "-", ":", "-", "*", "-").Replace(p.from.Resource)
	file := strings.Join([]string{p.scope.Account, p.log.kind, p.scope.Region, resource, at.Format("20060102T1504Z"), p.flight.Mark}, "_") + ".log.gz"
	if p.to.Format == "parquet" {
		file = strings.TrimSuffix(file, ".gz") + ".parquet"
	}
	base, own := p.flight.As.base(prefix, p.scope.Account)
	parts := []string{base, strings.Trim(suffix, "/"), file}
	if own {
		parts = slices.Insert(parts, 1, p.log.folder)
	}
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), "/")
}
