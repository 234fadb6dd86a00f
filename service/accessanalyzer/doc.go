// Package accessanalyzer is AccessAnalyzer.
//
// Real here: nothing yet; every operation is answered 501 NotImplemented.
//
// State: none. Later work: none.
package accessanalyzer
