// Package accessanalyzer is IAM Access Analyzer: it tells who outside an account may reach what is in it, and what is wrong with policies.
//
// Real here: analyzers of an account or an organisation, with archive rules; findings about S3 buckets (policy, ACL, public access block) and roles, found by
// reasoning over the policies that S3 and IAM give to the service's own role (engine/policy/reach), when the analyzer is made and again
// when a call changes a resource, and resolved when nobody is let in any more; previews of the same for configurations to come; roles, access keys and passwords that were not
// used for long, and services that a role or user may use, found when that is so and resolved within a day of their use; policies made of
// what trails have recorded of a principal; the custom policy checks; validation of policies (engine/policy/lint).
//
// Not here, and refused: analyzers of internal access, unused actions of services that are used, recommendations, service-linked analyzers.
//
// State: its rows. Who must hear of a change in which region is one table of the whole estate. A finding's id follows from what it tells, so
// that what is found again is the same finding.
//
// Later work: survey (lists what is there), scan (looks at one resource; it asks, and changes only its own rows), preview, generate (reads a trail's files), forget (drops a finding
// that was resolved 90 days ago). The watch access-analyzer sees the calls that change a resource.
package accessanalyzer
