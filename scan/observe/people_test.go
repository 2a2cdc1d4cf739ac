package observe

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"lockscope/lock/proc"
	"lockscope/scan/pool"
)

// A process is described as it is, and again as it was described before.
func TestDescribe(t *testing.T) {
	id, state, err := proc.Host.Find(os.Getpid())
	if err != nil || state != proc.Alive {
		t.Fatal(state, err)
	}
	d := newDescriber(pool.NewCalls[subject](time.Second))
	p := d.describe(id)
	if p.PID != os.Getpid() || p.Ticks != id.Ticks || p.Started.IsZero() {
		t.Errorf("%+v", p)
	}
	if want := strings.Join(os.Args, " "); p.Command != want[:min(len(want), proc.MaxCommand)] {
		t.Errorf("command %q, want %q", p.Command, want)
	}
	if want := fmt.Sprint(os.Geteuid()); p.User == "" || p.User == want && os.Geteuid() == 0 {
		t.Errorf("user %q of number %s", p.User, want)
	}
	if again := d.describe(id); again != p {
		t.Error("asked again")
	}
	d.keep(map[proc.Process]bool{})
	if again := d.describe(id); again == p {
		t.Error("remembered after it was no longer in use")
	}
}
