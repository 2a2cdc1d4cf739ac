package show

import (
	"os"
	"strings"
	"testing"
	"time"

	"lockscope/lock"
	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
)

func TestMain(m *testing.M) {
	time.Local = time.UTC // times of day are shown as they are here
	os.Exit(m.Run())
}

// fact is the text of the facts with a label.
func fact(r *report.Report, label string) string {
	var texts []string
	for _, f := range Facts(r, reporttest.Noon, " · ") {
		if f.Label == label {
			texts = append(texts, f.Text)
		}
	}
	return strings.Join(texts, "\n")
}

// The time of a file that nobody can have written then is shown, and is no age.
func TestPidfileOfAnotherTime(t *testing.T) {
	started := 10 * time.Second
	for _, test := range []struct {
		written time.Time
		says    string
	}{
		{reporttest.Noon.Add(-started), "7 · written 2026-11-22 16:05:50 · 10s ago"},
		{reporttest.Noon.Add(time.Second), "7 · written 2026-11-22 16:06:01 · 0s ago"},
		{time.Unix(60, 0), "7 · written 1970-01-01 00:01:00 · before its process started"},
		{reporttest.Noon.AddDate(11, 0, 0), "7 · written 2037-11-22 16:06:00 · a time that is yet to come"},
	} {
		d := reporttest.Held("a", 7)
		d.Holders = []report.Holder{reporttest.Holder(7, "kvd", started)}
		d.Process = lock.ProcessAlive
		d.Written = reporttest.Noon.Sub(test.written)
		if got := fact(d.Report(), "pidfile"); got != test.says {
			t.Errorf("%v: says %q, want %q", test.written, got, test.says)
		}
	}
}

// The text of a pidfile is escaped as names are: a blank that is a letter is not printed.
func TestPidfileTextIsEscaped(t *testing.T) {
	r := reporttest.Stale("a").Report()
	r.Evidence.Pidfile.State, r.Evidence.Pidfile.Text = lock.PidfileMalformed, "81\u316421\n"
	if got, want := fact(r, "pidfile"), `names nobody: "81\u316421\n"`; !strings.HasPrefix(got, want) {
		t.Errorf("says %q, want %q", got, want)
	}
}

// A tenant can make any number of holders.
func TestFactsOfManyHolders(t *testing.T) {
	d := reporttest.Held("a", 1)
	for pid := 2; pid < 10*MaxHolders; pid++ {
		d.Holders = append(d.Holders, reporttest.Holder(pid, "kvd", time.Hour))
	}
	facts := Facts(d.Report(), reporttest.Noon, " · ")
	if n := len(facts); n > MaxHolders+5 || facts[n-1].Text != "and more" {
		t.Errorf("%d facts, the last %q", n, facts[n-1].Text)
	}
}

// What is cut of a holder's line is its command, and not that the lock file is no more.
func TestHolderOfDeletedLockFile(t *testing.T) {
	d := reporttest.Held("a", 7)
	d.Holders = []report.Holder{reporttest.Deleted(reporttest.Holder(7, "kvd "+strings.Repeat("x", 300), time.Hour))}
	if got, want := fact(d.Report(), "holder"), "7 · of a deleted lock file · kvd xxx"; !strings.HasPrefix(got, want) {
		t.Errorf("%q, want %q first", got, want)
	}
}

// A host that answers, and looks at nothing, was heard of all the time.
func TestFactsOfLostHosts(t *testing.T) {
	for why, want := range map[report.Reason]string{
		report.HostSilent:  "1m ago · last heard of or first tried at ",
		report.HostStalled: "1m ago · it looked for the last time at ",
	} {
		r := report.Lost{Host: "web-01", Why: why, Since: reporttest.Noon.Add(-time.Minute)}.Report()
		if got := fact(r, "lost"); !strings.HasPrefix(got, want) {
			t.Errorf("%v: %q, want %q", why, got, want)
		}
	}
}

// What is in a pidfile that names nobody is told of this host, where it may be empty. Another host does not send it.
func TestMalformedPidfile(t *testing.T) {
	for _, test := range []struct{ host, text, want string }{
		{"", "x\n", `names nobody: "x\n"`}, {"", "", `names nobody: ""`}, {"web-01", "", "names nobody"},
	} {
		r := &report.Report{Host: test.host, Path: "/srv/a"}
		r.Evidence.Pidfile = lock.Pidfile{State: lock.PidfileMalformed, Text: test.text}
		if got := fact(r, "pidfile"); got != test.want {
			t.Errorf("on %q, with %q: %s, want %s", test.host, test.text, got, test.want)
		}
	}
}
