package s3

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/engine/blob"
	"unyo/kernel/journal"
	"unyo/kernel/store"
)

// maxPut is the largest object of one PUT, and the largest part.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
const maxPut = 5 << 30

// PutObject stores an object. Its bytes are durable before its row is, and the row before the answer.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
func (s *Service) PutObject(ctx context.Context, in *api.PutObjectInput) (*api.PutObjectOutput, error) {
	o, err := newObject(in)
	if err != nil {
		return nil, err
	}
	if err := writeConditions(in.IfMatch, in.IfNoneMatch); err != nil {
		return nil, err
	}
	w, err := intend(in, in.ContentMD5, in.ChecksumAlgorithm, defaultSum)
	if err != nil {
		return nil, err
	}
	asked := askedLock{in.ObjectLockMode, in.ObjectLockRetainUntilDate, in.ObjectLockLegalHoldStatus}
	if err := asked.check(s.now()); err != nil {
		return nil, err
	}
	if err := asked.summed(w); err != nil {
		return nil, err
	}
	if rt.Val(in.ContentLength) > maxPut {
		return nil, tooLarge(*in.ContentLength)
	}
	var b bucket
	var cur object // that lies there
	var again bool // by this very call, of a job that was here before a crash
	admit := func(tx *store.Tx) (err error) {
		if b, err = s.open(tx, in.Bucket, in.ExpectedBucketOwner); err != nil {
			return err
		}
		o.Modified, o.Owner = s.now(), b.ownerOf(tx.Call(), in.ACL)
		if o.Grants, err = s.objectACL(&b, askedACL{canned: in.ACL, full: in.GrantFullControl, read: in.GrantRead, readACP: in.GrantReadACP, writeACP: in.GrantWriteACP}, o.Owner); err != nil {
			return err
		}
		if o.Lock, err = b.lockFor(asked, o.Modified); err != nil {
			return err
		}
		var has bool
		cur, has = s.newest(tx, &b, *in.Bucket, *in.Key)
		if again = s.k.Jobs.Done(tx, tx.Call()) && has && (o.ETag == "" || o.ETag == cur.ETag); again {
			return nil // the conditions held when it lay there not yet
		}
		return checkWrite(in.IfMatch, in.IfNoneMatch, *in.Key, &cur, has)
	}
	if err := s.k.View(ctx, admit); err != nil { // before the body is taken in
		return nil, err
	}
	random := s.k.Entropy.Bytes(ctx, 16)
	if o.Blob, err = s.stage(ctx, in.Body, w); err != nil {
		return nil, err
	}
	o.Size = o.Blob.Size
	if o.ETag, o.Sum, err = s.verify(w, in.Body, o.Blob); err != nil {
		return nil, s.giveBack(err, o.Blob)
	}
	var ends string
	err = s.k.Update(ctx, func(tx *store.Tx) error {
		if err := admit(tx); err != nil {
			return err
		}
		if again {
			o.ID, ends = cur.ID, s.expires(tx, &b, *in.Bucket, *in.Key, &cur)
			return nil
		}
		s.k.Jobs.Repeated(tx, tx.Call()) // notes it
		put := s.add(tx, &b, *in.Bucket, *in.Key, *o, random)
		o.ID = put.ID
		ends = s.expires(tx, &b, *in.Bucket, *in.Key, &put)
		s.objectChanged(tx, &b, *in.Bucket, *in.Key, "ObjectCreated:Put", &put)
		return nil
	})
	if err != nil || again {
		if err := s.giveBack(err, o.Blob); err != nil {
			return nil, err
		}
	}
	out := &api.PutObjectOutput{ETag: new(quote(o.ETag)), ServerSideEncryption: new("AES256"), VersionId: b.written(o), Expiration: or(nil, ends)}
	setSum(out, o.Sum, 0)
	return out, nil
}

// newObject reads what a PutObject says beside its body.
func newObject(in *api.PutObjectInput) (*object, error) {
	if err := checkKey(rt.Val(in.Key)); err != nil {
		return nil, err
	}
	if err := refuse(in); err != nil {
		return nil, err
	}
	o := &object{Meta: lowered(in.Metadata), Headers: headers{
		Type: rt.Val(in.ContentType), Encoding: withoutChunked(rt.Val(in.ContentEncoding)), Disposition: rt.Val(in.ContentDisposition),
		Language: rt.Val(in.ContentLanguage), Cache: rt.Val(in.CacheControl), Expires: rt.Val(in.Expires), Redirect: rt.Val(in.WebsiteRedirectLocation),
	}}
	return o, o.describe(in.StorageClass, in.Tagging)
}

