package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"testing"
)

func FuzzEscapeJSON(f *testing.F) {
	f.Add("a\x7f\u0085\u202e\U000e0001\U0001f600\\u202e\"\x00")
	f.Add("\\\u2028")
	f.Fuzz(func(t *testing.T, s string) {
		plain, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		escaped := EscapeJSON(plain)
		if i := bytes.IndexFunc(escaped, notPrintable); i >= 0 {
			t.Fatalf("%q: not printable at %d: %q", s, i, escaped)
		}
		var want, got string
		if err := errors.Join(json.Unmarshal(plain, &want), json.Unmarshal(escaped, &got)); err != nil || got != want {
			t.Fatalf("%q: became %q, want %q (%v)", s, got, want, err)
		}
	})
}
