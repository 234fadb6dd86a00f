package organizations

import (
	"errors"

	api "unyo/api/organizations"
	"unyo/base/awserr"
	"unyo/kernel/tags"
)

// constraint is a ConstraintViolationException, which says in a member of its own what was violated.
// https://docs.aws.amazon.com/organizations/latest/APIReference/API_CreateAccount.html#API_CreateAccount_Errors
func constraint(reason, format string, args ...any) error {
	e := api.NewConstraintViolationException(format, args...)
	e.Reason = &reason
	return e
}

// invalid is an InvalidInputException with its reason.
func invalid(reason, format string, args ...any) error {
	e := api.NewInvalidInputException(format, args...)
	e.Reason = &reason
	return e
}

// handshakeConstraint is a HandshakeConstraintViolationException with its reason.
func handshakeConstraint(reason, format string, args ...any) error {
	e := api.NewHandshakeConstraintViolationException(format, args...)
	e.Reason = &reason
	return e
}

// unsupported refuses what has no behaviour here.
func unsupported(what string) error {
	return awserr.New(501, "NotImplemented", "organizations: %s is not implemented.", what)
}

// denied is what AWS says to accounts that are neither the management account nor a delegated administrator.
func denied() error {
	return api.NewAccessDeniedException("You don't have permissions to access this resource.")
}

func notInUse() error {
	return api.NewAWSOrganizationsNotInUseException("Your account is not a member of an organization.")
}

func noAccount() error {
	return api.NewAccountNotFoundException("You specified an account that doesn't exist.")
}

func noPolicy() error {
	return api.NewPolicyNotFoundException("You specified a policy that doesn't exist.")
}

func noUnit() error {
	return api.NewOrganizationalUnitNotFoundException("You specified an organizational unit that doesn't exist.")
}

func noParent() error {
	return api.NewParentNotFoundException("You specified parent that doesn't exist.")
}

func noTarget() error {
	return api.NewTargetNotFoundException("You specified a target that doesn't exist.")
}

func noRoot() error { return api.NewRootNotFoundException("You specified a root that doesn't exist.") }

// wordTags words what kernel/tags refuses.
func wordTags(err error) error {
	switch {
	case errors.Is(err, tags.ErrTooMany):
		return constraint(api.ConstraintViolationExceptionReasonMaxTagLimitExceeded, "You have exceeded the maximum number of tags for this resource.")
	case errors.Is(err, tags.ErrReserved):
		return invalid(api.InvalidInputExceptionReasonInvalidSystemTagsParameter, "You specified a tag key that is a system tag. You can't add, edit, or delete system tag keys.")
	case errors.Is(err, tags.ErrRepeated):
		return invalid(api.InvalidInputExceptionReasonDuplicateTagKey, "Tag keys must be unique among the tags attached to the same entity.")
	case errors.Is(err, tags.ErrKey), errors.Is(err, tags.ErrValue):
		return invalid(api.InvalidInputExceptionReasonInvalidPattern, "%v", err)
	}
	return err
}
