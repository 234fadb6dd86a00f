// Package metricmath is CloudWatch's metric math: expressions over time series.
//
//	m1 / SUM(METRICS("errors")) * 100        IF(m1 > 5 AND m2 < 3, m1, FILL(m2, 0))
//
// An expression yields a number, a time series, or an array of them. Between two series only instants that both have count; the functions over an
// array take what there is at each instant. What is no finite number (a division by zero) is no data point.
// ANOMALY_DETECTION_BAND, SEARCH, SERVICE_QUOTA, LAMBDA, INSIGHT_RULE_METRIC, DB_PERF_INSIGHTS and SQL are known by name and not here (ErrAbsent).
//
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
package metricmath
