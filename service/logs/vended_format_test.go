package logs

import (
	"bytes"
	"compress/gzip"
	"io"
	"testing"

	"unyo/kernel/vend"
)

// Fields in formats with something between them, as logs of other services have them.
func TestVendedText(t *testing.T) {
	for format, want := range map[string]string{
		"plain": "REST.GET.OBJECT\ta\t200\t-\nREST.GET.OBJECT\tb%9c\t200\t-\n",
		"w3c":   "#Version: 1.0\n#Fields: operation key_name http_status requester\nREST.GET.OBJECT\ta\t200\t-\nREST.GET.OBJECT\tb%9c\t200\t-\n",
		"raw":   "REST.GET.OBJECT\ta\t200\t-\nREST.GET.OBJECT\tb\tc\t200\t-\n",
	} {
		p := consignment{to: deliveryDestination{Format: format}, log: &vendedLogs[0]}
		p.flight.As.Fields = []string{"operation", "key_name", "http_status", "requester"}
		for _, key := range []string{"a", "b\tc"} {
			p.records = append(p.records, vend.Record{Fields: map[string]any{"key_name": key, "operation": "REST.GET.OBJECT", "http_status": 200.0, "requester": nil}})
		}
		packed, err := p.file()
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(z)
		if err != nil {
			t.Fatal(err)
		}
		if string(text) != want {
			t.Errorf("%s: %q", format, text)
		}
	}
}
