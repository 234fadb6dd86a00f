// Package tidy holds the house rules as tests: who may import whom, and what services and kernel must not
// touch. Each failure says why the rule is there.
package tidy
