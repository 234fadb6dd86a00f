package logs

import "testing"

// A log stream keeps its shard; Random spreads, and a repeat still goes where the first went.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html
func TestPartition(t *testing.T) {
	byStream, random := &route{}, &route{distribution: "Random"}
	a, b := &parcel{[]byte("1"), "s", 1}, &parcel{[]byte("2"), "s", 1}
	if byStream.partition(a) != byStream.partition(b) || byStream.partition(a) == byStream.partition(&parcel{[]byte("1"), "other", 1}) {
		t.Error("by log stream: the key does not follow the stream")
	}
	if random.partition(a) == random.partition(b) || random.partition(a) != random.partition(&parcel{[]byte("1"), "s", 1}) {
		t.Error("random: the key does not follow what is sent")
	}
	if n := len(random.partition(a)); n < 1 || n > 256 {
		t.Errorf("a key of %d characters", n)
	}
}
