package remote

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// asked notes what it is asked for.
type asked []string

func (a *asked) Observe(keys ...string)      { *a = append(*a, fmt.Sprintf("observe %q", keys)) }
func (a *asked) Walk()                       { *a = append(*a, "walk") }
func (a *asked) SetInterval(d time.Duration) { *a = append(*a, d.String()) }

func TestServe(t *testing.T) {
	half := 0.5
	var text strings.Builder
	for _, q := range []request{
		{All: true}, {Walk: true}, {Interval: &half}, {Observe: [][]byte{[]byte("/a\xff\n"), []byte("/b")}},
		{Observe: [][]byte{make([]byte, 1<<20)}}, // too long: then all
	} {
		text.Write(q.line())
	}
	text.WriteString("no JSON\n{\"interval\":-1}\n{\"interval\":1e300}\n{}\n{\"walk\":true}\n")
	var got asked
	if err := Serve(strings.NewReader(text.String()), &got); err != nil {
		t.Error(err)
	}
	want := `[observe [] walk 500ms observe ["/a\xff\n" "/b"] observe [] walk]`
	if s := fmt.Sprint(got); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
	if Serve(strings.NewReader(strings.Repeat("x", 1<<21)), &got) == nil {
		t.Error("a line may be of any length")
	}
}

func FuzzServe(f *testing.F) {
	f.Add([]byte(`{"observe":["L2E="],"interval":2,"walk":true,"all":true}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var got asked
		Serve(strings.NewReader(string(text)), &got)
	})
}
