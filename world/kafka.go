//go:build kafka

package world

import (
	"iter"
	"os"

	"unyo/engine/blob"
	"unyo/engine/recordstore"
	"unyo/engine/recordstore/kafka"
)

// openKafka opens the store of records in a Kafka.
func openKafka(dir, address string, committed iter.Seq2[blob.Ref, error], durable func() error, failed func(error), temp bool) (recordstore.Engine, error) {
	s, err := kafka.Open(dir, address, committed, kafka.Options{Durable: durable, Failed: failed, Temp: temp, User: os.Getenv("UNYO_KAFKA_USER"), Password: os.Getenv("UNYO_KAFKA_PASSWORD")})
	if err != nil {
		return nil, err // not a nil *Store in an interface
	}
	return s, nil
}
