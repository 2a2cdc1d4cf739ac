package print

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"lockscope/ui/golden"

	"lockscope/lock"
	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
	"lockscope/ui/show"
)

var printedAt = time.Date(2026, 11, 22, 16, 6, 0, 0, time.UTC)

func ago(d time.Duration) time.Time { return printedAt.Add(-d) }

func someProcess(pid int, command string, age time.Duration) *report.Process {
	return &report.Process{PID: pid, NSPID: pid, Started: ago(age), Command: command, User: "root"}
}

// inheritedLock is a lock that a child keeps whose parent is gone.
func inheritedLock() *report.Report {
	r := &report.Report{Root: "/srv", Path: "/srv/us/tenant-1180/data", Observed: printedAt}
	r.Verdict.State = report.Orphaned
	r.Since = report.Since{At: ago(2 * time.Hour)}
	r.Verdict.Reasons = r.Verdict.Reasons.With(report.PIDGone).With(report.InheritedFD)
	ev := &r.Evidence
	ev.Lock = lock.LockFile{State: lock.LockHeld, ID: lock.FileID{Ino: 10413990}}
	ev.Pidfile = lock.Pidfile{State: lock.PidfileNamed, PID: 4410, Text: "4410\n",
		ID: lock.FileID{Ino: 10413991, MTime: ago(2 * time.Hour).UnixNano()}}
	ev.Process = lock.ProcessGone
	ev.Source, ev.Device, ev.FS, ev.Locker = report.SourceTable, 254<<8, "ext4", 4410
	p := someProcess(9377, "logrotate /etc/logrotate.conf", 2*time.Hour)
	p.NSPID = 12
	ev.Holders = []report.Holder{{Process: p, FD: 7, Inherited: true, OtherUse: lock.UseNone}}
	return r
}

// reportAt is a directory with nothing known but its state.
func reportAt(path string, state report.State) *report.Report {
	r := &report.Report{Root: "/srv", Path: path, Observed: printedAt}
	r.Verdict.State = state
	r.Evidence.Pidfile.State = lock.PidfileMissing
	return r
}

// assorted reports have something of everything that is hard to print.
func assorted() []*report.Report {
	held := reportAt("/srv/eu/データ", report.Held)
	held.Evidence.Lock.State = lock.LockHeld
	held.Since = report.Since{At: ago(3 * time.Minute), AtLeast: true}
	for i, pid := range []int{100, 101, 101, 102, 103, 104} {
		held.Evidence.Holders = append(held.Evidence.Holders,
			report.Holder{Process: someProcess(pid, "kvd --name \x1b[31mred "+strings.Repeat("x", 100), 3*time.Minute), FD: i})
	}
	held.Evidence.Pidfile.State, held.Evidence.Pidfile.PID = lock.PidfileNamed, 103

	unseen := reportAt("/srv/eu/unseen", report.Unnamed)
	unseen.Evidence.Lock.State = lock.LockHeld
	unseen.Evidence.Pidfile.State = lock.PidfileEmpty

	unguarded := reportAt("/srv/eu/\u202etxt\u0085", report.Unguarded)
	unguarded.Evidence.Process = lock.ProcessAlive
	unguarded.Evidence.Pidfile = lock.Pidfile{State: lock.PidfileNamed, PID: 7750}
	unguarded.Evidence.Owner = someProcess(7750, "kvd", 12*time.Minute)

	checking := reportAt("/srv/checking", report.Mismatch)
	checking.Checking = true

	timedOut := reportAt("/srv/slow", report.Unknown)
	timedOut.Evidence = report.Evidence{Err: errors.New("no answer in 5s")}
	timedOut.Verdict.Reasons = timedOut.Verdict.Reasons.With(report.Timeout)

	return []*report.Report{
		reportAt("/srv", report.Free), held, reportAt("/srv/a\n<b>&\xff\\", report.Stale), unseen, unguarded, checking, timedOut,
		reportAt("/srv/"+strings.Repeat("long/", 20)+"end", report.Free), inheritedLock(),
	}
}

func updateOf(reports ...*report.Report) (u report.Update) {
	for _, r := range reports {
		u.Changes = append(u.Changes, report.Change{Report: r, New: true})
	}
	return u
}

func summaryOf(reports ...*report.Report) report.Summary {
	s := report.Summary{Dirs: len(reports), States: map[report.State]int{}, Duration: 412 * time.Millisecond}
	for _, r := range reports {
		if r.Checking {
			s.Checking++
		} else {
			s.States[r.Verdict.State]++
		}
	}
	return s
}

