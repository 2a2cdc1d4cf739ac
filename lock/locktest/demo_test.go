package locktest

import (
	"testing"
)

func BenchmarkDemo(b *testing.B) {
	for b.Loop() {
		w, err := Demo("")
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}
