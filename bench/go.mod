module unyo/bench

go 1.26.8

require github.com/aws/aws-sdk-go-v2 v1.48.0

require github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream v1.7.26

require (
	github.com/aws/smithy-go v1.28.9 // indirect
	github.com/cedar-policy/cedar-go v1.9.1
	github.com/go-json-experiment/json v1.27.2 // indirect
	golang.org/x/exp v0.0.0-20230626212559-97b1e661b5df // indirect
	unyo v0.0.0
)

replace unyo => ..
