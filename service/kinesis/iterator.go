package kinesis

import (
	"encoding/json"
	"time"

	"unyo/base/call"
	"unyo/base/must"
)

// iterator is a place in a shard: before the record at Next. It is handed out sealed.
type iterator struct {
	Stream, ID string
	Shard      int
	Next       uint64
	Made       time.Time
}

// tolerated is how long an iterator or a token of ListShards is good for.
// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html
const tolerated = 5 * time.Minute

// sealed gives out v for the account and region of scope; purpose keeps iterators and tokens apart.
func (s *Service) sealed(purpose string, scope call.Scope, v any) string {
	return s.seals.Seal(purpose+" "+scope.Account+" "+scope.Region, must.Do(json.Marshal(v)))
}

// unsealed undoes sealed; false for what was not given out for this purpose, account and region.
func (s *Service) unsealed(purpose string, scope call.Scope, text string, v any) bool {
	b, err := s.seals.Open(purpose+" "+scope.Account+" "+scope.Region, text)
	return err == nil && json.Unmarshal(b, v) == nil
}
