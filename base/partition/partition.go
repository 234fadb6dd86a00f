// Package partition knows the partitions and regions of AWS. Source: botocore's partitions.json.
package partition

import "slices"

var aws = []string{
	"af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1",
	"ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4", "ap-southeast-5",
	"ap-southeast-6", "ap-southeast-7", "ca-central-1", "ca-west-1", "eu-central-1", "eu-central-2", "eu-north-1",
	"eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3", "il-central-1", "me-central-1", "me-south-1",
	"me-west-1", "mx-central-1", "sa-east-1", "sa-west-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
}

var china = []string{"cn-north-1", "cn-northwest-1"}

var gov = []string{"us-gov-east-1", "us-gov-west-1"}

// Regions returns the regions of a partition in order; nil for an unknown one.
func Regions(partition string) []string {
	switch partition {
	case "aws":
		return aws
	case "aws-cn":
		return china
	case "aws-us-gov":
		return gov
	}
	return nil
}

// Has reports whether region belongs to partition.
func Has(partition, region string) bool {
	_, ok := slices.BinarySearch(Regions(partition), region)
	return ok
}

// Home is the region in which global services sign and record: us-east-1 in aws.
func Home(partition string) string {
	switch partition {
	case "aws-cn":
		return "cn-north-1"
	case "aws-us-gov":
		return "us-gov-west-1"
	}
	return "us-east-1"
}
