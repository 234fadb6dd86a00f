module unyo/test/wire

go 1.26.8

require (
	github.com/aws/smithy-go v1.28.8
	unyo v0.0.0
)

replace unyo => ../..
