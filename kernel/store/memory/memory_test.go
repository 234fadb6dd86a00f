package memory_test

import (
	"testing"

	"unyo/kernel/store"
	"unyo/kernel/store/memory"
	"unyo/kernel/store/storetest"
)

func TestContract(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Engine { return memory.New() })
}
