package cloudtrail

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"

	api "unyo/api/cloudtrail"
	s3api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/kernel/jobs"
	"unyo/kernel/store"
)

// The names of what is delivered of a query.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-lake-query-results.html
const (
	resultFile = "result_1.csv.gz"
	signFile   = "result_sign.json"
)

// signed is the sign file of a result.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-results-file-validation-sign-file-structure.html
type signed struct {
	Version     string       `json:"version"`
	Region      string       `json:"region"`
	Files       []signedFile `json:"files"`
	Hash        string       `json:"hashAlgorithm"`
	Algorithm   string       `json:"signatureAlgorithm"`
	Completed   string       `json:"queryCompleteTime"`
	Signature   string       `json:"hashSignature"`
	Fingerprint string       `json:"publicKeyFingerprint"`
}

type signedFile struct {
	Sum  string `json:"fileHashValue"`
	Name string `json:"fileName"`
}

// asStore is the context in which an event data store asks others; bucket policies admit CloudTrail for its ARN.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/s3-bucket-policy-lake-query-results.html
func (s *Service) asStore(ctx context.Context, q *lakeQuery) context.Context {
	c := call.From(ctx)
	return call.AsService(ctx, principal, s.storeARN(c.Account, &dataStore{ID: q.Stores[0], Home: c.Region}), c.Account)
}

// checkDelivery reads where a result is to be delivered, and sees whether the bucket would take it.
func (s *Service) checkDelivery(ctx context.Context, q *lakeQuery, uri string) error {
	rest, ok := strings.CutPrefix(uri, "s3://")
	bucket, prefix, _ := strings.Cut(strings.TrimSuffix(rest, "/"), "/")
	switch {
	case !ok || !bucketName.MatchString(bucket):
		return api.NewInvalidS3BucketNameException("Bucket name is not valid: %s", bucket)
	case len(prefix) > maxPrefix || strings.HasPrefix(prefix, "/") || strings.HasSuffix(prefix, "/"):
		return api.NewInvalidS3PrefixException("S3 prefix is not valid: %s", prefix)
	}
	_, err := s.peers.S3.GetBucketAcl(s.asStore(ctx, q), &s3api.GetBucketAclInput{Bucket: &bucket})
	switch code := awserr.Code(err); {
	case code == "NoSuchBucket", code == "AccessDenied" && !s.isBucket(ctx, bucket):
		return api.NewS3BucketDoesNotExistException("S3 bucket %s does not exist!", bucket)
	case code == "AccessDenied":
		return api.NewInsufficientS3BucketPolicyException("Incorrect S3 bucket policy is detected for bucket: %s", bucket)
	case err != nil:
		return err
	}
	q.Bucket, q.Folder, q.Delivery = bucket, prefix, api.DeliveryStatusPending
	return nil
}

// runHand delivers a result: first the rows, then, in a job of its own, the file that signs them.
func (s *Service) runHand(ctx context.Context, a queryArg) error {
	release := s.blobs.Pin()
	defer release()
	var q lakeQuery
	var ok bool
	err := s.k.View(ctx, func(tx *store.Tx) error {
		q, ok = s.queries.Get(tx, a.ID)
		return nil
	})
	if err != nil || !ok || q.Delivery != api.DeliveryStatusPending {
		return err
	}
	if q.Sum == "" {
		sum, err := s.handRows(ctx, &q)
		return s.handed(ctx, a, sum, err, api.DeliveryStatusAccessDenied, api.DeliveryStatusFailed)
	}
	return s.handed(ctx, a, "", s.handSign(ctx, &q), api.DeliveryStatusAccessDeniedSigningFile, api.DeliveryStatusFailedSigningFile)
}

// giveUpHand ends a delivery whose job is not run again.
func (s *Service) giveUpHand(tx *store.Tx, a queryArg, _ string) {
	q, ok := s.queries.Get(tx, a.ID)
	if !ok || q.Delivery != api.DeliveryStatusPending {
		return
	}
	if q.Delivery = api.DeliveryStatusFailed; q.Sum != "" {
		q.Delivery = api.DeliveryStatusFailedSigningFile
	}
	s.queries.Put(tx, a.ID, q)
}

