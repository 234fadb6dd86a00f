package logstore_test

import (
	"testing"

	"unyo/engine/logstore"
	"unyo/engine/logstore/logstoretest"
)

func TestContract(t *testing.T) {
	logstoretest.Run(t, logstoretest.Subject{Open: func(_ *testing.T, fs logstore.FS, logBytes int64) logstore.Engine {
		return logstore.Open(logstoretest.Dir, logstore.Options{FS: fs, LogBytes: logBytes})
	}})
}
