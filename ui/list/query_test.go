package list

import (
	"strings"
	"testing"
	"time"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
	"lockscope/ui/show"
)

var testContext = context{base: reporttest.Root, host: "web-07", now: reporttest.Noon}

func words(filter string) query {
	terms, _ := parseTerms(filter, directoryFields)
	return query{terms: terms}
}

func TestFilter(t *testing.T) {
	all := reporttest.Troubled
	for _, test := range []struct {
		filter string
		want   string // tenants, by their numbers
	}{
		{"", "0412 0077 0007 1180 1181 0931 0002 0100 0101 1200 1201 1202"},
		{"shard-11", "1180 1181"},
		{"SHARD-11", "1180 1181"},
		{"logrotate", "1180 1181"},
		{"orphaned", "1180 1181"},
		{"/srv/tenants/us/shard-11/tenant-1180/data", "1180"},
		{"us !logrotate !split", "1200 1201 1202"},
		{"8121", "0412"},
		{"9034", "0412"}, // the second holder
		{"pid:8121", "0412"},
		{"pid:9034,777", "0412 1202"},
		{"pid:812", ""}, // another process
		{"121", "0412"},
		{"state:st", "0100 0101 1200"},
		{"state:stale,split", "0412 0077 0100 0101 1200"},
		{"state:attention !state:stale", "0412 0077 0007 1180 1181 0931 0002 1201"},
		{"state:checking", "1202"},
		{"unnamed", "0002"},  // what is still checked is in no state
		{"cmd:init", "1200"}, // of the process that the pidfile names
		{"cmd:tenant-0931", "0931"},
		{"path:kvd", ""},
		{"path:tenant-00", "0077 0007 0002"},
		{"!", "0412 0077 0007 1180 1181 0931 0002 0100 0101 1200 1201 1202"},
		{"state: pid: !cmd:", "0412 0077 0007 1180 1181 0931 0002 0100 0101 1200 1201 1202"},
		{"1180|1181", "1180 1181"},
		{"tenant-1200|logrotate !1180", "1181 1200"},
		{"!us|eu", ""},
		{"state:split|unguarded", "0412 0077 0007"},
		{"logrotate|", "1180 1181"}, // more is to come
		{"user:root reason:pid-reused", "1200"},
		{"user:postgres", ""},
		{"reason:pid", "0007 1180 1181 0931 0002 0100 0101 1200"},
		{"reason:pidfile-missing,inherited", "1180 1181 0002"},
		{"root:/srv/ten", "0412 0077 0007 1180 1181 0931 0002 0100 0101 1200 1201 1202"},
		{"root:/mnt", ""},
		{"host:web-07 state:split", "0412 0077"},
		{"host:web-08", ""},
		{"age:<5m", "0412 1202"},
		{"AGE:>1d !age:>5d", "0077 0100 0101"},
		{"age:< age:<5", "0412 0077 0007 1180 1181 0931 0002 0100 0101 1200 1201 1202"},
		{"age:>0s state:unknown", ""}, // it was so already at noon
		{"~^us/.*7", "0077"},
		{"~^/srv/.*-118[01]", "1180 1181"},
		{"~TENANT-00.7", "0077 0007"},
		{"path:~kvd", ""},
		{"cmd:~kvd$", "0077 1202"},
		{"!~kvd|init", "1180 1181 0100 0101 1201"},
		{"~", "0412 0077 0007 1180 1181 0931 0002 0100 0101 1200 1201 1202"},
		{"cmd:listen=,:7412", ""},
		{"10.0.0.1:80", ""}, // no field: a word with a colon
		{":74", "0412"},
	} {
		q := words(test.filter)
		var got []string
		for _, s := range all {
			if q.matches(newRow(s), &testContext) {
				_, tenant, _ := strings.Cut(s.Path, "tenant-")
				got = append(got, strings.TrimSuffix(tenant, "/data"))
			}
		}
		if got := strings.Join(got, " "); got != test.want {
			t.Errorf("%q shows %q, want %q", test.filter, got, test.want)
		}
	}
}