// handed notes how a step of the delivery went. A step that S3 refuses is the last.
func (s *Service) handed(ctx context.Context, a queryArg, sum string, fault error, denied, failed string) error {
	if ctx.Err() != nil { // the process is stopping
		return ctx.Err()
	}
	code := awserr.Code(fault)
	if fault != nil && code == "" { // no answer, but the house's own trouble
		return fault
	}
	return s.k.Update(ctx, func(tx *store.Tx) error {
		jobs.Settle(ctx, tx)
		q, ok := s.queries.Get(tx, a.ID)
		if !ok {
			return nil
		}
		switch {
		case code == "AccessDenied":
			q.Delivery = denied
		case code == "NoSuchBucket":
			q.Delivery = api.DeliveryStatusResourceNotFound
		case fault != nil:
			q.Delivery = failed
		case sum != "":
			q.Sum = sum
			s.hand.AtKey(tx, a.ID, s.k.Clock.Now(), a)
		default:
			q.Delivery = api.DeliveryStatusSuccess
		}
		s.queries.Put(tx, a.ID, q)
		return nil
	})
}

// handRows puts the rows as AWS does: CSV, a line of names, everything in double quotes. The file lies in a blob while it is put.
func (s *Service) handRows(ctx context.Context, q *lakeQuery) (sum string, err error) {
	whole := sha256.New()
	from, to := io.Pipe()
	go func() { _ = to.CloseWithError(s.writeCSV(to, q)) }()
	file, err := s.blobs.Stage(ctx, from, whole)
	_ = from.CloseWithError(err)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, s.blobs.Discard(file)) }()
	text, err := s.blobs.Read(file, 0, -1)
	if err != nil {
		return "", err
	}
	defer text.Close()
	_, err = s.peers.S3.PutObject(s.asStore(ctx, q), &s3api.PutObjectInput{Bucket: &q.Bucket, Key: new(q.Folder + resultFile), Body: text, ContentLength: &file.Size,
		ContentType: new("text/csv"), ContentEncoding: new("gzip"), ACL: new(s3api.ObjectCannedACLBucketOwnerFullControl)})
	return hex.EncodeToString(whole.Sum(nil)), err
}

func (s *Service) writeCSV(to io.Writer, q *lakeQuery) error {
	z := gzip.NewWriter(to)
	out := bufio.NewWriter(z)
	field := func(i int, text string) {
		if i > 0 {
			_ = out.WriteByte(',') // Flush tells
		}
		_, _ = out.WriteString(`"` + strings.ReplaceAll(text, `"`, `""`) + `"`)
	}
	for i, name := range q.Columns {
		field(i, name)
	}
	_ = out.WriteByte('\n')
	err := s.eachLine(q, 0, func(_ []byte, texts []*string) (bool, error) {
		for i, t := range texts {
			if t == nil {
				t = new("")
			}
			field(i, *t)
		}
		return true, out.WriteByte('\n')
	})
	return errors.Join(err, out.Flush(), z.Close())
}

// handSign puts the file that signs the rows: the sums of all files, between blanks, signed with the key of the region.
// https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-results-file-custom-validation.html
func (s *Service) handSign(ctx context.Context, q *lakeQuery) error {
	region := call.From(ctx).Region
	signer, err := s.signerOf(ctx, region, q.Completed)
	if err != nil {
		return err
	}
	x := signed{Version: "1.0", Region: region, Files: []signedFile{{q.Sum, resultFile}}, Hash: hashAlgorithm, Algorithm: signatureAlgorithm,
		Completed: q.Completed.UTC().Format(time.RFC3339), Fingerprint: signer.fingerprint}
	if x.Signature, err = signer.sign(q.Sum); err != nil {
		return err
	}
	text, err := json.Marshal(x)
	if err != nil {
		return err
	}
	_, err = s.peers.S3.PutObject(s.asStore(ctx, q), &s3api.PutObjectInput{Bucket: &q.Bucket, Key: new(q.Folder + signFile), Body: bytes.NewReader(text), ContentLength: new(int64(len(text))),
		ContentType: new("application/json"), ACL: new(s3api.ObjectCannedACLBucketOwnerFullControl)})
	return err
}
