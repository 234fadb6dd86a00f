package iam

import (
	"iter"

	api "unyo/api/iam"
)

// Quotas of an account as AWS sets them at first; the account's summary tells them.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const (
	maxUsers             = 5000
	maxAccountGroups     = 300
	maxRoles             = 1000
	maxPolicies          = 1500
	maxProfiles          = 1000
	maxPolicyVersionsUse = 10000
)

func overQuota(name string, quota int) error {
	return api.NewLimitExceededException("Cannot exceed quota for %s: %d", name, quota)
}

func count[K, V any](rows iter.Seq2[K, V]) (n int) {
	for range rows {
		n++
	}
	return n
}
