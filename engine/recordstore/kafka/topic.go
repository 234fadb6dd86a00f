package kafka

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"unyo/engine/recordstore"
)

// maxMessage is more than the largest batch: a put of 10 MiB, with the lengths of its fields.
const maxMessage = 12 << 20

// topic is what an estate remembers of the topic it made.
type topic struct {
	Name       string
	ID         string // Kafka's, hexadecimal: the name may be given again
	Partitions int32
}

func (t *topic) load(file string) (known bool, err error) {
	b, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err == nil {
		err = json.Unmarshal(b, t)
	}
	if err == nil && (t.Name == "" || t.Partitions < 1) {
		err = fmt.Errorf("%s names no topic", file)
	}
	return true, err
}

// save writes durably: from now on the estate needs this topic.
func (t *topic) save(file string) error {
	b, err := json.Marshal(t)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(file), "topic")
	if err != nil {
		return err
	}
	_, err = f.Write(append(b, '\n'))
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), file); err != nil {
		return err
	}
	for _, dir := range []string{filepath.Dir(file), filepath.Dir(filepath.Dir(file))} {
		d, err := os.Open(dir)
		if err != nil {
			return err
		}
		if err := errors.Join(d.Sync(), d.Close()); err != nil {
			return err
		}
	}
	return nil
}

// found makes a topic and remembers it.
func (s *Store) found(ctx context.Context, file string) error {
	s.topic.Name = "unyo-kinesis-" + strings.ToLower(rand.Text()[:12])
	s.topic.Partitions = s.at.partitions
	s.parts = make([]part, s.topic.Partitions)
	if err := s.make(ctx); err != nil {
		return err
	}
	for { // until every partition has a leader
		err := s.look(ctx)
		if err == nil {
			return s.topic.save(file)
		}
		if !wait(ctx) {
			return err
		}
	}
}

func (s *Store) make(ctx context.Context) error {
	meta, err := s.metadata(ctx)
	if err != nil {
		return err
	}
	replicas := s.at.replicas
	if replicas == 0 {
		replicas = int16(min(3, len(meta.Brokers)))
	}
	t := kmsg.NewCreateTopicsRequestTopic()
	t.Topic, t.NumPartitions, t.ReplicationFactor = s.topic.Name, s.topic.Partitions, replicas
	set := func(name, value string) {
		c := kmsg.NewCreateTopicsRequestTopicConfig()
		c.Name, c.Value = name, &value
		t.Configs = append(t.Configs, c)
	}
	set("cleanup.policy", "delete")
	set("retention.ms", "-1") // retention is the rows' affair
	set("retention.bytes", "-1")
	set("segment.bytes", strconv.Itoa(128<<20))
	set("max.message.bytes", strconv.Itoa(maxMessage))
	set("message.timestamp.type", "LogAppendTime")
	set("min.insync.replicas", strconv.Itoa(max(1, int(replicas)-1)))
	if replicas < 3 {
		set("flush.messages", "1")
	}
	req := kmsg.NewPtrCreateTopicsRequest()
	req.TimeoutMillis = int32(s.o.Patience.Milliseconds())
	req.Topics = append(req.Topics, t)
	resp, err := req.RequestWith(ctx, s.client)
	if err != nil {
		return away(err)
	}
	for _, t := range resp.Topics {
		if err := kerr.ErrorForCode(t.ErrorCode); err != nil {
			detail := ""
			if t.ErrorMessage != nil {
				detail = ": " + *t.ErrorMessage
			}
			return fmt.Errorf("cannot make topic %s: %w%s", s.topic.Name, err, detail)
		}
	}
	return nil
}

func (s *Store) metadata(ctx context.Context, topics ...string) (*kmsg.MetadataResponse, error) {
	req := kmsg.NewPtrMetadataRequest()
	req.Topics = []kmsg.MetadataRequestTopic{} // none, not all
	for _, name := range topics {
		t := kmsg.NewMetadataRequestTopic()
		t.Topic = &name
		req.Topics = append(req.Topics, t)
	}
	resp, err := req.RequestWith(ctx, s.client)
	if err != nil {
		return nil, away(err)
	}
	return resp, nil
}

// look learns who leads the partitions, and that the topic is the one that it was.
func (s *Store) look(ctx context.Context) error {
	meta, err := s.metadata(ctx, s.topic.Name)
	if err != nil {
		return err
	}
	if len(meta.Topics) != 1 {
		return away(errors.New("no answer about the topic"))
	}
	t := meta.Topics[0]
	switch err := kerr.ErrorForCode(t.ErrorCode); {
	case err != nil:
		return away(fmt.Errorf("topic %s: %w", s.topic.Name, err))
	case len(t.Partitions) != int(s.topic.Partitions):
		return away(fmt.Errorf("topic %s has %d partitions of %d", s.topic.Name, len(t.Partitions), s.topic.Partitions))
	}
	id := hex.EncodeToString(t.TopicID[:])
	if s.topic.ID == "" {
		s.topic.ID = id
	}
	if s.topic.ID != id {
		return fmt.Errorf("topic %s is not the one that this estate made, but a later one", s.topic.Name)
	}
	leaders := make([]int32, s.topic.Partitions)
	for i := range leaders {
		leaders[i] = -1
	}
	for _, p := range t.Partitions {
		if p.ErrorCode == 0 && p.Partition >= 0 && int(p.Partition) < len(leaders) {
			leaders[p.Partition] = p.Leader
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.leaders = leaders
	return nil
}

// seen looks unless that was done.
func (s *Store) seen(ctx context.Context) error {
	s.mu.Lock()
	seen := s.leaders != nil
	s.mu.Unlock()
	if seen {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.o.Patience)
	defer cancel()
	return s.look(ctx)
}

// away says that an error may pass.
func away(err error) error { return fmt.Errorf("%w: %w", recordstore.ErrAway, err) }

// pause between two attempts.
const pause = 50 * time.Millisecond

// wait pauses; false: ctx is over.
func wait(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(pause):
		return true
	}
}

// id is the topic's id as requests have it.
func (t *topic) id() (id [16]byte) {
	_, _ = hex.Decode(id[:], []byte(t.ID))
	return id
}
