// Package cloudwatch is Amazon CloudWatch metrics: series of values by namespace, name and dimensions, and what is asked of them.
//
// Real here: PutMetricData with AWS's limits, GetMetricStatistics and GetMetricData with every statistic and metric math, ListMetrics, the
// retention by resolution (1 s for 3 hours, 1 min for 15 days, 5 min for 63 days, 1 h for 455 days), and the metrics that other services vend
// (kernel/metric). Not here yet: alarms, dashboards, SEARCH, Metrics Insights, anomaly detection, metric streams, cross-account
// observability; they answer 501.
//
// State: rows per account and region, see docs/metricstore.md. A metric's row tells its dimensions and units; a point's row is the set of
// values of one period (engine/statistic), to which values are added in any order. What runs later: age, which moves points to the next coarser
// resolution and drops them in the end; there is one such job per account and region while there is a point. Answers follow from
// the age of points, not from whether the job has run.
package cloudwatch
