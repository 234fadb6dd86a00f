// Package gateway is the door: it turns an HTTP request into one call of one service's method.
//
// chain.go is the list of everything that happens to a call, in order. Each step stands in a file of
// its own name. control.go is the only door that does not speak AWS.
package gateway
