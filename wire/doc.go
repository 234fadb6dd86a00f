// Package wire is the one codec: bytes of every AWS protocol to generated shapes and back.
//
// The gateway routes a request to an operation and hands it over; Decode fills the operation's input,
// Encode writes its output, EncodeError writes an error in the protocol's own form. The protocols are
// json 1.0 and 1.1, rest-json, rest-xml, query, ec2 and smithy-rpc-v2-cbor, and event streams in answers.
//
// Everything is driven by a Plan, built once per Go type from the struct tags that package rt describes.
// Decoders read bytes straight into the struct through member offsets; strings alias the request's body,
// so a body belongs to its request and must not be reused while the input lives.
//
// What comes from outside is bounded here by nesting (maxDepth) and by its own length: no decoder
// allocates by a length that the sender merely states. The gateway bounds the length.
//
// Event streams in requests are not decoded: no served operation has one.
package wire
