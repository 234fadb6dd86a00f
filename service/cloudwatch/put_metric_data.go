package cloudwatch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	api "unyo/api/cloudwatch"
	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/engine/statistic"
	"unyo/kernel/store"
)

// Limits of a request.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html
const (
	maxData   = 1000
	maxValues = 150
	maxAge    = 14 * 24 * time.Hour
	maxAhead  = 2 * time.Hour
)

var maxValue = math.Ldexp(1, 360)

// PutMetricData adds values to metrics. When it has answered, they are on disk and can be read.
func (s *Service) PutMetricData(ctx context.Context, in *api.PutMetricDataInput) (*api.PutMetricDataOutput, error) {
	if len(in.EntityMetricData) > 0 {
		return nil, unsupported("EntityMetricData")
	}
	if strings.HasPrefix(*in.Namespace, "AWS/") || !ascii(*in.Namespace) {
		return nil, invalid("The value %s for parameter Namespace is invalid.", *in.Namespace)
	}
	if len(in.MetricData) == 0 {
		return nil, api.NewMissingRequiredParameterException("The parameter MetricData is required.")
	}
	if len(in.MetricData) > maxData {
		return nil, validation("The collection MetricData must not have a size greater than %d.", maxData)
	}
	now := s.k.Clock.Now()
	list := make([]datum, len(in.MetricData))
	for i := range in.MetricData {
		var err error
		if list[i], err = datumOf(*in.Namespace, &in.MetricData[i], fmt.Sprintf("MetricData.member.%d.", i+1), now); err != nil {
			return nil, err
		}
	}
	return &api.PutMetricDataOutput{}, s.putAll(ctx, list)
}

