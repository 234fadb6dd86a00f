// Package fault holds the errors of queries: Trino's names, a place in the text, and Trino's words.
package fault

import (
	"errors"
	"fmt"
	"strings"

	"unyo/engine/vector"
)

// Pos is a place in a statement's text, from 1; zero when there is none to tell.
type Pos struct{ Line, Column int }

// Place is the place itself: syntax nodes embed Pos and so can tell where they stand.
func (p Pos) Place() Pos { return p }

// Trino's names of errors, as https://trino.io/docs/current/client/client-protocol.html's errorName gives them.
const (
	Syntax            = "SYNTAX_ERROR"
	ColumnNotFound    = "COLUMN_NOT_FOUND"
	TableNotFound     = "TABLE_NOT_FOUND"
	SchemaNotFound    = "SCHEMA_NOT_FOUND"
	CatalogNotFound   = "CATALOG_NOT_FOUND"
	FunctionNotFound  = "FUNCTION_NOT_FOUND"
	TypeNotFound      = "TYPE_NOT_FOUND"
	TypeMismatch      = "TYPE_MISMATCH"
	AmbiguousName     = "AMBIGUOUS_NAME"
	NotSupported      = "NOT_SUPPORTED"
	DivisionByZero    = "DIVISION_BY_ZERO"
	InvalidCast       = "INVALID_CAST_ARGUMENT"
	InvalidArgument   = "INVALID_FUNCTION_ARGUMENT"
	OutOfRange        = "NUMERIC_VALUE_OUT_OF_RANGE"
	Subquery          = "SUBQUERY_MULTIPLE_ROWS"
	NotAggregate      = "EXPRESSION_NOT_AGGREGATE"
	NotScalar         = "EXPRESSION_NOT_SCALAR"
	NestedAggregation = "NESTED_AGGREGATION"
	InvalidLiteral    = "INVALID_LITERAL"
	InvalidWindow     = "INVALID_WINDOW_FRAME"
	InvalidView       = "INVALID_VIEW"
	InvalidParameter  = "INVALID_PARAMETER_USAGE"
	MismatchedColumns = "MISMATCHED_COLUMN_ALIASES"
	DuplicateName     = "DUPLICATE_NAMED_QUERY"
	DuplicateColumn   = "DUPLICATE_COLUMN_NAME"
	ExceededMemory    = "EXCEEDED_LOCAL_MEMORY_LIMIT"
	TooDeep           = "STACK_OVERFLOW"
	TooLarge          = "QUERY_TEXT_TOO_LARGE"
	Internal          = "GENERIC_INTERNAL_ERROR"
	User              = "GENERIC_USER_ERROR"
)

// Error is why a statement cannot be understood or run.
type Error struct {
	Name    string
	At      Pos
	Message string // with its place before it, if it has one
}

func (e *Error) Error() string { return e.Name + ": " + e.Message }

// maxMessage bounds a message, which may say a value of any size.
const maxMessage = 1000

// New is an error without a place.
func New(name, format string, args ...any) *Error {
	text := fmt.Sprintf(format, args...)
	if len(text) > maxMessage {
		text = strings.ToValidUTF8(text[:maxMessage], "") + "…"
	}
	return &Error{Name: name, Message: text}
}

// Of is the error of a panic: values have become too large, or the engine has a fault, which ends the query and not the process.
func Of(panicked any) *Error {
	if panicked == vector.ErrTooLarge {
		return New(ExceededMemory, "%v", panicked)
	}
	return New(Internal, "%v", panicked)
}

// At is an error at a place.
func At(at Pos, name, format string, args ...any) *Error {
	e := New(name, format, args...)
	e.At = at
	if at.Line > 0 {
		e.Message = fmt.Sprintf("line %d:%d: %s", at.Line, at.Column, e.Message)
	}
	return e
}

// Named tells whether err is an Error of this name.
func Named(err error, name string) bool {
	var e *Error
	return errors.As(err, &e) && e.Name == name
}
