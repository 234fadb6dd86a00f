//go:build !kafka

package world

import (
	"errors"
	"iter"

	"unyo/engine/blob"
	"unyo/engine/recordstore"
)

// openKafka refuses: the client of Kafka is left out of the binary, which it would make larger for everybody.
func openKafka(string, string, iter.Seq2[blob.Ref, error], func() error, func(error), bool) (recordstore.Engine, error) {
	return nil, errors.New("this binary is built without Kafka: make build-kafka builds bin/unyo-kafka, which has it")
}
