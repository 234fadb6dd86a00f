// Package plain decides requests a second time, for tests: written from AWS's pages alone, without the evaluator of
// engine/policy in view, with no index, no compilation and no care for speed. It parses every document on every
// decision and answers only what the pages answer; where they are silent the comparison asks nothing.
//
// Pages (https://docs.aws.amazon.com/IAM/latest/UserGuide/…):
//
//	reference_policies_evaluation-logic_policy-eval-denyallow.html    order of the kinds, one account
//	reference_policies_evaluation-logic-cross-account.html            both accounts must allow
//	reference_policies_elements_principal.html                        what a principal names
//	reference_policies_elements_notprincipal.html                     the whole chain must be excepted
//	reference_policies_elements_condition_operators.html              operators, missing keys
//	reference_policies_condition-single-vs-multi-valued-context-keys.html  set operators
//	reference_policies_variables.html                                 variables, defaults, no value
//	https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html   levels, exemptions
//	https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html   levels, exemptions
package plain
