// Package prometheus stands in for Prometheus' client, in which Pebble keeps how long its writes take. Nobody here reads that. The client brings
// Protocol Buffers along, whose descriptors look methods up by the name "Methods": since Go 1.26 reflect's types have a method of that name which
// may call any other, so the linker had to keep every exported method of the program, 7.5 MB of them.
package prometheus

// Histogram takes values and forgets them.
type Histogram interface{ Observe(float64) }

// HistogramOpts is what Pebble says of a histogram.
type HistogramOpts struct{ Buckets []float64 }

type none struct{}

func (none) Observe(float64) {}

// NewHistogram is a histogram that keeps nothing.
func NewHistogram(HistogramOpts) Histogram { return none{} }

// LinearBuckets are no buckets: nothing is sorted into them.
func LinearBuckets(start, width float64, count int) []float64 { return nil }

// ExponentialBucketsRange are no buckets either.
func ExponentialBucketsRange(least, most float64, count int) []float64 { return nil }
