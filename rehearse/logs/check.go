package logs

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cwtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
)

// archived is an object of the archive, as it was when it was first seen.
type archived struct {
	system *system
	made   time.Time
	size   int
	lines  []string
}

// look reads what has come to the archive today, and weighs what lies there.
func (p *play) look(ctx context.Context) error {
	today := &p.days[len(p.days)-1]
	there, err := p.list(ctx, "")
	if err != nil {
		return err
	}
	for _, o := range there {
		key := aws.ToString(o.Key)
		today.objectBytes[string(o.StorageClass)] += int(aws.ToInt64(o.Size))
		if p.objects[key] != nil {
			continue
		}
		a, err := p.open(ctx, key, aws.ToTime(o.LastModified))
		if err != nil {
			return err
		}
		p.objects[key] = a
		today.archived[a.system.name] += len(a.lines)
	}
	return nil
}

func (p *play) list(ctx context.Context, prefix string) ([]s3types.Object, error) {
	var all []s3types.Object
	pages := s3.NewListObjectsV2Paginator(p.s3, &s3.ListObjectsV2Input{Bucket: aws.String(bucket), Prefix: aws.String(prefix)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		all = append(all, page.Contents...)
	}
	return all, nil
}

// open reads an object's lines.
func (p *play) open(ctx context.Context, key string, made time.Time) (*archived, error) {
	at := slices.IndexFunc(systems, func(s system) bool { return strings.HasPrefix(key, s.prefix()) })
	if at < 0 {
		return nil, fmt.Errorf("the archive holds %s, which is no system's", key)
	}
	raw, err := p.read(ctx, key)
	if err != nil {
		return nil, err
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	text, err := io.ReadAll(unzipped)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	return &archived{&systems[at], made, len(raw), strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")}, nil
}

func (p *play) read(ctx context.Context, key string) ([]byte, error) {
	out, err := p.s3.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(bucket), Key: aws.String(key)})
	if err != nil {
		return nil, err
	}
	defer out.Body.Close()
	return io.ReadAll(out.Body)
}

// check compares what is there with what must be.
func (p *play) check(ctx context.Context) error {
	now, err := p.estate.Now(ctx)
	if err != nil {
		return err
	}
	p.checkArchive()
	if err := p.checkMetrics(ctx, now); err != nil {
		return err
	}
	for i := range systems {
		if err := p.checkRetention(ctx, &systems[i], now); err != nil {
			return err
		}
	}
	if err := p.checkClasses(ctx, now); err != nil {
		return err
	}
	return p.checkRestore(ctx, now)
}

// checkArchive: every wanted line came to the archive, once, and no other.
func (p *play) checkArchive() {
	for i := range systems {
		s := &systems[i]
		counts := map[string]int{}
		wanted := 0
		for _, e := range p.shipped[s.group()] {
			if s.wanted(e.line) {
				counts[e.line]++
				wanted++
			}
		}
		arrived := 0
		for _, o := range p.objects {
			if o.system != s {
				continue
			}
			for _, line := range o.lines {
				arrived++
				counts[line]--
			}
		}
		missing, surplus := 0, 0
		for _, n := range counts {
			missing += max(0, n)
			surplus += max(0, -n)
		}
		p.report.Check(s.name+": lines in the archive, of those that the filter wants", wanted, arrived)
		p.report.Check(s.name+": lines missing or surplus in the archive", "0 0", fmt.Sprint(missing, " ", surplus))
	}
}

// checkMetrics: the metric of each system counts, day by day, the lines that its filter wants.
func (p *play) checkMetrics(ctx context.Context, now time.Time) error {
	for i := range systems {
		s := &systems[i]
		out, err := p.metrics.GetMetricStatistics(ctx, &cloudwatch.GetMetricStatisticsInput{Namespace: aws.String(namespace), MetricName: aws.String(s.metric),
			StartTime: aws.Time(p.begin), EndTime: aws.Time(now), Period: aws.Int32(int32(24 * time.Hour / time.Second)), Statistics: []cwtypes.Statistic{cwtypes.StatisticSum}})
		if err != nil {
			return err
		}
		wanted, counted := map[string]int{}, map[string]int{}
		for _, e := range p.shipped[s.group()] {
			if s.wanted(e.line) {
				wanted[e.at.Format(time.DateOnly)]++
			}
		}
		for _, point := range out.Datapoints {
			counted[aws.ToTime(point.Timestamp).Format(time.DateOnly)] += int(aws.ToFloat64(point.Sum))
		}
		for d := range p.days {
			p.days[d].counted[s.name] = counted[p.begin.AddDate(0, 0, d).Format(time.DateOnly)]
		}
		p.report.Check(fmt.Sprintf("%s: the metric %s counts the lines wanted, on each of %d days", s.name, s.metric, len(wanted)), true, maps.Equal(wanted, counted))
	}
	return nil
}

// checkRetention: the group holds exactly what is younger than its retention.
func (p *play) checkRetention(ctx context.Context, s *system, now time.Time) error {
	horizon := now.Add(-time.Duration(s.retention) * 24 * time.Hour)
	var want, got []string
	for _, e := range p.shipped[s.group()] {
		if e.at.After(horizon) {
			want = append(want, e.line)
		}
	}
	pages := cloudwatchlogs.NewFilterLogEventsPaginator(p.logs, &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String(s.group())})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, e := range page.Events {
			got = append(got, aws.ToString(e.Message))
		}
	}
	p.report.Check(fmt.Sprintf("%s: events in the group after %d days of retention", s.name, s.retention), len(want), len(got))
	p.report.Check(s.name+": they are the youngest, in order", true, slices.Equal(want, got))
	return nil
}

