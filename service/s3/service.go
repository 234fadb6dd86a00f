package s3

import (
	"encoding/hex"
	"sync"
	"time"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/base/call"
	"unyo/engine/blob"
	"unyo/engine/policy"
	"unyo/kernel"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// Service answers the S3 API.
type Service struct {
	k     *kernel.Service
	blobs *blob.Store
	peers Peers
	tables

	policies compiled
	use      usage
	measure  *jobs.Errand
	tend     jobs.Job[tending]
	arrange  jobs.Job[arranging]
	thaw     jobs.Job[thawing]
	logs     jobs.Job[loggedBucket]
	canon    sync.Map // account → canonical user id
	ruled    sync.Map // bucket → *ruleset
}

// Peers is whom S3 calls: itself, where it writes what it logs into a customer's bucket.
type Peers struct{ S3 api.Client }

// tables are S3's rows. All are seen from every account and region: a bucket's name is unique in the partition.
type tables struct {
	buckets  store.Table[bucket]              // name
	owned    store.Table[none]                // account, name
	policy   store.Table[string]              // name → bucket policy
	named    store.Table[policy.Pins]         // name → whom its policy names
	sharing  store.Table[[]sharing]           // name → rules of CORS
	objects  store.Table[object]              // bucket, key → newest version, unless that is a delete marker
	versions store.Table[object]              // bucket, key, place → older versions and delete markers
	nulls    store.Table[uint64]              // bucket, key → sequence of the null version among versions
	uploads  store.Table[upload]              // bucket, key, upload id
	parts    store.Table[part]                // upload id, part number
	extents  store.Table[[]part]              // upload id, number of the extent: parts of a completed upload
	rules    store.Table[[]api.LifecycleRule] // bucket, number: a few rules each
	due      store.Table[none]                // bucket, day, key, version or upload: what rules will do (lifecycle_index.go)
	days     store.Table[none]                // bucket, day: there is such work, and a job for it
	loggings store.Table[logging]             // name
	accesses store.Table[accessRecord]        // bucket, instant and request id
	flights  store.Table[accessFlight]        // bucket: the file of its access log that is under way
}

func tablesOf(sp *store.Space) tables {
	return tables{
		buckets:  store.TableOf[bucket](sp, "bucket", store.Partition),
		owned:    store.TableOf[none](sp, "owned", store.Partition),
		policy:   store.TableOf[string](sp, "policy", store.Partition),
		named:    store.TableOf[policy.Pins](sp, "named", store.Partition),
		sharing:  store.TableOf[[]sharing](sp, "cors", store.Partition),
		objects:  store.TableOf[object](sp, "object", store.Partition),
		versions: store.TableOf[object](sp, "version", store.Partition),
		nulls:    store.TableOf[uint64](sp, "null", store.Partition),
		uploads:  store.TableOf[upload](sp, "upload", store.Partition),
		parts:    store.TableOf[part](sp, "part", store.Partition),
		extents:  store.TableOf[[]part](sp, "extent", store.Partition),
		rules:    store.TableOf[[]api.LifecycleRule](sp, "rule", store.Partition),
		due:      store.TableOf[none](sp, "due", store.Partition),
		days:     store.TableOf[none](sp, "day", store.Partition),
		loggings: store.TableOf[logging](sp, "logging", store.Partition),
		accesses: store.TableOf[accessRecord](sp, "access", store.Partition),
		flights:  store.TableOf[accessFlight](sp, "accessflight", store.Partition),
	}
}

// none is the value of rows whose key says all.
type none struct{}

// bucket is a row.
type bucket struct {
	Account    string        `json:"account"`
	Region     string        `json:"region"`
	Location   string        `json:"location,omitempty"` // LocationConstraint as given: EU is another word for eu-west-1
	Created    time.Time     `json:"created"`
	Versioning string        `json:"versioning,omitempty"` // "", Enabled, Suspended
	Ownership  string        `json:"ownership,omitempty"`  // "": controls were deleted
	Public     *publicAccess `json:"public,omitempty"`     // nil: the configuration was deleted
	Lock       *lockRule     `json:"objectLock,omitempty"` // nil: object lock is off
	Grants     []grant       `json:"grants,omitempty"`     // nil: everything to the owner
	BucketKey  bool          `json:"bucketKey,omitempty"`
	Rules      uint64        `json:"rules,omitempty"` // serial of the call that set the lifecycle rules; 0: there are none
	Small      string        `json:"small,omitempty"` // what they do with small objects
}

// object is a row: one version of an object, or a delete marker. Its first members are in the order that stock.go reads.
type object struct {
	Blob     blob.Ref          `json:"blob,omitzero"`
	Class    string            `json:"class,omitempty"`
	Restore  *restore          `json:"restore,omitempty"`
	Seq      uint64            `json:"seq"`           // place among the versions of its key, from 1
	ID       string            `json:"id,omitempty"`  // version id; "" is the null version
	Marker   bool              `json:"del,omitempty"` // a delete marker; nothing below is set but Modified and Owner
	Modified time.Time         `json:"at"`
	Owner    string            `json:"by"` // account that owns it
	Size     int64             `json:"size"`
	ETag     string            `json:"etag,omitempty"`   // without quotes
	Entered  time.Time         `json:"entered,omitzero"` // its class, by transition
	Since    time.Time         `json:"since,omitzero"`   // when it was replaced by a newer version
	Lock     *lock             `json:"lock,omitempty"`
	Due      string            `json:"due,omitempty"`    // day under which it is in table due
	Upload   string            `json:"upload,omitempty"` // multipart: its extents hold the parts
	Parts    int32             `json:"parts,omitempty"`  // multipart: how many
	Sum      checksum          `json:"sum,omitzero"`
	Headers  headers           `json:"headers,omitzero"`
	Meta     map[string]string `json:"meta,omitempty"`
	Tags     []tag             `json:"tags,omitempty"`
	Grants   []grant           `json:"acl,omitempty"` // nil: everything to the owner
}

// headers are the standard ones that are given back with the object.
type headers struct {
	Type        string `json:"type,omitempty"`
	Encoding    string `json:"enc,omitempty"`
	Disposition string `json:"disp,omitempty"`
	Language    string `json:"lang,omitempty"`
	Cache       string `json:"cache,omitempty"`
	Expires     string `json:"exp,omitempty"`
	Redirect    string `json:"redirect,omitempty"`
}

type tag struct {
	Key   string `json:"k"`
	Value string `json:"v"`
}

// New makes the service. blobs was opened with the refs of stock, which was taken of the same rows.
func New(k *kernel.Service, blobs *blob.Store, stock *Stock, peers Peers) *Service {
	s := &Service{k: k, blobs: blobs, peers: peers, tables: tablesOf(k.Rows)}
	s.use.bytes, s.use.moved = map[shelf]int64{}, map[shelf]struct{}{}
	s.measure = jobs.HandleErrand(k.Jobs, "measure", s.writeLevels, jobs.Every(measureEvery))
	s.tend = jobs.Handle(k.Jobs, "tend", s.runTend, jobs.Lane(func(a tending) string { return a.Bucket }), jobs.Every(time.Hour))
	s.arrange = jobs.Handle(k.Jobs, "arrange", s.runArrange, jobs.Lane(func(a arranging) string { return a.Bucket }), jobs.Every(time.Hour))
	s.thaw = jobs.Handle(k.Jobs, "thaw", s.runThaw, jobs.Every(time.Hour))
	s.logs = jobs.Handle(k.Jobs, "logs", s.runLogs, jobs.Lane(func(a loggedBucket) string { return "logs " + a.Bucket }), jobs.Every(time.Hour))
	s.remember(stock.totals)
	return s
}

// bucketARN and objectARN name resources as policies do.
func (s *Service) bucketARN(bucket string) string { return "arn:" + s.k.Partition + ":s3:::" + bucket }

func (s *Service) objectARN(bucket, key string) string { return s.bucketARN(bucket) + "/" + key }

// canonical is the canonical user id of an account: 64 hexadecimal digits that say nothing of it.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/finding-canonical-user-id.html
func (s *Service) canonical(account string) string {
	if account == nobody {
		return nobodyID
	}
	if v, ok := s.canon.Load(account); ok {
		return v.(string)
	}
	id := hex.EncodeToString(s.k.Entropy.Derive("s3 canonical user", 32, account))
	s.canon.Store(account, id)
	return id
}

// now is the estate's time as S3 keeps it, in whole seconds.
func (s *Service) now() time.Time { return s.k.Clock.Now().Truncate(time.Second) }

// owner is the transaction as the bucket's owner sees it: rows of the kernel (tags, levels) lie under the account.
func (b *bucket) owner(tx *store.Tx) *store.Tx {
	return tx.In(call.Scope{Partition: tx.Scope().Partition, Account: b.Account, Region: b.Region})
}

// open reads the bucket of a call and refuses what every operation on buckets refuses.
func (s *Service) open(tx *store.Tx, name, expectedOwner *string) (bucket, error) {
	b, ok := s.buckets.Get(tx, rt.Val(name))
	if !ok {
		return bucket{}, noSuchBucket(rt.Val(name))
	}
	if expectedOwner != nil && *expectedOwner != b.Account {
		return bucket{}, accessDenied()
	}
	return b, checkRegion(tx.Call(), &b)
}

// checkRegion refuses a request that was signed for another region than the bucket's. Calls of the house carry
// no signature, and neither do anonymous ones.
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html (AuthorizationHeaderMalformed)
func checkRegion(c *call.Call, b *bucket) error {
	if c == nil || len(c.Via) > 0 || c.Principal.Kind == call.Anonymous || c.Principal.Kind == call.AWSService || c.Region == b.Region {
		return nil
	}
	return wrongRegion(c, b.Region)
}
