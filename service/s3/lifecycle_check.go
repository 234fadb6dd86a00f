package s3

import (
	"net/http"
	"slices"
	"time"
	"unicode/utf8"

	"unyo/api/rt"
	api "unyo/api/s3"
	"unyo/base/awserr"
)

// What S3 asks of lifecycle rules.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
const (
	maxRules  = 1000
	maxRuleID = 255
	maxNewer  = 100 // noncurrent versions that a rule may keep
	iaDays    = 30  // before an object may move to STANDARD_IA or ONEZONE_IA, and after that before it may move on
)

func ruleArgument(format string, args ...any) error {
	return awserr.New(http.StatusBadRequest, "InvalidArgument", format, args...)
}

// checkRules holds a whole configuration to the rules of rules.
func checkRules(rules []api.LifecycleRule) error {
	if len(rules) == 0 || len(rules) > maxRules {
		return malformedXML()
	}
	seen := map[string]bool{}
	for i := range rules {
		r := &rules[i]
		id := rt.Val(r.ID)
		if utf8.RuneCountInString(id) > maxRuleID {
			return ruleArgument("ID length should not exceed allowed limit of %d", maxRuleID)
		}
		if id != "" && seen[id] {
			return ruleArgument("Rule ID must be unique. Found same ID for more than one rule")
		}
		seen[id] = true
		for _, check := range []func(*api.LifecycleRule) error{checkForm, checkFilter, checkExpiration, checkTransitions, checkNoncurrent} {
			if err := check(r); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkForm asks for a status, a filter in one of its two forms, and something to do.
func checkForm(r *api.LifecycleRule) error {
	if st := rt.Val(r.Status); st != "Enabled" && st != "Disabled" {
		return malformedXML()
	}
	if (r.Filter == nil) == (r.Prefix == nil) {
		return malformedXML()
	}
	if r.Expiration == nil && len(r.Transitions) == 0 && r.NoncurrentVersionExpiration == nil && len(r.NoncurrentVersionTransitions) == 0 && r.AbortIncompleteMultipartUpload == nil {
		return invalidRequest("At least one action needs to be specified in a rule")
	}
	if a := r.AbortIncompleteMultipartUpload; a != nil {
		m := matchOf(r)
		switch {
		case a.DaysAfterInitiation == nil:
			return malformedXML()
		case *a.DaysAfterInitiation < 1:
			return ruleArgument("'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a positive integer")
		case len(m.tags) > 0:
			return invalidRequest("AbortIncompleteMultipartUpload cannot be specified with Tags.")
		case m.sized():
			return invalidRequest("AbortIncompleteMultipartUpload cannot be specified with ObjectSize.")
		}
	}
	return nil
}

// checkFilter asks for one predicate, or several under And.
func checkFilter(r *api.LifecycleRule) error {
	if f := r.Filter; f != nil {
		n := 0
		for _, has := range []bool{f.And != nil, f.Prefix != nil, f.Tag != nil, f.ObjectSizeGreaterThan != nil, f.ObjectSizeLessThan != nil} {
			if has {
				n++
			}
		}
		if n > 1 {
			return malformedXML()
		}
		if a := f.And; a != nil {
			n = len(a.Tags)
			for _, has := range []bool{a.Prefix != nil, a.ObjectSizeGreaterThan != nil, a.ObjectSizeLessThan != nil} {
				if has {
					n++
				}
			}
			if n < 2 {
				return malformedXML()
			}
		}
	}
	m := matchOf(r)
	if len(m.prefix) > maxKey {
		return invalidRequest("The maximum size of a prefix is %d.", maxKey)
	}
	if m.above != nil && *m.above < 0 || m.below != nil && *m.below < 1 {
		return invalidRequest("'ObjectSizeGreaterThan' and 'ObjectSizeLessThan' must not be negative, and the latter not be zero")
	}
	if m.above != nil && m.below != nil && *m.below <= *m.above {
		return invalidRequest("'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'")
	}
	for i, t := range m.tags {
		if slices.ContainsFunc(m.tags[:i], func(u tag) bool { return u.Key == t.Key }) {
			return invalidRequest("Duplicate Tag Keys are not allowed.")
		}
	}
	return checkTags(m.tags, maxObjectTags)
}

func checkExpiration(r *api.LifecycleRule) error {
	e := r.Expiration
	if e == nil {
		return nil
	}
	n := 0
	for _, has := range []bool{e.Days != nil, e.Date != nil, e.ExpiredObjectDeleteMarker != nil} {
		if has {
			n++
		}
	}
	switch {
	case n != 1:
		return malformedXML()
	case e.Days != nil && *e.Days < 1:
		return ruleArgument("'Days' for Expiration action must be a positive integer")
	case e.Date != nil && !midnight(*e.Date):
		return ruleArgument("'Date' must be at midnight GMT")
	case e.ExpiredObjectDeleteMarker != nil && len(matchOf(r).tags) > 0:
		return invalidRequest("ExpiredObjectDeleteMarker cannot be specified with Tags.")
	}
	return nil
}

func midnight(t time.Time) bool { return t.Equal(t.Truncate(day)) }

// checkTransitions asks for classes that follow each other, in days or dates that do so too.
func checkTransitions(r *api.LifecycleRule) error {
	var last *api.Transition
	sorted := slices.Clone(r.Transitions)
	slices.SortStableFunc(sorted, func(a, b api.Transition) int { return warmth(rt.Val(a.StorageClass)) - warmth(rt.Val(b.StorageClass)) })
	for i := range sorted {
		t := &sorted[i]
		class := rt.Val(t.StorageClass)
		switch {
		case warmth(class) < 1, (t.Days == nil) == (t.Date == nil):
			return malformedXML()
		case t.Days != nil && *t.Days < 0:
			return ruleArgument("'Days' in Transition action must be nonnegative")
		case t.Days != nil && infrequent(class) && *t.Days < iaDays:
			return ruleArgument("'Days' in Transition action must be greater than or equal to %d for storageClass '%s'", iaDays, class)
		case t.Date != nil && !midnight(*t.Date):
			return ruleArgument("'Date' must be at midnight GMT")
		}
		if last != nil {
			if err := follows(last, t); err != nil {
				return err
			}
		}
		last = t
	}
	if last == nil || r.Expiration == nil || r.Expiration.ExpiredObjectDeleteMarker != nil {
		return nil
	}
	if (last.Days != nil) != (r.Expiration.Days != nil) {
		return mixedDates()
	}
	for _, t := range r.Transitions {
		if t.Days != nil && *r.Expiration.Days <= *t.Days {
			return ruleArgument("'Days' in the Expiration action for filter '(prefix=%s)' must be greater than 'Days' in the Transition action", matchOf(r).prefix)
		}
		if t.Date != nil && !r.Expiration.Date.After(*t.Date) {
			return ruleArgument("'Date' in the Expiration action for filter '(prefix=%s)' must be later than 'Date' in the Transition action", matchOf(r).prefix)
		}
	}
	return nil
}

func mixedDates() error {
	return invalidRequest("Found mixed 'Date' and 'Days' based Expiration and Transition actions in lifecycle rule")
}

// follows asks of a colder class that an object comes to it later.
func follows(last, t *api.Transition) error {
	from, to := *last.StorageClass, *t.StorageClass
	switch {
	case from == to:
		return invalidRequest("'StorageClass' must be different for 'Transition' actions in same 'Rule'")
	case (last.Days != nil) != (t.Days != nil):
		return mixedDates()
	case t.Date != nil && !t.Date.After(*last.Date):
		return ruleArgument("'Date' in the Transition action for StorageClass '%s' must be later than 'Date' in the Transition action for StorageClass '%s'", to, from)
	case t.Days != nil && infrequent(from) && *t.Days < *last.Days+iaDays:
		return ruleArgument("'Days' in the Transition action for StorageClass '%s' must be %d days more than 'Days' in the Transition action for StorageClass '%s'", to, iaDays, from)
	case t.Days != nil && *t.Days <= *last.Days:
		return ruleArgument("'Days' in the Transition action for StorageClass '%s' must be greater than 'Days' in the Transition action for StorageClass '%s'", to, from)
	}
	return nil
}

// checkNoncurrent judges what a rule does with versions that have been replaced.
func checkNoncurrent(r *api.LifecycleRule) error {
	newer := func(n *int32) error {
		if n != nil && (*n < 1 || *n > maxNewer) {
			return ruleArgument("'NewerNoncurrentVersions' must be an integer between 1 and %d", maxNewer)
		}
		if n != nil && r.Filter == nil {
			return invalidRequest("'NewerNoncurrentVersions' requires a 'Filter' element")
		}
		return nil
	}
	seen := map[string]bool{}
	most := int32(-1)
	for _, t := range r.NoncurrentVersionTransitions {
		class := rt.Val(t.StorageClass)
		switch {
		case warmth(class) < 1 || t.NoncurrentDays == nil:
			return malformedXML()
		case *t.NoncurrentDays < 0:
			return ruleArgument("'NoncurrentDays' in NoncurrentVersionTransition action must be nonnegative")
		case infrequent(class) && *t.NoncurrentDays < iaDays:
			return ruleArgument("'NoncurrentDays' in NoncurrentVersionTransition action must be greater than or equal to %d for storageClass '%s'", iaDays, class)
		case seen[class]:
			return invalidRequest("'StorageClass' must be different for 'NoncurrentVersionTransition' actions in same 'Rule'")
		}
		if err := newer(t.NewerNoncurrentVersions); err != nil {
			return err
		}
		seen[class], most = true, max(most, *t.NoncurrentDays)
	}
	e := r.NoncurrentVersionExpiration
	switch {
	case e == nil:
		return nil
	case e.NoncurrentDays == nil:
		return malformedXML()
	case *e.NoncurrentDays < 1:
		return ruleArgument("'NoncurrentDays' for NoncurrentVersionExpiration action must be a positive integer")
	case *e.NoncurrentDays <= most:
		return ruleArgument("'NoncurrentDays' in the NoncurrentVersionExpiration action for filter '(prefix=%s)' must be greater than 'NoncurrentDays' in the NoncurrentVersionTransition action", matchOf(r).prefix)
	}
	return newer(e.NewerNoncurrentVersions)
}
