package logs

import (
	"encoding/json"
	"fmt"
	"slices"

	api "unyo/api/logs"
	"unyo/base/must"
	"unyo/engine/insights"
	"unyo/kernel/store"
)

// entityKeys are the key attributes that each type of entity must have beside its type.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/adding-your-own-related-telemetry.html
var entityKeys = map[string][]string{
	"AWS::Resource": {"ResourceType", "Identifier"},
	"AWS::Service":  {"Name"},
	"Service":       {"Name", "Environment"},
	"Resource":      {"ResourceType", "Identifier"},
	"RemoteService": {"Name"},
}

// allowedKeys are the names of key attributes.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Entity.html
var allowedKeys = []string{"Type", "ResourceType", "Identifier", "Name", "Environment"}

// rejectedEntity says why the entity that is sent with a batch is rejected; nil when it is not. The events are kept all the same. What is too
// long or too much has not come this far: the shape's constraints refuse the call.
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_RejectedEntityInfo.html
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html (StrictEntityValidation: what the types of error mean)
func rejectedEntity(e *api.Entity, class string) *api.RejectedEntityInfo {
	because := func(kind string) *api.RejectedEntityInfo { return &api.RejectedEntityInfo{ErrorType: &kind} }
	if e == nil {
		return nil
	}
	if class == classInfrequent { // AWS does not say which types; this one has little of what Standard has
		return because(api.EntityRejectionErrorTypeUnsupportedLogGroupType)
	}
	if e.KeyAttributes == nil {
		return because(api.EntityRejectionErrorTypeInvalidEntity)
	}
	for name := range e.KeyAttributes {
		if !slices.Contains(allowedKeys, name) {
			return because(api.EntityRejectionErrorTypeInvalidKeyAttributes)
		}
	}
	kind, typed := e.KeyAttributes["Type"]
	if !typed {
		return because(api.EntityRejectionErrorTypeMissingRequiredFields)
	}
	required, known := entityKeys[kind]
	if !known {
		return because(api.EntityRejectionErrorTypeInvalidTypeValue)
	}
	for _, name := range required {
		if _, there := e.KeyAttributes[name]; !there {
			return because(api.EntityRejectionErrorTypeMissingRequiredFields)
		}
	}
	return nil
}

// about is a row: what a stream's events are about behind a batch.
type about struct {
	Stream uint64
	From   uint64
	Of     map[string]string `json:",omitempty"` // as queries name it, without @entity. ; none: nothing is known
}

func aboutKey(group string, stream uint64, rest ...string) string {
	return store.Key(append([]string{group, fmt.Sprintf("%016x", stream)}, rest...)...)
}

// relate keeps what the batch seq of a stream is about, which tx adds: a row when that changes.
func (s *Service) relate(tx *store.Tx, g *group, st *stream, e *api.Entity, seq uint64) {
	if e == nil && st.Entity == "" {
		return
	}
	row, sum := about{Stream: st.ID, From: seq - 1}, ""
	if e != nil && rejectedEntity(e, g.Class) == nil {
		row.Of = map[string]string{}
		for name, value := range e.KeyAttributes {
			row.Of["KeyAttributes."+name] = value
		}
		for name, value := range e.Attributes {
			row.Of["Attributes."+name] = value
		}
		sum = sumOf(string(must.Do(json.Marshal(row.Of))))
	}
	if sum != st.Entity {
		st.Entity = sum
		s.entities.Put(tx, aboutKey(g.ID, st.ID, fmt.Sprintf("%016x", row.From)), row)
	}
}

// unrelate forgets what a stream that is deleted was about.
func (s *Service) unrelate(tx *store.Tx, g *group, st *stream) {
	for key := range s.entities.Prefix(tx, aboutKey(g.ID, st.ID, ""), "") {
		s.entities.Delete(tx, key)
	}
}

// entities are what the streams of a group are about, each in the order of batches.
type entities map[uint64][]about

func (s *Service) entitiesOf(tx *store.Tx, group string) entities {
	all := entities{}
	for _, row := range s.entities.Prefix(tx, store.Key(group, ""), "") {
		all[row.Stream] = append(all[row.Stream], row)
	}
	return all
}

// event is what an event is about.
func (all entities) event(e *insights.Event) map[string]string {
	list := all[e.Stream]
	for i := len(list) - 1; i >= 0; i-- {
		if e.Seq > list[i].From {
			return list[i].Of
		}
	}
	return nil
}
