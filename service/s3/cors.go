package s3

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/base/awserr"
	"unyo/kernel/store"
)

// Bounds of a CORS configuration.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketCors.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_CORSRule.html (ID)
const (
	maxSharings   = 100
	maxSharing    = 64 << 10 // bytes of the document
	maxSharingID  = 255
	sharedMethods = "GET PUT HEAD POST DELETE"
)

// sharing is a rule of CORS as its bucket's row has it: always shorter than the document, so that what that may hold the row may.
type sharing struct {
	ID      string   `json:"id,omitempty"`
	Origins []string `json:"o"`
	Methods []string `json:"m"`
	Headers []string `json:"h,omitempty"`
	Exposed []string `json:"x,omitempty"`
	MaxAge  *int32   `json:"age,omitempty"`
}

// PutBucketCors replaces the rules by which pages of other sites are let in.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketCors.html
func (s *Service) PutBucketCors(ctx context.Context, in *api.PutBucketCorsInput) (*api.PutBucketCorsOutput, error) {
	if in.CORSConfiguration == nil {
		return nil, s.absentBody(ctx, in.Bucket, in.ExpectedBucketOwner)
	}
	if err := checkSharing(in.CORSConfiguration.CORSRules); err != nil {
		return nil, err
	}
	var rules []sharing
	for _, r := range in.CORSConfiguration.CORSRules {
		rules = append(rules, sharing{rt.Val(r.ID), r.AllowedOrigins, r.AllowedMethods, r.AllowedHeaders, r.ExposeHeaders, r.MaxAgeSeconds})
	}
	return &api.PutBucketCorsOutput{}, s.setSharing(ctx, in.Bucket, in.ExpectedBucketOwner, "PutBucketCors", rules)
}

// DeleteBucketCors removes them.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketCors.html
func (s *Service) DeleteBucketCors(ctx context.Context, in *api.DeleteBucketCorsInput) (*api.DeleteBucketCorsOutput, error) {
	return &api.DeleteBucketCorsOutput{}, s.setSharing(ctx, in.Bucket, in.ExpectedBucketOwner, "DeleteBucketCors", nil)
}

func (s *Service) setSharing(ctx context.Context, name, owner *string, event string, rules []sharing) error {
	return mapError(s.k.Update(ctx, func(tx *store.Tx) error {
		b, err := s.open(tx, name, owner)
		if err != nil {
			return err
		}
		if rules == nil {
			s.sharing.Delete(tx, *name)
		} else {
			s.sharing.Put(tx, *name, rules)
		}
		s.changed(tx, &b, *name, event, &b, &b)
		return nil
	}))
}

// GetBucketCors reads them.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketCors.html
func (s *Service) GetBucketCors(ctx context.Context, in *api.GetBucketCorsInput) (*api.GetBucketCorsOutput, error) {
	out := &api.GetBucketCorsOutput{}
	err := s.k.View(ctx, func(tx *store.Tx) error {
		if _, err := s.open(tx, in.Bucket, in.ExpectedBucketOwner); err != nil {
			return err
		}
		rules, ok := s.sharing.Get(tx, *in.Bucket)
		if !ok {
			return awserr.New(http.StatusNotFound, "NoSuchCORSConfiguration", "The CORS configuration does not exist").With("BucketName", *in.Bucket)
		}
		for _, r := range rules {
			rule := api.CORSRule{AllowedOrigins: r.Origins, AllowedMethods: r.Methods, AllowedHeaders: r.Headers, ExposeHeaders: r.Exposed, MaxAgeSeconds: r.MaxAge}
			if r.ID != "" {
				rule.ID = new(r.ID)
			}
			out.CORSRules = append(out.CORSRules, rule)
		}
		return nil
	})
	return out, err
}

// checkSharing holds rules to AWS's grammar.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html
func checkSharing(rules []api.CORSRule) error {
	if len(rules) == 0 || len(rules) > maxSharings {
		return malformedXML()
	}
	size := 0
	for i := range rules {
		if err := checkSharingRule(&rules[i]); err != nil {
			return err
		}
		size += documentSize(&rules[i])
	}
	if size > maxSharing {
		return awserr.New(http.StatusBadRequest, "MaxMessageLengthExceeded", "Your request was too big.").With("MaxMessageLengthBytes", itoa(maxSharing))
	}
	return nil
}

func checkSharingRule(r *api.CORSRule) error {
	if len(r.AllowedOrigins) == 0 || len(r.AllowedMethods) == 0 {
		return malformedXML()
	}
	if len(rt.Val(r.ID)) > maxSharingID {
		return invalidRequest("The ID of a CORS rule must not be longer than %d characters.", maxSharingID)
	}
	for _, o := range r.AllowedOrigins {
		if strings.Count(o, "*") > 1 {
			return invalidRequest("AllowedOrigin %q can not have more than one wildcard.", o)
		}
	}
	for _, m := range r.AllowedMethods {
		if !slices.Contains(strings.Fields(sharedMethods), m) {
			return invalidRequest("Found unsupported HTTP method in CORS config. Unsupported method is %s", m)
		}
	}
	for _, h := range r.AllowedHeaders {
		if strings.Count(h, "*") > 1 {
			return invalidRequest("AllowedHeader %q can not have more than one wildcard.", h)
		}
		if !fieldName(h) {
			return invalidRequest("AllowedHeader %q contains invalid character.", h)
		}
	}
	for _, h := range r.ExposeHeaders {
		if strings.Contains(h, "*") {
			return invalidRequest("ExposeHeader %q contains wildcard. We currently do not support wildcard for ExposeHeader.", h)
		}
		if !fieldName(h) {
			return invalidRequest("ExposeHeader %q contains invalid character.", h)
		}
	}
	return nil
}

// documentSize is how long a rule is as XML, its characters escaped as its row escapes them.
func documentSize(r *api.CORSRule) int {
	n := len("<CORSRule></CORSRule>") + len(rt.Val(r.ID))
	for _, values := range [][]string{r.AllowedOrigins, r.AllowedMethods, r.AllowedHeaders, r.ExposeHeaders} {
		for _, v := range values {
			n += len("<AllowedOrigin></AllowedOrigin>") + len(jsonOf(&v)) - len(`""`)
		}
	}
	return n
}

// fieldName reports whether a header may have this name.
// https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2
func fieldName(h string) bool {
	return h != "" && !strings.ContainsFunc(h, func(r rune) bool {
		return r <= ' ' || r >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}
