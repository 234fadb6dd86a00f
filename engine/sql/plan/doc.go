// Package plan finds what the names of a query mean, gives its expressions types, and makes of it a tree of operations.
package plan
