package list

import (
	"strings"
	"testing"
	"time"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
	"lockscope/ui/show"
)

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
		{"pid:812", "0412"},
		{"pid:121", ""}, // a PID begins with it
		{"121", "0412"},
		{"state:st", "0100 0101 1200"},
		{"state:stale,split", "0412 0077 0100 0101 1200"},
		{"state:attention !state:stale", "0412 0077 0007 1180 1181 0931 0002 1201"},
		{"state:checking", "1202"},
		{"unnamed", "0002"}, // what is still checked is in no state
		{"state:nonsense", ""},
		{"cmd:init", "1200"}, // of the process that the pidfile names
		{"cmd:tenant-0931", "0931"},
		{"path:kvd", ""},
		{"path:tenant-00", "0077 0007 0002"},
		{"!", "0412 0077 0007 1180 1181 0931 0002 0100 0101 1200 1201 1202"},
		{"state: pid: !cmd:", "0412 0077 0007 1180 1181 0931 0002 0100 0101 1200 1201 1202"},
		{"other:kvd", ""}, // no field: a word with a colon
		{":74", "0412"},
	} {
		q := query{terms: parseTerms(test.filter, false)}
		var got []string
		for _, s := range all {
			if q.matches(newRow(s)) {
				_, tenant, _ := strings.Cut(s.Path, "tenant-")
				got = append(got, strings.TrimSuffix(tenant, "/data"))
			}
		}
		if got := strings.Join(got, " "); got != test.want {
			t.Errorf("%q shows %q, want %q", test.filter, got, test.want)
		}
	}
}

func TestFilterSeesWhatIsShown(t *testing.T) {
	r := newRow(reporttest.Dir{Path: "Ärger\x1b[2J/データ", State: report.Free})
	for _, word := range []string{"ärger", "ÄRGER", `\x1b`, "データ"} {
		q := query{terms: parseTerms(word, false)}
		if !q.matches(r) {
			t.Errorf("%q does not match %q", word, r.Report.Path)
		}
	}
}

func TestClassFilter(t *testing.T) {
	q := query{classes: show.Problems}
	for _, s := range reporttest.Troubled {
		if r := newRow(s); q.matches(r) == r.Report.Checking {
			t.Errorf("problems only: %s %s", r.Class, r.Report.Path)
		}
	}
}

// FuzzFilter checks that no filter fails on any directory, and that ! turns
// the answer of a single word around.
func FuzzFilter(f *testing.F) {
	f.Add("state:stale,split pid:8121", "eu/shard-03/tenant-0412/data", 8121)
	f.Add("!cmd:kvd ! :", "\xff\x1b", 0)
	f.Fuzz(func(t *testing.T, filter, path string, pid int) {
		r := newRow(reporttest.Dir{Path: path, State: report.Held, PID: pid, Holders: []report.Holder{reporttest.Holder(pid, filter, time.Hour)}})
		q := query{terms: parseTerms(filter, false)}
		got := q.matches(r)
		if len(q.terms) == 1 && !strings.HasPrefix(strings.TrimSpace(filter), "!") {
			n := query{terms: parseTerms("!"+strings.TrimSpace(filter), false)}
			if n.matches(r) == got {
				t.Errorf("%q and !%q answer alike", filter, filter)
			}
		}
	})
}

func TestCompletions(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{"state:st", "state:stale"}, {"eu !state:un", "eu !state:unguarded eu !state:unnamed eu !state:unknown"},
		{"state:stale,sp", "state:stale,split"}, {"state:", ""}, {"st", ""}, {"pid:1", ""}, {"state:x", ""},
	} {
		if got := strings.Join(Completions(test.text), " "); got != test.want {
			t.Errorf("%q goes on as %q, want %q", test.text, got, test.want)
		}
	}
}
