// Package saml checks what SAML 2.0 identity providers vouch for: responses whose one assertion they have signed, with a
// certificate of their metadata.
//
// Against signatures that cover something else than what is read: the response or its assertion must bear the signature itself,
// there is one assertion in the document and no id twice, and all that is told comes from the bytes that were verified. SHA-1,
// transforms that keep comments, document types and encrypted assertions are refused. Times are the caller's to check.
package saml
