package kinesis

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	api "unyo/api/kinesis"
)

// family reads all that a shard and then its children hold, each once, as a consumer follows them.
func (f *fixture) family(shard string) []string {
	f.t.Helper()
	data, last := f.read(f.iterator(&api.GetShardIteratorInput{ShardId: &shard, ShardIteratorType: new("TRIM_HORIZON")}))
	for _, child := range last.ChildShards {
		data = append(data, f.family(*child.ShardId)...)
	}
	return data
}

// Parents close with an ending sequence number, stay readable, and their children go on above it, also when all happens
// at one instant of a held clock.
// https://docs.aws.amazon.com/streams/latest/dev/kinesis-using-sdk-java-after-resharding.html
func TestSplitAndMerge(t *testing.T) {
	f := setUp(t)
	f.create(1)
	var sequences []string
	put := func(data string) { sequences = append(sequences, *f.put("k", data).SequenceNumber) }
	put("a")
	put("b")
	open := f.iterator(&api.GetShardIteratorInput{ShardId: new("shardId-000000000000"), ShardIteratorType: new("LATEST")})
	ok[*api.SplitShardOutput](t)(f.s.SplitShard(f.call(), &api.SplitShardInput{StreamName: new("s"), ShardToSplit: new("shardId-000000000000"), NewStartingHashKey: new("170141183460469231731687303715884105728")}))
	put("c")
	ok[*api.MergeShardsOutput](t)(f.s.MergeShards(f.call(), &api.MergeShardsInput{StreamName: new("s"), ShardToMerge: new("shardId-000000000002"), AdjacentShardToMerge: new("shardId-000000000001")}))
	put("d")
	if !slices.IsSorted(sequences) || len(slices.Compact(sequences)) != 4 || len(sequences[0]) != 56 {
		t.Errorf("sequence numbers do not grow: %v", sequences)
	}
	var tree []string
	for _, sh := range f.shards(nil) {
		line := (*sh.ShardId)[19:]
		for _, p := range []*string{sh.ParentShardId, sh.AdjacentParentShardId} {
			if p != nil {
				line += "<" + (*p)[19:]
			}
		}
		if sh.SequenceNumberRange.EndingSequenceNumber == nil {
			line += " open"
		}
		tree = append(tree, line)
	}
	if got := strings.Join(tree, ","); got != "0,1<0,2<0,3<2<1 open" {
		t.Errorf("shards: %s", got)
	}
	if end := *f.shards(nil)[0].SequenceNumberRange.EndingSequenceNumber; end <= sequences[1] || end >= sequences[2] {
		t.Errorf("shard 0 ends at %s", end)
	}
	if got, last := f.read(open); len(got) != 0 || last.NextShardIterator != nil || len(last.ChildShards) != 2 {
		t.Errorf("at the end of a closed shard: %v, %+v", got, last)
	}
	if got := strings.Join(f.all("shardId-000000000000"), ""); got != "ab" {
		t.Errorf("parent holds %s", got)
	}
	if got := f.family("shardId-000000000000"); len(got) != 5 || strings.Join(got[:3], "") != "abd" && strings.Join(got[:3], "") != "abc" {
		t.Errorf("followed: %v", got) // both children lead to shard 3
	}
	for _, key := range []string{"0", "340282366920938463463374607431768211456"} {
		_, err := f.s.SplitShard(f.call(), &api.SplitShardInput{StreamName: new("s"), ShardToSplit: new("shardId-000000000003"), NewStartingHashKey: &key})
		wantCode(t, err, "InvalidArgumentException")
	}
	_, err := f.s.SplitShard(f.call(), &api.SplitShardInput{StreamName: new("s"), ShardToSplit: new("shardId-000000000000"), NewStartingHashKey: new("5")})
	wantCode(t, err, "InvalidArgumentException")
	_, err = f.s.MergeShards(f.call(), &api.MergeShardsInput{StreamName: new("s"), ShardToMerge: new("shardId-000000000003"), AdjacentShardToMerge: new("shardId-000000000003")})
	wantCode(t, err, "InvalidArgumentException")
}

