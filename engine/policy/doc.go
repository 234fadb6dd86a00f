// Package policy reads IAM policy documents and decides: allowed or denied, and why.
//
// It is the one evaluator of the house: enforcement, trust policies and the simulator call Evaluate.
// The logic is that of
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
// and of the grammar at
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
//
// A Document is compiled once (Parse) and may be evaluated from any number of goroutines.
package policy
