// Package shaped is how a log store hands out lines that it keeps taken apart, and whoever asks questions of them can do so without having them put together:
// lines that differ in some tokens only have a shape, and what differs lies in columns.
//
// What a question finds in a shape it finds in all lines of it, as long as nothing depends on what the tokens are. Template tells that: its answers are
// yes, no, or that it depends. Nothing here is state.
package shaped
