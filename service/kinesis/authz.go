package kinesis

import (
	"context"

	api "unyo/api/kinesis"
	"unyo/api/rt"
	"unyo/base/call"
)

// Needs names the stream that the operation will act on, and nothing else: a partition key may look like the ARN of
// another stream, and iterators and tokens name theirs in secret. What names no stream is refused by the operation;
// until then it needs all of them.
// https://docs.aws.amazon.com/streams/latest/dev/controlling-access.html
func (s *Service) Needs(ctx context.Context, op string, in any) ([]rt.Need, bool) {
	c := call.From(ctx)
	need := func(name, arn *string) ([]rt.Need, bool) {
		resource := "*"
		switch found, err := s.streamName(ctx, name, arn, nil); {
		case arn != nil: // of another account, perhaps: it must be judged as its
			resource = *arn
		case err == nil:
			resource = s.arn(c.Scope, found)
		}
		return []rt.Need{{Action: "kinesis:" + op, Resources: []string{resource}}}, true
	}
	switch in := in.(type) {
	case *api.CreateStreamInput:
		needs, ok := need(in.StreamName, nil)
		if len(in.Tags) > 0 {
			needs = append(needs, rt.Need{Action: "kinesis:AddTagsToStream", Resources: needs[0].Resources})
		}
		return needs, ok
	case *api.PutRecordInput:
		return need(in.StreamName, in.StreamARN)
	case *api.PutRecordsInput:
		return need(in.StreamName, in.StreamARN)
	case *api.GetShardIteratorInput:
		return need(in.StreamName, in.StreamARN)
	case *api.GetRecordsInput:
		var it iterator
		if s.unsealed("iterator", c.Scope, *in.ShardIterator, &it) {
			return need(&it.Stream, nil)
		}
		return need(nil, in.StreamARN)
	case *api.ListShardsInput:
		var t shardToken
		if in.NextToken != nil && s.unsealed("shards", c.Scope, *in.NextToken, &t) {
			return need(&t.Stream, nil)
		}
		return need(in.StreamName, in.StreamARN)
	}
	return nil, false // the facts tell
}