// Whatever the counts, scaling leaves even shards, no gap, and at most two parents each.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html
func TestUpdateShardCount(t *testing.T) {
	for _, c := range [][2]int32{{1, 2}, {2, 1}, {3, 2}, {2, 3}, {5, 3}, {3, 5}, {7, 13}, {200, 100}, {200, 199}, {101, 200}, {4, 4}} {
		f := setUp(t)
		f.create(c[0])
		out := ok[*api.UpdateShardCountOutput](t)(f.s.UpdateShardCount(f.call(), &api.UpdateShardCountInput{StreamName: new("s"), TargetShardCount: &c[1], ScalingType: new("UNIFORM_SCALING")}))
		if *out.CurrentShardCount != c[0] || *out.TargetShardCount != c[1] {
			t.Errorf("%v: %+v", c, out)
		}
		open := f.shards(&api.ShardFilter{Type: new("AT_LATEST")})
		slices.SortFunc(open, func(a, b api.Shard) int {
			x, _ := parseHash(*a.HashKeyRange.StartingHashKey)
			y, _ := parseHash(*b.HashKeyRange.StartingHashKey)
			return strings.Compare(string(x), string(y))
		})
		if len(open) != int(c[1]) {
			t.Fatalf("%v: %d open shards", c, len(open))
		}
		for i, sh := range open {
			from, _ := parseHash(*sh.HashKeyRange.StartingHashKey)
			to, _ := parseHash(*sh.HashKeyRange.EndingHashKey)
			if from != border(i, len(open)) || (i+1 < len(open) && to.next() != border(i+1, len(open))) || (i+1 == len(open) && to != lastHash) {
				t.Errorf("%v: shard %d spans %s to %s", c, i, from, to)
			}
		}
	}
}

func TestUpdateShardCountLimits(t *testing.T) {
	f := setUp(t)
	f.create(4)
	scale := func(n int32) error {
		_, err := f.s.UpdateShardCount(f.call(), &api.UpdateShardCountInput{StreamName: new("s"), TargetShardCount: &n, ScalingType: new("UNIFORM_SCALING")})
		return err
	}
	wantCode(t, scale(9), "LimitExceededException")
	wantCode(t, scale(1), "LimitExceededException")
	for i := range int32(10) {
		if err := scale(4 + i%2); err != nil {
			t.Fatal(err)
		}
	}
	wantCode(t, scale(4), "LimitExceededException")
	f.advance(24 * time.Hour)
	if err := scale(4); err != nil {
		t.Errorf("a day later: %v", err)
	}
}

func TestShardFilters(t *testing.T) {
	f := setUp(t)
	f.create(1)
	start := f.k.Clock.Now()
	f.advance(time.Hour)
	ok[*api.SplitShardOutput](t)(f.s.SplitShard(f.call(), &api.SplitShardInput{StreamName: new("s"), ShardToSplit: new("shardId-000000000000"), NewStartingHashKey: new("1000")}))
	f.advance(time.Hour)
	for _, c := range []struct {
		filter api.ShardFilter
		want   string
	}{
		{api.ShardFilter{Type: new("AT_LATEST")}, "12"},
		{api.ShardFilter{Type: new("AT_TRIM_HORIZON")}, "0"},
		{api.ShardFilter{Type: new("FROM_TRIM_HORIZON")}, "012"},
		{api.ShardFilter{Type: new("AT_TIMESTAMP"), Timestamp: new(start.Add(59 * time.Minute))}, "0"},
		{api.ShardFilter{Type: new("AT_TIMESTAMP"), Timestamp: new(start.Add(time.Hour))}, "12"},
		{api.ShardFilter{Type: new("FROM_TIMESTAMP"), Timestamp: new(start.Add(59 * time.Minute))}, "012"},
		{api.ShardFilter{Type: new("FROM_TIMESTAMP"), Timestamp: new(start.Add(61 * time.Minute))}, "12"},
		{api.ShardFilter{Type: new("AFTER_SHARD_ID"), ShardId: new("shardId-000000000001")}, "2"},
	} {
		got := ""
		for _, sh := range f.shards(&c.filter) {
			got += (*sh.ShardId)[19:]
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", *c.filter.Type, got, c.want)
		}
	}
	for _, filter := range []api.ShardFilter{{Type: new("AT_TIMESTAMP")}, {Type: new("AFTER_SHARD_ID")}, {Type: new("AT_TIMESTAMP"), Timestamp: new(start.Add(24 * time.Hour))}, {Type: new("AT_LATEST"), ShardId: new("shardId-000000000001")}} {
		_, err := f.s.ListShards(f.call(), &api.ListShardsInput{StreamName: new("s"), ShardFilter: &filter})
		wantCode(t, err, "InvalidArgumentException")
	}
}

