package s3

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"unyo/base/awserr"
	"unyo/kernel/store"
)

// Preflight answers a browser that asks whether a page may send a request; the gateway asks it, for the question is in no model.
// https://docs.aws.amazon.com/AmazonS3/latest/API/RESTOPTIONSobject.html
func (s *Service) Preflight(ctx context.Context, name string, asked http.Header) (http.Header, error) {
	origin, method, headers := asked.Get("Origin"), asked.Get("Access-Control-Request-Method"), requested(asked)
	if origin == "" {
		return nil, badRequest("Insufficient information. Origin request header needed.")
	}
	if !slices.Contains(strings.Fields(sharedMethods), method) {
		return nil, badRequest("Invalid Access-Control-Request-Method: " + method)
	}
	for _, h := range headers {
		if !fieldName(h) {
			return nil, badRequest("Access-Control-Request-Headers " + strconv.Quote(h) + " contains invalid character.")
		}
	}
	rules, found, err := s.sharingOf(ctx, name)
	switch {
	case err != nil:
		return nil, err
	case !found:
		return nil, noSuchBucket(name)
	case rules == nil:
		return nil, unshared("CORSResponse: CORS is not enabled for this bucket.", method)
	}
	r, ok := letIn(rules, origin, method, headers)
	if !ok {
		return nil, unshared("CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec.", method)
	}
	h := shared(r, origin)
	if len(headers) > 0 {
		h.Set("Access-Control-Allow-Headers", strings.Join(headers, ", "))
	}
	return h, nil
}

// Shared returns the headers that let a page of origin read the answer to its request; none where no rule lets it in,
// for then the browser keeps the answer from it, not S3.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html
func (s *Service) Shared(ctx context.Context, name, method, origin string) (http.Header, error) {
	rules, _, err := s.sharingOf(ctx, name)
	if err != nil {
		return nil, err
	}
	if r, ok := letIn(rules, origin, method, nil); ok {
		return shared(r, origin), nil
	}
	return nil, nil
}

func (s *Service) sharingOf(ctx context.Context, name string) (rules []sharing, found bool, err error) {
	err = s.k.View(ctx, func(tx *store.Tx) error {
		if _, found = s.buckets.Get(tx, name); found {
			rules, _ = s.sharing.Get(tx, name)
		}
		return nil
	})
	return rules, found, err
}

// letIn finds the first rule that admits a request.
func letIn(rules []sharing, origin, method string, headers []string) (*sharing, bool) {
	for i := range rules {
		r := &rules[i]
		if matchesAny(r.Origins, origin) && slices.Contains(r.Methods, method) && allMatch(r.Headers, headers) {
			return r, true
		}
	}
	return nil, false
}

func allMatch(patterns, headers []string) bool {
	for _, h := range headers {
		if !slices.ContainsFunc(patterns, func(p string) bool { return admits(strings.ToLower(p), h) }) {
			return false
		}
	}
	return true
}

func matchesAny(patterns []string, s string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return admits(p, s) })
}

// admits matches a pattern with at most one asterisk.
func admits(pattern, s string) bool {
	before, after, open := strings.Cut(pattern, "*")
	if !open {
		return pattern == s
	}
	return len(s) >= len(before)+len(after) && strings.HasPrefix(s, before) && strings.HasSuffix(s, after)
}

// requested are the names of headers that a preflight asks for, in lower case.
func requested(asked http.Header) (names []string) {
	for h := range strings.SplitSeq(strings.Join(asked.Values("Access-Control-Request-Headers"), ","), ",") {
		if h = strings.ToLower(strings.TrimSpace(h)); h != "" {
			names = append(names, h)
		}
	}
	return names
}

// shared are a rule's headers. An origin let in because all are is answered as all: credentials are of no use to it.
func shared(r *sharing, origin string) http.Header {
	h := http.Header{"Vary": {"Origin, Access-Control-Request-Headers, Access-Control-Request-Method"}}
	if slices.Contains(r.Origins, "*") {
		h.Set("Access-Control-Allow-Origin", "*")
	} else {
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Allow-Credentials", "true")
	}
	h.Set("Access-Control-Allow-Methods", strings.Join(r.Methods, ", "))
	if len(r.Exposed) > 0 {
		h.Set("Access-Control-Expose-Headers", strings.Join(r.Exposed, ", "))
	}
	if r.MaxAge != nil {
		h.Set("Access-Control-Max-Age", strconv.Itoa(int(*r.MaxAge)))
	}
	return h
}

func badRequest(message string) error {
	return awserr.New(http.StatusBadRequest, "BadRequest", "%s", message)
}

func unshared(message, method string) error {
	return awserr.New(http.StatusForbidden, "AccessForbidden", "%s", message).With("Method", method).With("ResourceType", "OBJECT")
}