// printed is what a printer makes of one scan.
func printed(t *testing.T, f Format, opt Options, u report.Update, s report.Summary) string {
	t.Helper()
	var b bytes.Buffer
	p := New(&b, f, opt)
	if err := p.Update(u); err != nil {
		t.Fatal(err)
	}
	if err := p.End(s); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func printOptions() Options {
	return Options{Host: "web-07", Roots: []string{"/srv"}, Started: printedAt.Add(-time.Second)}
}

func TestPrintTable(t *testing.T) {
	all := assorted()
	u, s := updateOf(all...), summaryOf(all...)
	s.Errors = 2
	golden.Check(t, "table", printed(t, Table, printOptions(), u, s))

	t.Run("color", func(t *testing.T) {
		opt := printOptions()
		opt.Color = true
		got := printed(t, Table, opt, updateOf(inheritedLock()), summaryOf(inheritedLock()))
		if !strings.Contains(got, "\n\x1b[31morphaned\x1b[m  us/tenant-1180/data ") {
			t.Errorf("state not in colour, or not aligned:\n%q", got)
		}
	})
	t.Run("two roots", func(t *testing.T) {
		opt := printOptions()
		opt.Roots = []string{"/srv", "/data"}
		got := printed(t, Table, opt, updateOf(inheritedLock()), summaryOf(inheritedLock()))
		if !strings.Contains(got, "  /srv/us/tenant-1180/data  ") || !strings.Contains(got, "1 directory below 2 roots: 1 orphaned; 0.4s") {
			t.Errorf("want absolute paths:\n%s", got)
		}
	})
	t.Run("states", func(t *testing.T) {
		opt := printOptions()
		opt.States = []report.State{report.Stale}
		got := printed(t, Table, opt, u, s)
		if n := strings.Count(got, "\n"); n != 4 || !strings.Contains(got, "1 unguarded") || !strings.HasSuffix(got, "; 1 shown\n") {
			t.Errorf("want one row and all counts:\n%s", got)
		}
	})
	t.Run("nothing", func(t *testing.T) {
		got := printed(t, Table, printOptions(), report.Update{}, report.Summary{})
		if want := "no data directories below /srv; 0.0s\n"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestPrintedIsASCII(t *testing.T) {
	opt := printOptions()
	opt.Roots, opt.ASCII = []string{"/srv", "/é"}[1:], true
	r := reportAt("/é/データ", report.Held)
	r.Root = "/é"
	r.Evidence.Holders = []report.Holder{{Process: someProcess(7, "kvd --name ś", time.Hour)}}
	for f, want := range map[Format]string{Table: `\u30c7\u30fc\u30bf  `, Check: `below /\u00e9`} {
		got := printed(t, f, opt, updateOf(r), summaryOf(r))
		if strings.ContainsFunc(got, func(r rune) bool { return r >= 0x80 }) || !strings.Contains(got, want) {
			t.Errorf("%s: want only ASCII and %q:\n%s", f, want, got)
		}
	}
	for _, f := range []Format{JSON, NDJSON} {
		if got := printed(t, f, opt, updateOf(r), summaryOf(r)); !strings.Contains(got, "/é/データ") {
			t.Errorf("%s is UTF-8 everywhere:\n%s", f, got)
		}
	}
}

// What awaits its second look is in no state yet.
func TestPrintLeavesOutChecking(t *testing.T) {
	for _, s := range reporttest.Troubled {
		s.Checking = true
		r := s.Report()
		for _, f := range []Format{Table, JSON, NDJSON} {
			if got := printed(t, f, printOptions(), updateOf(r), summaryOf(r)); strings.Contains(got, s.Path) {
				t.Errorf("%s: printed as %s:\n%s", s.State, f, got)
			}
		}
	}
}

func TestPrintSinceNotKnown(t *testing.T) {
	got := printed(t, Table, printOptions(), updateOf(reportAt("/srv/a", report.Free)), report.Summary{})
	if row := strings.Split(got, "\n")[1]; !strings.HasSuffix(row, " -") {
		t.Errorf("printed as %q", row)
	}
}

func TestPrintCheck(t *testing.T) {
	healthy := []*report.Report{reportAt("/srv/a", report.Held), reportAt("/srv/b", report.Free)}
	for _, test := range []struct {
		name    string
		summary report.Summary
		errors  int
		states  []report.State
		want    string
	}{
		{"healthy", summaryOf(healthy...), 0, nil, "ok: 2 directories below /srv: 1 held, 1 free; 0.4s\n"},
		{"stale", summaryOf(reportAt("/srv/a", report.Stale)), 0, nil, "attention: 1 directory below /srv: 1 stale; 0.4s\n"},
		{"unread", summaryOf(healthy...), 1, nil, "attention: 2 directories below /srv: 1 held, 1 free; 1 error; 0.4s\n"},
		{"other states", summaryOf(reportAt("/srv/a", report.Stale)), 1, []report.State{report.Split}, "ok: 1 directory below /srv: 1 stale; 1 error; 0.4s\n"},
		{"listed state", summaryOf(reportAt("/srv/a", report.Stale)), 0, []report.State{report.Split, report.Stale}, "attention: 1 directory below /srv: 1 stale; 0.4s\n"},
		{"nothing", report.Summary{}, 0, []report.State{report.Split}, "attention: no data directories below /srv; 0.0s (a disk may not be mounted)\n"},
		{"nothing but a lost host", report.Summary{Lost: 1}, 0, nil, "attention: no data directories below /srv; 1 host lost; 0.0s\n"},
		{"a healthy state listed", summaryOf(healthy...), 0, []report.State{report.Held}, "ok: 2 directories below /srv: 1 held, 1 free; 0.4s\n"},
	} {
		opt := printOptions()
		opt.States = test.states
		test.summary.Errors = test.errors
		if got := printed(t, Check, opt, report.Update{}, test.summary); got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
}

func TestPrinterReportsWriteErrors(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer full.Close()
	for _, f := range []Format{Table, JSON, NDJSON, Check} {
		p := New(full, f, printOptions())
		if err := errors.Join(p.Update(updateOf(inheritedLock())), p.End(summaryOf(inheritedLock()))); err == nil {
			t.Errorf("%s: a full disk went unnoticed", f)
		}
	}
}

func TestProgress(t *testing.T) {
	var b bytes.Buffer
	p := NewProgress(&b)
	p.Clear()
	p.Show(report.Progress{Elapsed: 499 * time.Millisecond})
	if b.Len() > 0 {
		t.Errorf("a short scan wrote %q", &b)
	}
	p.Show(report.Progress{Visited: 88000, Found: 12408, Elapsed: 3 * time.Second})
	p.Show(report.Progress{Visited: 88001, Found: 12408, Elapsed: 3*time.Second + time.Millisecond})
	p.Clear()
	want := "\r\x1b[K\x1b[?7lscanning: 12,408 found in 88,000 directories, 3s\x1b[?7h\r\x1b[K"
	if got := b.String(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// Where holders cannot be seen the table says so, and what tells why: to whoever is not root all may look healthy.
func TestTableSaysWhatIsNotSeen(t *testing.T) {
	hidden, other, seen := reportAt("/srv/a", report.Held), reportAt("/srv/b", report.Held), reportAt("/srv/c", report.Held)
	hidden.Verdict.Reasons = hidden.Verdict.Reasons.With(report.HolderNotVisible)
	other.Verdict.Reasons = hidden.Verdict.Reasons
	for _, test := range []struct {
		reports []*report.Report
		want    string
	}{
		{[]*report.Report{hidden, other, seen}, "; 2 have holders that cannot be seen from here: lockscope --doctor\n"},
		{[]*report.Report{hidden}, "; 1 has holders that cannot be seen from here: lockscope --doctor\n"},
		{[]*report.Report{seen}, "1 held; 1.5s\n"},
	} {
		sum := report.Summary{Dirs: len(test.reports), States: map[report.State]int{report.Held: len(test.reports)}, Duration: 1500 * time.Millisecond}
		if got := printed(t, Table, printOptions(), updateOf(test.reports...), sum); !strings.HasSuffix(got, test.want) {
			t.Errorf("printed\n%s", got)
		}
	}
}

// The table has what matches the filter, in the order and with the columns that are asked for, and says so.
func TestTableArranged(t *testing.T) {
	young, old := reportAt("/srv/a", report.Held), reportAt("/srv/b", report.Held)
	young.Since.At, old.Since.At = ago(time.Minute), ago(time.Hour)
	u := report.Update{}
	for _, r := range []*report.Report{reportAt("/srv/c", report.Stale), old, young} {
		u.Changes = append(u.Changes, report.Change{Report: r, New: true})
	}
	opt := printOptions()
	opt.Roots = []string{"/srv"}
	opt.Sort, opt.Filter = show.ColumnSince, "!stale"
	opt.Hidden = show.Columns(0).Toggle(show.ColumnHolder).Toggle(show.ColumnCommand)
	const young1, old1 = "held   a                -     1m\n", "held   b                -     1h\n"
	const head, foot = "STATE  DIRECTORY  PIDFILE  SINCE\n", "; 2 shown by the filter !stale\n"
	sum := report.Summary{Dirs: 3}
	if got := printed(t, Table, opt, u, sum); !strings.HasPrefix(got, head+young1+old1+"\n") || !strings.HasSuffix(got, foot) {
		t.Errorf("printed\n%s", got)
	}
	opt.Reverse = true
	if got := printed(t, Table, opt, u, sum); !strings.HasPrefix(got, head+old1+young1+"\n") {
		t.Errorf("reversed:\n%s", got)
	}
}
