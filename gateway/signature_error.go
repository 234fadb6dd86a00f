package gateway

import (
	"errors"
	"fmt"
	"net/http"

	"unyo/api/rt"
	"unyo/base/awserr"
	"unyo/base/call"
	"unyo/wire"
)

const mismatch = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."

// wordSignature tells the caller why they were not let in, in the words of the asked service's family.
// https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
func (g *Gateway) wordSignature(c *Exchange, sig *wire.Signature, err error) error {
	if sig == nil {
		sig = &wire.Signature{}
	}
	if c.protocol == rt.RestXML {
		if e := wordS3Signature(sig, err); e != nil {
			return e
		}
		return err
	}
	var scope errScope
	switch {
	case errors.Is(err, wire.ErrUnsigned):
		return g.signatureError(c, "MissingAuthenticationToken", "Request is missing Authentication Token")
	case errors.Is(err, wire.ErrIncomplete):
		return g.signatureError(c, "IncompleteSignature", sig.Detail)
	case errors.Is(err, wire.ErrTwoSignatures):
		return g.signatureError(c, "IncompleteSignature", "The request must be signed once, in its Authorization header or in its query.")
	case errors.Is(err, wire.ErrOldSignature):
		return g.signatureError(c, "IncompleteSignature", "The request must be signed by AWS4-HMAC-SHA256.")
	case errors.Is(err, wire.ErrAlgorithm):
		return g.signatureError(c, "IncompleteSignature", fmt.Sprintf("Unsupported AWS 'algorithm': '%s'", sig.Detail))
	case errors.Is(err, wire.ErrCredentialScope):
		return g.signatureError(c, "IncompleteSignature", fmt.Sprintf("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '%s'", sig.Detail))
	case errors.Is(err, wire.ErrSignatureDate), errors.Is(err, wire.ErrPresignedExpires):
		return g.signatureError(c, "IncompleteSignature", fmt.Sprintf("Date must be in ISO-8601 'basic format'. Got '%s'. See http://en.wikipedia.org/wiki/ISO_8601", sig.Detail))
	case errors.As(err, &scope):
		return g.signatureError(c, "SignatureDoesNotMatch", scope.reason)
	case errors.Is(err, wire.ErrSignatureMismatch):
		return g.signatureError(c, "SignatureDoesNotMatch", mismatch)
	case errors.Is(err, call.ErrUnknownKey), errors.Is(err, call.ErrInactiveKey), errors.Is(err, call.ErrInvalidToken):
		return g.signatureError(c, "InvalidClientTokenId", "The security token included in the request is invalid.")
	case errors.Is(err, call.ErrExpiredToken):
		return g.signatureError(c, "ExpiredToken", "The security token included in the request is expired")
	}
	return err
}

// signatureError puts a code of the query family into the name and status that the protocol's family uses.
func (g *Gateway) signatureError(c *Exchange, code, message string) error {
	status := http.StatusForbidden
	if code == "IncompleteSignature" {
		status = http.StatusBadRequest
	}
	switch c.protocol {
	case rt.JSON, rt.RPCv2, rt.RestJSON:
		switch code {
		case "InvalidClientTokenId":
			code = "UnrecognizedClientException"
		case "SignatureDoesNotMatch":
			code = "InvalidSignatureException"
		default:
			code += "Exception"
		}
		if c.protocol != rt.RestJSON {
			status = http.StatusBadRequest
		}
	case rt.EC2:
		if code == "InvalidClientTokenId" {
			code, status, message = "AuthFailure", http.StatusUnauthorized, "AWS was not able to validate the provided access credentials"
		}
	}
	return awserr.New(status, code, "%s", message)
}

func wordS3Signature(sig *wire.Signature, err error) error {
	bad := func(code, format string, args ...any) *awserr.Generic {
		return awserr.New(http.StatusBadRequest, code, format, args...)
	}
	malformed := "AuthorizationHeaderMalformed"
	if sig.Presigned {
		malformed = "AuthorizationQueryParametersError"
	}
	var scope errScope
	switch {
	case errors.Is(err, wire.ErrTwoSignatures):
		return bad("InvalidArgument", "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified").
			With("ArgumentName", "Authorization")
	case errors.Is(err, wire.ErrOldSignature):
		return bad("InvalidRequest", "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.")
	case errors.Is(err, wire.ErrAlgorithm) && sig.Presigned:
		return bad(malformed, "X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256\"")
	case errors.Is(err, wire.ErrAlgorithm):
		return awserr.New(http.StatusBadRequest, "InvalidArgument", "Unsupported Authorization Type").With("ArgumentName", "Authorization").With("ArgumentValue", sig.Detail)
	case errors.Is(err, wire.ErrIncomplete) && sig.Presigned:
		return bad(malformed, "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.")
	case errors.Is(err, wire.ErrNoDate):
		return awserr.New(http.StatusForbidden, "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header")
	case errors.Is(err, wire.ErrIncomplete):
		return bad(malformed, "The authorization header is malformed; %s", sig.Detail)
	case errors.Is(err, wire.ErrPresignedExpires):
		return bad(malformed, "X-Amz-Expires must be a number between 0 and 604800 seconds")
	case errors.Is(err, wire.ErrCredentialScope):
		return bad(malformed, "The authorization header is malformed; the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".")
	case errors.Is(err, wire.ErrSignatureDate):
		return awserr.New(http.StatusForbidden, "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header")
	case errors.As(err, &scope):
		return bad(malformed, "The authorization header is malformed; %s", scope.reason)
	case errors.Is(err, wire.ErrSignatureMismatch):
		return awserr.New(http.StatusForbidden, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your key and signing method.").
			With("AWSAccessKeyId", sig.AccessKeyID)
	case errors.Is(err, call.ErrUnknownKey), errors.Is(err, call.ErrInactiveKey):
		return awserr.New(http.StatusForbidden, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.").
			With("AWSAccessKeyId", sig.AccessKeyID)
	case errors.Is(err, call.ErrInvalidToken):
		return bad("InvalidToken", "The provided token is malformed or otherwise invalid.")
	case errors.Is(err, call.ErrExpiredToken):
		return bad("ExpiredToken", "The provided token has expired.")
	}
	return nil
}
