package call

import "errors"

// Credential is what an access key id stands for.
type Credential struct {
	Secret    string
	Principal Principal
}

// Reasons for which an access key is not accepted. The gateway words them as the asked service does.
var (
	ErrUnknownKey   = errors.New("no such access key")
	ErrInactiveKey  = errors.New("access key is inactive")
	ErrInvalidToken = errors.New("session token is invalid")
	ErrExpiredToken = errors.New("session token has expired")
)
