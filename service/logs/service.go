package logs

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	firehoseapi "unyo/api/firehose"
	kinesisapi "unyo/api/kinesis"
	api "unyo/api/logs"
	s3api "unyo/api/s3"
	"unyo/base/call"
	"unyo/engine/logstore"
	"unyo/kernel"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// Service answers the CloudWatch Logs API.
type Service struct {
	k         *kernel.Service
	store     logstore.Engine
	peers     Peers
	locks     locks
	tails     tails
	asked     *queries
	scheduled *scheduled

	groups  store.Table[group]        // name
	streams store.Table[stream]       // group id, name
	names   store.Table[string]       // group id, stream id → stream name
	filters store.Table[subscription] // group id, filter name
	cursors store.Table[cursor]       // group id, filter name
	wakes   store.Table[none]         // group id, filter name: a deliver job is on its way

	metricFilters      store.Table[metricFilter]      // group id, filter name
	counted            store.Table[counted]           // group id: how far metric filters have counted
	blanks             store.Table[bool]              // group id, filter name, minute → whether an event matched; of filters with a default value
	counting           store.Table[none]              // group id: a count job is on its way
	destinations       store.Table[destination]       // name
	exports            store.Table[exportTask]        // task id
	protections        store.Table[protection]        // group id, batch
	accountProtections store.Table[accountProtection] // ms
	queries            store.Table[queryDefinition]   // id
	policies           store.Table[resourcePolicy]    // account and name, or group and ARN
	indexes            store.Table[indexPolicy]       // group id

	deliverySources      store.Table[deliverySource]      // name
	deliveryDestinations store.Table[deliveryDestination] // name
	deliveries           store.Table[delivery]            // id
	vendedFlights        store.Table[vendedFlight]        // id of the delivery

	audits          store.Table[audited]  // group id
	auditing        store.Table[none]     // group id: an audit job is on its way
	auditDeliveries store.Table[delivery] // id
	accountAudit    store.Table[none]     // now: the account's policy of now wants findings

	entities store.Table[about] // group id, stream id, batch

	accountFilters store.Table[accountSubscription] // filter: there is one
	accountIndexes store.Table[accountIndex]        // name

	transformers        store.Table[transformer]        // group id
	chapters            store.Table[chapter]            // group id, batch
	shaped              store.Table[uint64]             // group id: the last batch of which it is measured what transformers made
	shaping             store.Table[none]               // group id: a reckon job is on its way
	accountTransformers store.Table[accountTransformer] // name
	accountShapes       store.Table[accountShapes]      // now
	programs            programs

	expire  jobs.Job[expireArg]
	drop    jobs.Job[dropArg]
	measure jobs.Job[measureArg]
	deliver jobs.Job[deliverArg]
	lost    jobs.Job[lostArg]
	export  jobs.Job[exportArg]
	count   jobs.Job[countArg]
	embed   jobs.Job[embedArg]
	blank   jobs.Job[countArg]
	vended  jobs.Job[vendedArg]
	audit   jobs.Job[auditArg]
	reckon  jobs.Job[countArg]
}

// Peers is whom Logs calls.
type Peers struct {
	Firehose firehoseapi.Client
	Kinesis  kinesisapi.Client
	S3       s3api.Client
	Logs     api.Client // itself, as the service that delivers vended logs, and in the roles of scheduled queries
}

type none struct{}

// group is a log group's row.
type group struct {
	ID         string // never reused; names its rows and its folder
	Created    int64  // ms
	Class      string
	RetainDays int32 // 0: for ever
	// Floor is the time before which events have expired under an earlier retention, ms: a longer one does not bring them back.
	Floor      int64
	Protected  bool
	Subscribed int    // number of subscription filters
	Guard      string `json:",omitempty"` // DataProtectionStatus; "": it was never protected
	Measured   int    `json:",omitempty"` // number of metric filters
	Audited    bool   `json:",omitempty"` // its data protection policy wants findings
	// Transformer names its own transformer; Shape the one that the last chapter of its history has, its own or the account's; Shaped is when that began, ms.
	Transformer string `json:",omitempty"`
	Shape       string `json:",omitempty"`
	Shaped      int64  `json:",omitempty"`
}

// stream is a log stream's row.
type stream struct {
	ID      uint64
	Created int64 // ms
	// Batches is the number of the last committed batch, and Sum a checksum over all of them: so the row says what the
	// log store holds of the stream.
	Batches     uint64
	Sum         uint32
	First, Last int64  // times of events, ms; of meaning when Batches > 0
	Ingested    int64  // ms
	Entity      string `json:",omitempty"` // names what its last batch was about
}