// What cannot be meant is said, and asks for nothing.
func TestFilterProblem(t *testing.T) {
	l := newList()
	l.applied(reporttest.Changes(reporttest.Troubled...), nil)
	for _, test := range []struct{ filter, want string }{
		{"state:bogus", "no state bogus: split, unguarded, orphaned, mismatch, unnamed, stale, unknown, checking, held, free, attention, healthy"},
		{"state:split,bogus", "no state bogus: split"},
		{"!other:kvd", "no field other: path, state, pid, cmd, user, root, reason, age, host"},
		{"reason:pid-bogus", "no reason pid-bogus: pid-gone, "},
		{"age:10m", "no age 10m: age:<10m or age:>2h"},
		{"age:<10x", "no age <10x: age:<10m or age:>2h, in s, m, h or d"},
		{"age:<m", "no age <m: "},
		{"pid:kvd", "no PID: kvd"},
		{"pid:-1", "no PID: -1"},
		{"~[", "no regular expression: missing closing ]"},
		{"x:1 state:y", "no field x: "},
	} {
		if problem := l.SetFilter(test.filter); !strings.HasPrefix(problem, test.want) {
			t.Errorf("%q: says %q, want %q", test.filter, problem, test.want)
		}
		if want := len(reporttest.Troubled); l.Matching() != want {
			t.Errorf("%q: %d match, want all %d", test.filter, l.Matching(), want)
		}
	}
}

// What matches by its age changes as time passes.
func TestAgesPass(t *testing.T) {
	l := newList()
	l.applied(reporttest.Changes(reporttest.Troubled...), nil)
	l.SetTime(reporttest.Noon)
	l.SetFilter("age:<5m")
	if got := listed(l); got != "eu/shard-03/tenant-0412/data us/shard-12/tenant-1202/data" {
		t.Errorf("shown are %s", got)
	}
	l.SetTime(reporttest.Noon.Add(3 * time.Minute))
	if got := listed(l); got != "us/shard-12/tenant-1202/data" {
		t.Errorf("three minutes later, shown are %s", got)
	}
}

// A filter that goes on as another began shows what it would show alone.
func TestNarrowing(t *testing.T) {
	for _, typed := range []string{"kvd|init", "!us", "!us|eu", "state:st", "state:split,stale", "pid:8121", "~kvd$", "tenant-1180 x", "us cmd:logr", "reason:pid-g", "age:<10m", "7412,"} {
		l := newList()
		l.SetTime(reporttest.Noon)
		l.applied(reporttest.Changes(reporttest.Troubled...), nil)
		for i := range typed {
			l.SetFilter(typed[:i+1])
		}
		got := listed(l)
		l.ShowAll()
		l.SetFilter(typed)
		if want := listed(l); got != want {
			t.Errorf("%q typed shows %q, at once %q", typed, got, want)
		}
	}
}

func TestFilterSeesWhatIsShown(t *testing.T) {
	r := newRow(reporttest.Dir{Path: "Ärger\x1b[2J/データ", State: report.Free})
	for _, word := range []string{"ärger", "ÄRGER", `\x1b`, "データ"} {
		q := words(word)
		if !q.matches(r, &testContext) {
			t.Errorf("%q does not match %q", word, r.Report.Path)
		}
	}
}

func TestClassFilter(t *testing.T) {
	q := query{classes: show.Problems}
	for _, s := range reporttest.Troubled {
		if r := newRow(s); q.matches(r, &testContext) == r.Report.Checking {
			t.Errorf("problems only: %s %s", r.Class, r.Report.Path)
		}
	}
}

// FuzzFilter checks that no filter fails on any directory, and that ! turns
// the answer of a single word around.
func FuzzFilter(f *testing.F) {
	f.Add("state:stale,split pid:8121", "eu/shard-03/tenant-0412/data", 8121)
	f.Add("!cmd:kvd ! :", "\xff\x1b", 0)
	f.Add("A: 0", "0", 8121) // one of the words asks for nothing
	f.Fuzz(func(t *testing.T, filter, path string, pid int) {
		r := newRow(reporttest.Dir{Path: path, State: report.Held, PID: pid, Holders: []report.Holder{reporttest.Holder(pid, filter, time.Hour)}})
		q := words(filter)
		got := q.matches(r, &testContext)
		if len(q.terms) == 1 && len(strings.Fields(filter)) == 1 && !strings.HasPrefix(strings.TrimSpace(filter), "!") {
			n := words("!" + strings.TrimSpace(filter))
			if n.matches(r, &testContext) == got {
				t.Errorf("%q and !%q answer alike", filter, filter)
			}
		}
	})
}

func TestCompletions(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"state:st", "state:stale"}, {"eu !state:un", "eu !state:unguarded eu !state:unnamed eu !state:unknown"},
		{"state:stale,sp", "state:stale,split"}, {"state:stale|sp", "state:stale|split"}, {"reason:pid-r", "reason:pid-reused"}, {"state:", ""}, {"st", ""}, {"pid:1", ""}, {"state:x", ""},
	} {
		if got := strings.Join(Completions(test.text), " "); got != test.want {
			t.Errorf("%q goes on as %q, want %q", test.text, got, test.want)
		}
	}
}