// fallsDue is the midnight at which a rule of so many days acts on an object.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
func fallsDue(made time.Time, days int) time.Time {
	return made.Add(time.Duration(days)*24*time.Hour + 24*time.Hour - 1).Truncate(24 * time.Hour)
}

// class is where an object must be by now; "" if it must be gone.
func (a *archived) class(now time.Time) string {
	due := func(days int) bool { return days > 0 && !now.Before(fallsDue(a.made, days)) }
	switch {
	case due(a.system.expire):
		return ""
	case due(a.system.glacier):
		return string(s3types.ObjectStorageClassGlacier)
	case due(a.system.infrequent):
		return string(s3types.ObjectStorageClassStandardIa)
	}
	return string(s3types.ObjectStorageClassStandard)
}

// checkClasses: every object is in the class that its age demands, or gone.
func (p *play) checkClasses(ctx context.Context, now time.Time) error {
	want, got := map[string]int{}, map[string]int{}
	wrong := 0
	there, err := p.list(ctx, "")
	if err != nil {
		return err
	}
	classes := map[string]string{}
	for _, o := range there {
		classes[aws.ToString(o.Key)] = string(o.StorageClass)
	}
	for key, a := range p.objects {
		want[a.class(now)]++
		got[classes[key]]++
		if a.class(now) != classes[key] {
			wrong++
		}
	}
	p.report.Check("objects by storage class, with \"\" for those deleted", want, got)
	p.report.Check("objects in another class than their age demands", 0, wrong)
	return nil
}

// checkRestore: an archived object cannot be read before it is restored, and then gives its bytes.
func (p *play) checkRestore(ctx context.Context, now time.Time) error {
	var keys []string
	for key, a := range p.objects {
		if a.class(now) == string(s3types.ObjectStorageClassGlacier) {
			keys = append(keys, key)
		}
	}
	if len(keys) == 0 {
		return nil // too few days for an object to get there
	}
	key := slices.Min(keys)
	_, err := p.read(ctx, key)
	p.report.Check("reading an archived object answers", "InvalidObjectState", code(err))
	_, err = p.s3.RestoreObject(ctx, &s3.RestoreObjectInput{Bucket: aws.String(bucket), Key: aws.String(key), RestoreRequest: &s3types.RestoreRequest{
		Days: aws.Int32(1), GlacierJobParameters: &s3types.GlacierJobParameters{Tier: s3types.TierStandard}}})
	if err != nil {
		return err
	}
	_, err = p.read(ctx, key)
	p.report.Check("reading it while it is being restored answers", "InvalidObjectState", code(err))
	if err := p.move(ctx, now.Add(6*time.Hour)); err != nil { // standard retrievals take 3 to 5 hours
		return err
	}
	again, err := p.open(ctx, key, now)
	if err != nil {
		return err
	}
	p.report.Check("six hours later it gives the lines that were archived", true, slices.Equal(again.lines, p.objects[key].lines))
	return nil
}

// code is the code of an AWS error, or what else went wrong.
func code(err error) string {
	var e smithy.APIError
	if errors.As(err, &e) {
		return e.ErrorCode()
	}
	return fmt.Sprint(err)
}