// New makes the service over the events in events.
func New(k *kernel.Service, events logstore.Engine, peers Peers) *Service {
	s := &Service{
		k: k, store: events, peers: peers,
		groups:  store.TableOf[group](k.Rows, "group", store.Regional),
		streams: store.TableOf[stream](k.Rows, "stream", store.Regional),
		names:   store.TableOf[string](k.Rows, "streamname", store.Regional),
		filters: store.TableOf[subscription](k.Rows, "subscription", store.Regional),
		cursors: store.TableOf[cursor](k.Rows, "cursor", store.Regional),
		wakes:   store.TableOf[none](k.Rows, "wake", store.Regional),

		destinations:       store.TableOf[destination](k.Rows, "destination", store.Regional),
		exports:            store.TableOf[exportTask](k.Rows, "export", store.Regional),
		protections:        store.TableOf[protection](k.Rows, "protection", store.Regional),
		accountProtections: store.TableOf[accountProtection](k.Rows, "accountprotection", store.Regional),
		queries:            store.TableOf[queryDefinition](k.Rows, "query", store.Regional),
		policies:           store.TableOf[resourcePolicy](k.Rows, "policy", store.Regional),
		indexes:            store.TableOf[indexPolicy](k.Rows, "index", store.Regional),

		deliverySources:      store.TableOf[deliverySource](k.Rows, "deliverysource", store.Regional),
		deliveryDestinations: store.TableOf[deliveryDestination](k.Rows, "deliverydestination", store.Regional),
		deliveries:           store.TableOf[delivery](k.Rows, "delivery", store.Regional),
		audits:               store.TableOf[audited](k.Rows, "audited", store.Regional),
		auditing:             store.TableOf[none](k.Rows, "auditing", store.Regional),
		auditDeliveries:      store.TableOf[delivery](k.Rows, "auditdelivery", store.Regional),
		accountAudit:         store.TableOf[none](k.Rows, "accountaudit", store.Regional),

		entities: store.TableOf[about](k.Rows, "entity", store.Regional),

		accountFilters: store.TableOf[accountSubscription](k.Rows, "accountfilter", store.Regional),
		accountIndexes: store.TableOf[accountIndex](k.Rows, "accountindex", store.Regional),
		vendedFlights:  store.TableOf[vendedFlight](k.Rows, "vendedflight", store.Regional),
	}
	s.handleJobs()
	s.openMetricFilters()
	s.openTransformers()
	s.openQueries()
	s.openScheduled()
	events.Committed(s.committed, k.Durable)
	return s
}

// folder is a group's name in the log store.
func folder(scope call.Scope, id string) string {
	return scope.Account + "/" + scope.Region + "/" + id
}

// committed tells the log store up to which batch a stream is committed.
func (s *Service) committed(ctx context.Context, name string, id uint64) (n uint64, err error) {
	p := strings.Split(name, "/")
	if len(p) != 3 {
		return 0, fmt.Errorf("folder %q is no log group", name)
	}
	scope := call.Scope{Partition: s.k.Partition, Account: p[0], Region: p[1]}
	err = s.k.View(ctx, func(tx *store.Tx) error {
		tx = tx.In(scope)
		n = 0
		name, ok := s.names.Get(tx, streamIDKey(p[2], id))
		if !ok {
			return nil
		}
		if st, ok := s.streams.Get(tx, store.Key(p[2], name)); ok && st.ID == id {
			n = st.Batches
		}
		return nil
	})
	return n, err
}

func streamIDKey(group string, id uint64) string {
	return store.Key(group, fmt.Sprintf("%016x", id))
}

// groupNamed finds a group by its name.
func (s *Service) groupNamed(tx *store.Tx, name string) (group, error) {
	g, ok := s.groups.Get(tx, name)
	if !ok {
		return group{}, noGroup()
	}
	return g, nil
}

// groupARN is the ARN without the :* that lists carry.
func (s *Service) groupARN(scope call.Scope, name string) string {
	return "arn:" + s.k.Partition + ":logs:" + scope.Region + ":" + scope.Account + ":log-group:" + name
}

// nowMs is the estate's time in AWS's milliseconds.
func (s *Service) nowMs() int64 { return s.k.Clock.Now().UnixMilli() }

const dayMs = 24 * 60 * 60 * 1000

// floor is the time before which a group's events have expired.
func (g *group) floor(now int64) int64 {
	if g.RetainDays == 0 {
		return g.Floor
	}
	return max(g.Floor, now-int64(g.RetainDays)*dayMs)
}

func digits(n int64) string { return strconv.FormatInt(n, 10) }
