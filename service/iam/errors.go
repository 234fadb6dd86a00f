package iam

import (
	"errors"
	"net/http"
	"strings"

	api "unyo/api/iam"
	"unyo/base/awserr"
	"unyo/engine/policy"
	"unyo/kernel/tags"
)

func noSuch(kind, name string) error {
	return api.NewNoSuchEntityException("The %s with name %s cannot be found.", kind, name)
}

func exists(kind, name string) error {
	return api.NewEntityAlreadyExistsException("%s with name %s already exists.", kind, name)
}

// maxTrust is how many characters, white space not counted, a trust policy may have.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const maxTrust = 2048

// checkDocument parses a document as kind demands and words what is wrong with it.
func checkDocument(kind policy.Kind, text string) error {
	if kind == policy.Trust && len(strings.Join(strings.Fields(text), "")) > maxTrust {
		return api.NewLimitExceededException("Cannot exceed quota for ACLSizePerRole: %d", maxTrust)
	}
	_, err := policy.Parse(kind, "", text)
	var m *policy.MalformedError
	if errors.As(err, &m) {
		return api.NewMalformedPolicyDocumentException("%s", m.Reason)
	}
	return err
}

// mapTags words what kernel/tags refuses.
func mapTags(err error) error {
	switch {
	case errors.Is(err, tags.ErrTooMany):
		return api.NewLimitExceededException("The number of tags has reached the maximum limit.")
	case errors.Is(err, tags.ErrReserved), errors.Is(err, tags.ErrKey), errors.Is(err, tags.ErrValue), errors.Is(err, tags.ErrRepeated):
		return api.NewInvalidInputException("Tag keys and values must be valid and must not begin with aws:.")
	}
	return err
}

func validation(message string) error {
	return awserr.New(http.StatusBadRequest, "ValidationError", "%s", message)
}

func denied(message string) error {
	return awserr.New(http.StatusForbidden, "AccessDenied", "%s", message)
}
