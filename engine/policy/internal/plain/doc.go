// Package plain decides requests a second time, for tests: written from AWS's pages by somebody who had not seen the evaluator
// of engine/policy, one obvious function for each rule, with no index, no compilation and no care for speed. It reads every
// document again on every decision. Where the pages are silent it says so, and the comparison asks nothing.
//
// Pages are named by their last part; they stand in https://docs.aws.amazon.com/IAM/latest/UserGuide/ unless they are whole.
package plain