// putAll stores list, all or nothing. There may be too many rows for one transaction if many of the metrics are new: then these are made known before.
func (s *Service) putAll(ctx context.Context, list []datum) error {
	put := func(tx *store.Tx) error {
		if !s.k.Jobs.Repeated(tx, tx.Call()) {
			for i := range list {
				s.put(tx, &list[i])
			}
		}
		return nil
	}
	err := s.k.Update(ctx, put)
	if !errors.Is(err, store.ErrTooLarge) {
		return err
	}
	const part = 200
	for some := range slices.Chunk(list, part) {
		if err := s.k.Update(ctx, func(tx *store.Tx) error {
			for i := range some {
				if n, at := s.place(&some[i]); n != gone {
					s.register(tx, &some[i], n, at)
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	if err = s.k.Update(ctx, put); errors.Is(err, store.ErrTooLarge) { // a thousand wide histograms
		return awserr.New(413, "RequestEntityTooLarge", "The values of this request take too much space together with those stored. Send fewer metrics at once.")
	}
	return err
}

// datumOf checks and takes one datum; at is its place in the request.
func datumOf(namespace string, in *api.MetricDatum, at string, now time.Time) (d datum, err error) {
	if !ascii(*in.MetricName) {
		return d, invalid("The value %s for parameter %sMetricName is invalid.", *in.MetricName, at)
	}
	if err := checkDimensions(in.Dimensions, at); err != nil {
		return d, err
	}
	d = datum{identity: identify(namespace, *in.MetricName, dimensionsOf(in.Dimensions)), unit: unitOf(rt.Val(in.Unit)), at: now}
	switch r := rt.Val(in.StorageResolution); {
	case in.StorageResolution != nil && r != 1 && r != 60:
		return d, invalid("The value %d for parameter %sStorageResolution is invalid.", r, at)
	default:
		d.fine = r == 1
	}
	if in.Timestamp != nil {
		d.at = *in.Timestamp
	}
	if d.at.Before(now.Add(-maxAge)) {
		return d, invalid("The parameter %sTimestamp must specify a time no more than two weeks in the past.", at)
	}
	if d.at.After(now.Add(maxAhead)) {
		return d, invalid("The parameter %sTimestamp must specify a time within the next two hours.", at)
	}
	d.set, err = setOf(in, at)
	return d, err
}

// checkDimensions: ASCII, no name twice, no value of blanks only.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html
func checkDimensions(list []api.Dimension, at string) error {
	seen := map[string]bool{}
	for i, d := range list {
		if !ascii(*d.Name) || strings.TrimSpace(*d.Name) == "" || strings.HasPrefix(*d.Name, ":") {
			return invalid("The value %s for parameter %sDimensions.member.%d.Name is invalid.", *d.Name, at, i+1)
		}
		if !ascii(*d.Value) || strings.TrimSpace(*d.Value) == "" {
			return invalid("The value %s for parameter %sDimensions.member.%d.Value is invalid.", *d.Value, at, i+1)
		}
		if seen[*d.Name] {
			return invalid("The parameter %sDimensions must not name the dimension %s twice.", at, *d.Name)
		}
		seen[*d.Name] = true
	}
	return nil
}

// ascii reports whether text is printable ASCII.
func ascii(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return r < 0x20 || r >= 0x7F }) < 0
}

// setOf takes the one of Value, Values and StatisticValues that is given.
func setOf(in *api.MetricDatum, at string) (set statistic.Set, err error) {
	given := []string{}
	for _, g := range []struct {
		name string
		ok   bool
	}{{"Value", in.Value != nil}, {"Values", in.Values != nil}, {"StatisticValues", in.StatisticValues != nil}} {
		if g.ok {
			given = append(given, at+g.name)
		}
	}
	switch {
	case len(given) == 0:
		return set, api.NewMissingRequiredParameterException("At least one of the parameters must be specified: %sValue, %sValues, %sStatisticValues.", at, at, at)
	case len(given) > 1:
		return set, clash("The parameters %s and %s are mutually exclusive and you have specified both.", given[0], given[1])
	case in.Values == nil && in.Counts != nil:
		return set, clash("The parameter %sCounts must be specified together with the parameter %sValues.", at, at)
	case in.Value != nil:
		err = finite(*in.Value, at+"Value")
		set.Add(*in.Value, 1)
	case in.Values != nil:
		err = addValues(&set, in, at)
	default:
		return summary(in.StatisticValues, at+"StatisticValues.")
	}
	return set, err
}

func addValues(set *statistic.Set, in *api.MetricDatum, at string) error {
	if n := len(in.Values); n == 0 || n > maxValues {
		return invalid("The parameter %sValues must have between 1 and %d members.", at, maxValues)
	}
	if in.Counts != nil && len(in.Counts) != len(in.Values) {
		return clash("The parameters %sValues and %sCounts must have the same size.", at, at)
	}
	for i, v := range in.Values {
		count := 1.0
		if in.Counts != nil {
			count = in.Counts[i]
		}
		if err := finite(v, fmt.Sprintf("%sValues.member.%d", at, i+1)); err != nil {
			return err
		}
		if err := positive(count, fmt.Sprintf("%sCounts.member.%d", at, i+1)); err != nil {
			return err
		}
		set.Add(v, count)
	}
	return nil
}

func summary(in *api.StatisticSet, at string) (statistic.Set, error) {
	if err := cmp.Or(finite(*in.Sum, at+"Sum"), finite(*in.Minimum, at+"Minimum"), finite(*in.Maximum, at+"Maximum")); err != nil {
		return statistic.Set{}, err
	}
	if err := positive(*in.SampleCount, at+"SampleCount"); err != nil {
		return statistic.Set{}, err
	}
	if *in.Minimum > *in.Maximum {
		return statistic.Set{}, clash("The parameter %sMaximum must be greater than or equal to the parameter %sMinimum.", at, at)
	}
	return statistic.Summary(*in.SampleCount, *in.Sum, *in.Minimum, *in.Maximum), nil
}

// finite: NaN and infinite are not supported, nor what lies beyond 2^360.
func finite(v float64, name string) error {
	if math.IsNaN(v) || math.Abs(v) > maxValue {
		return invalid("The value %v for parameter %s is invalid.", v, name)
	}
	return nil
}

func positive(v float64, name string) error {
	if err := finite(v, name); err != nil || v > 0 {
		return err
	}
	return invalid("The value %v for parameter %s is invalid.", v, name)
}
