package print

import (
	"strings"
	"testing"
	"time"

	"lockscope/scan/report"
)

// Where several hosts are watched, each line has its host, and one that was lost is first.
func TestPrintFleet(t *testing.T) {
	stale, unknown := reportAt("/srv/a", report.Stale), reportAt("/srv/a", report.Unknown)
	stale.Host, unknown.Host = "web-01", "web-02\x1b"
	lost := report.Lost{Host: "db", Why: report.HostSilent, Since: printedAt.Add(-time.Minute)}.Report()
	s := summaryOf(stale, unknown)
	s.Hosts, s.Lost = 3, 1
	opt := Options{Host: "bastion", Hosts: []string{"web-01", "web-02\x1b", "db"}, Started: printedAt}
	u := updateOf(unknown, lost, stale)
	for f, want := range map[Format][]string{
		Table: {"STATE    HOST        DIRECTORY", "\nlost     db          (says nothing any more) ", "\nstale    web-01      /srv/a", "\nunknown  web-02\\x1b  /srv/a", "2 directories on 3 hosts: 1 stale, 1 unknown; 1 host lost; "},
		Check: {"attention: 2 directories on 3 hosts: 1 stale, 1 unknown; 1 host lost; 0.4s\n"},
		JSON: {`,"roots":[],"hosts":["web-01","web-02\u001b","db"],`, `"hosts":3,"hosts_lost":1}`, `{"type":"dir","host":"web-01","path":"/srv/a",`,
			`"errors":[` + "\n" + `{"type":"host","host":"db","connected":false,"state":"unknown","reasons":["host-silent"],`},
		NDJSON: {`{"type":"host","host":"db","connected":false,`, `{"type":"dir","host":"web-01","path":"/srv/a",`},
	} {
		got := printed(t, f, opt, u, s)
		for _, text := range want {
			if !strings.Contains(got, text) {
				t.Errorf("%s: no %q in\n%s", f, text, got)
			}
		}
	}
	if s := (report.Summary{Dirs: 1, States: map[report.State]int{report.Free: 1}, Hosts: 2, Lost: 1}); !NeedsAttention(s, opt) {
		t.Error("a lost host needs no attention")
	}
}

// Two hosts have directories of the same path: what happens to one is not told of the other.
func TestNDJSONOfHosts(t *testing.T) {
	var b strings.Builder
	p := NewWatch(&b, Options{Hosts: []string{"a", "b"}, States: []report.State{report.Stale}})
	on := func(host string, state report.State) *report.Report {
		r := reportAt("/srv/x", state)
		r.Host = host
		return r
	}
	for _, step := range []struct {
		u    report.Update
		want string
	}{
		{updateOf(on("a", report.Stale)), `{"type":"dir","host":"a",`},
		{updateOf(on("b", report.Free)), ""},
		{report.Update{Gone: []string{"b:/srv/x"}}, ""},
		{updateOf(on("a", report.Free)), `{"type":"change","host":"a",`},
		{updateOf(report.Lost{Host: "a", Why: report.HostEnded}.Report()), `{"type":"host","host":"a","connected":false,`},
		{report.Update{Gone: []string{"a"}}, `{"type":"host","host":"a","connected":true}`},
	} {
		b.Reset()
		if err := p.Update(step.u); err != nil || !strings.HasPrefix(b.String(), step.want) || (step.want == "") != (b.Len() == 0) {
			t.Errorf("%v, %q, want %q", err, b.String(), step.want)
		}
	}
}
