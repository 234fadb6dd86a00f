// Package lint says what is wrong with a policy, in the words of Access Analyzer's policy checks, and where in the text it stands.
//
// It reads documents that policy.Parse refuses: a reader of its own keeps where every value stands. Each check is named after AWS's issue
// code, and issue.go holds all codes with AWS's words:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html
//
// services.tsv.gz lists the actions and condition keys of every service, from the same facts as models/authz (models/SOURCES.md).
//
// Not checked, because nothing here tells: whether an ARN is of a form the action's service has (INVALID_ARN_RESOURCE, MISSING_ARN_REGION),
// whether a region has a service, and whether an action knows a tag condition key.
package lint