// Tokens go on where the list ended, live five minutes, and cannot be made up.
func TestListShardsPages(t *testing.T) {
	f := setUp(t)
	f.create(5)
	var ids []string
	in := &api.ListShardsInput{StreamName: new("s"), MaxResults: new(int32(2))}
	for {
		out := ok[*api.ListShardsOutput](t)(f.s.ListShards(f.call(), in))
		for _, sh := range out.Shards {
			ids = append(ids, *sh.ShardId)
		}
		if out.NextToken == nil {
			break
		}
		in = &api.ListShardsInput{NextToken: out.NextToken, MaxResults: new(int32(2))}
	}
	if len(ids) != 5 || !slices.IsSorted(ids) {
		t.Errorf("listed %v", ids)
	}
	_, err := f.s.ListShards(f.call(), &api.ListShardsInput{NextToken: in.NextToken, StreamName: new("s")})
	wantCode(t, err, "InvalidArgumentException")
	_, err = f.s.ListShards(f.call(), &api.ListShardsInput{NextToken: new("bm90aGluZw==")})
	wantCode(t, err, "InvalidArgumentException")
	f.advance(5*time.Minute + 1)
	_, err = f.s.ListShards(f.call(), &api.ListShardsInput{NextToken: in.NextToken})
	wantCode(t, err, "ExpiredNextTokenException")
	d := ok[*api.DescribeStreamOutput](t)(f.s.DescribeStream(f.call(), &api.DescribeStreamInput{StreamName: new("s"), Limit: new(int32(3)), ExclusiveStartShardId: new("shardId-000000000000")})).StreamDescription
	if len(d.Shards) != 3 || !*d.HasMoreShards || *d.Shards[0].ShardId != "shardId-000000000001" {
		t.Errorf("described: %+v", d)
	}
}

// On demand a stream begins with four shards, which are not the caller's to change.
func TestModes(t *testing.T) {
	f := setUp(t)
	arn := new("arn:aws:kinesis:eu-central-1:111111111111:stream/s")
	ok[*api.CreateStreamOutput](t)(f.s.CreateStream(f.call(), &api.CreateStreamInput{StreamName: new("s"), StreamModeDetails: &api.StreamModeDetails{StreamMode: new("ON_DEMAND")}}))
	if n := len(f.shards(nil)); n != 4 {
		t.Errorf("%d shards", n)
	}
	_, err := f.s.UpdateShardCount(f.call(), &api.UpdateShardCountInput{StreamARN: arn, TargetShardCount: new(int32(8)), ScalingType: new("UNIFORM_SCALING")})
	wantCode(t, err, "ValidationException")
	for i, mode := range []string{"PROVISIONED", "ON_DEMAND", "PROVISIONED"} {
		_, err := f.s.UpdateStreamMode(f.call(), &api.UpdateStreamModeInput{StreamARN: arn, StreamModeDetails: &api.StreamModeDetails{StreamMode: &mode}})
		if i < 2 && err != nil {
			t.Fatal(err)
		}
		if i == 2 {
			wantCode(t, err, "LimitExceededException")
		}
	}
	limits := ok[*api.DescribeLimitsOutput](t)(f.s.DescribeLimits(f.call(), nil))
	if *limits.OnDemandStreamCount != 1 || *limits.OpenShardCount != 0 {
		t.Errorf("limits: %+v", limits)
	}
	for i := range 6 {
		_, err := f.s.CreateStream(f.call(), &api.CreateStreamInput{StreamName: new(fmt.Sprint("p", i)), ShardCount: new(int32(190))})
		if i == 5 {
			wantCode(t, err, "LimitExceededException")
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