// describe checks and takes up class and tags, and checks the metadata.
func (o *object) describe(class, tagging *string) (err error) {
	if o.Class, err = storageClass(class); err != nil {
		return err
	}
	if err := checkMeta(o.Meta); err != nil {
		return err
	}
	if o.Headers.Type == "" {
		o.Headers.Type = "binary/octet-stream"
	}
	if r := o.Headers.Redirect; r != "" && !strings.HasPrefix(r, "/") && !strings.HasPrefix(r, "http://") && !strings.HasPrefix(r, "https://") {
		return awserr.New(http.StatusBadRequest, "InvalidRedirectLocation", "The website redirect location must have a prefix of 'http://' or 'https://' or '/'.")
	}
	o.Tags, err = parseTagging(tagging)
	return err
}

func lowered(meta map[string]string) map[string]string {
	if len(meta) == 0 {
		return nil
	}
	out := make(map[string]string, len(meta))
	for k, v := range meta {
		out[strings.ToLower(k)] = v
	}
	return out
}

// withoutChunked takes off the encoding that was only for the way here.
func withoutChunked(encoding string) string {
	var kept []string
	for e := range strings.SplitSeq(encoding, ",") {
		if e = strings.TrimSpace(e); e != "" && !strings.EqualFold(e, "aws-chunked") {
			kept = append(kept, e)
		}
	}
	return strings.Join(kept, ",")
}

// stage writes a body to disk, computing w's sums on the way.
func (s *Service) stage(ctx context.Context, body io.Reader, w *intent) (blob.Ref, error) {
	if body == nil {
		body = bytes.NewReader(nil)
	}
	ref, err := s.blobs.Stage(ctx, &limited{r: body, left: maxPut}, w.sinks()...)
	return ref, mapError(err)
}

// limited refuses a body that is larger than S3 takes.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, tooLarge(maxPut - l.left)
	}
	return n, err
}

func tooLarge(size int64) error {
	return awserr.New(http.StatusBadRequest, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size").With("ProposedSize", itoa(int(size))).With("MaxSizeAllowed", itoa(maxPut))
}

// giveBack destroys what was staged for a transaction that failed, unless nobody knows whether it did.
func (s *Service) giveBack(err error, refs ...blob.Ref) error {
	if unknown(err) {
		return err
	}
	if e := s.blobs.Discard(refs...); e != nil {
		s.k.Log.Warn("staged bytes are left until the next start", "error", e)
	}
	return mapError(err)
}

// versionHeader is x-amz-version-id of a response; buckets that were never versioned send none.
func (b *bucket) versionHeader(o *object) *string {
	if b.Versioning == "" {
		return nil
	}
	return new(o.shown())
}

// written is x-amz-version-id of a response to a write: the null version goes without.
func (b *bucket) written(o *object) *string {
	if o.null() {
		return nil
	}
	return b.versionHeader(o)
}

// objectChange is what the journal keeps of an object's change.
type objectChange struct {
	Bucket  string `json:"bucket"`
	Key     string `json:"key"`
	Size    int64  `json:"size"`
	ETag    string `json:"eTag,omitempty"`
	Version string `json:"versionId,omitempty"`
	Class   string `json:"storageClass,omitempty"`
	Seq     uint64 `json:"sequencer"`
}

// objectChanged enters an object's change in the journal. Events have the names of S3's notifications.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
func (s *Service) objectChanged(tx *store.Tx, b *bucket, name, key, event string, o *object) {
	c := journal.Change{ARN: s.objectARN(name, key), Type: "s3:object", Account: b.Account, Region: b.Region, Event: event}
	text, err := json.Marshal(objectChange{name, key, o.Size, o.ETag, o.ID, o.Class, o.Seq})
	if err == nil {
		if strings.HasPrefix(event, "ObjectRemoved") {
			c.Before = text
		} else {
			c.After = text
		}
	}
	s.k.Journal.Change(tx, c)
}
