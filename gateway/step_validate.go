package gateway

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"unyo/api/rt"
	"unyo/base/awserr"
)

// validate holds the input against the constraints of the facts and names every violation at once, in
// AWS's wording: «2 validation errors detected: Value null at 'roleArn' failed to satisfy constraint: Member must not be null; …».
// S3 checks its inputs itself: its errors are of its own making.
func (g *Gateway) validate(ctx context.Context, c *Exchange, next Next) error {
	if c.unread != nil {
		return c.unread
	}
	if c.table.Model.Protocols[0] != rt.RestXML {
		if v := violations(c.table.Model, c.in); len(v) > 0 {
			return invalid(c, v)
		}
	}
	return next(ctx)
}

func invalid(c *Exchange, v []string) error {
	noun := " validation error detected: "
	if len(v) > 1 {
		noun = " validation errors detected: "
	}
	return awserr.New(http.StatusBadRequest, validationCode(c), "%s", strconv.Itoa(len(v))+noun+strings.Join(v, "; "))
}

// validationCode is the code under which the service reports a broken constraint.
func validationCode(c *Exchange) string {
	switch c.table.Model.Service {
	case "logs":
		return "InvalidParameterException"
	case "athena":
		return "InvalidRequestException"
	case "organizations", "glue":
		return "InvalidInputException"
	case "sns":
		return "InvalidParameter"
	case "ec2":
		return "InvalidParameterValue"
	}
	if c.protocol == rt.Query {
		return "ValidationError"
	}
	return "ValidationException"
}
