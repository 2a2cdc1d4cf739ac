package print

import (
	"fmt"
	"net/http/httptest"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"lockscope/scan/hosttest"
	"lockscope/scan/report"
)

// served returns what a server of the metrics answers to whoever accepts such a type.
func served(t *testing.T, m *Metrics, accept string) (text, contentType string) {
	t.Helper()
	request := httptest.NewRequest("GET", "/metrics", nil)
	request.Header.Set("Accept", accept)
	answer := httptest.NewRecorder()
	m.Handler(1, time.Minute).ServeHTTP(answer, request)
	if text = answer.Body.String(); answer.Code != 200 || !utf8.ValidString(text) {
		t.Fatalf("status %d, %q", answer.Code, text)
	}
	return text, answer.Header().Get("Content-Type")
}

// samplesOf are the samples of a text, by series.
func samplesOf(text string) map[string]string {
	samples := map[string]string{}
	for line := range strings.Lines(text) {
		if at := strings.LastIndexByte(line, ' '); line[0] != '#' {
			samples[line[:at]] = strings.TrimSpace(line[at:])
		}
	}
	return samples
}

// scrape returns the samples that a server of the metrics answers, by series, and tests that promtool accepts them
// where it is installed.
func scrape(t *testing.T, m *Metrics) map[string]string {
	t.Helper()
	text, _ := served(t, m, "")
	samples := samplesOf(text)
	if _, err := exec.LookPath("promtool"); err == nil {
		check := exec.Command("promtool", "check", "metrics")
		check.Stdin = strings.NewReader(text)
		if out, err := check.CombinedOutput(); err != nil {
			t.Errorf("promtool check metrics: %v: %s", err, out)
		}
	}
	return samples
}

func expectSamples(t *testing.T, got map[string]string, want map[string]string) {
	t.Helper()
	for series, value := range want {
		if got[series] != value {
			t.Errorf("%s is %q, want %q", series, got[series], value)
		}
	}
}

// directories is the name of the series of a state below a root on web-07.
func directories(state report.State, root string) string {
	return fmt.Sprintf(`lockscope_directories{host="web-07",root="%s",state="%s"}`, root, state)
}

func metricsOptions() Options { return Options{Host: "web-07", Roots: []string{"/srv", "/data"}} }

func changes(rs ...*report.Report) (u report.Update) {
	for _, r := range rs {
		u.Changes = append(u.Changes, report.Change{Report: r})
	}
	return u
}

// Each directory counts once, in the state that it has now.
func TestMetricsDirectories(t *testing.T) {
	m := NewMetrics(metricsOptions(), true)
	m.Update(changes(reportAt("/srv/a", report.Held), reportAt("/srv/b", report.Held), reportAt("/srv/c", report.Stale)))
	if got := scrape(t, m); len(got) == 0 || got[directories(report.Held, "/srv")] != "" || got["lockscope_last_look_timestamp_seconds"] != "" {
		t.Errorf("before the end of the first pass: %v", got)
	}
	m.Update(report.Update{Summary: &report.Summary{Errors: 3, Watched: &report.Watched{
		Dirs: 2, Polled: map[report.PolledBecause]int{report.PolledRemote: 1},
	}}})
	got := scrape(t, m)
	expectSamples(t, got, map[string]string{
		directories(report.Held, "/srv"): "2", directories(report.Stale, "/srv"): "1", "lockscope_errors": "3",
		`lockscope_watched_directories{how="events"}`:        "2",
		`lockscope_watched_directories{how="polled-remote"}`: "1",
	})
	for _, root := range []string{"/srv", "/data"} { // also the states that no directory has
		for _, state := range report.States {
			if got[directories(state, root)] == "" {
				t.Errorf("there is no %s", directories(state, root))
			}
		}
	}
	checking := reportAt("/srv/b", report.Mismatch)
	checking.Checking = true
	again := changes(reportAt("/srv/a", report.Split), checking)
	again.Gone = []string{"/srv/c", "/srv/never"}
	m.Update(again)
	expectSamples(t, scrape(t, m), map[string]string{
		directories(report.Held, "/srv"): "1", directories(report.Stale, "/srv"): "0", directories(report.Split, "/srv"): "1",
		directories(report.Mismatch, "/srv"): "0",
	})
}

// Only the states that are asked for are there.
func TestMetricsStates(t *testing.T) {
	opt := metricsOptions()
	opt.States = []report.State{report.Stale}
	m := NewMetrics(opt, false)
	m.Update(report.Update{Summary: &report.Summary{}})
	got := scrape(t, m)
	expectSamples(t, got, map[string]string{directories(report.Stale, "/srv"): "0", directories(report.Held, "/srv"): ""})
	if _, counts := got[`lockscope_breaks_total{outcome="removed"}`]; counts {
		t.Error("a single scan counts breaks")
	}
}

// Who asks for OpenMetrics gets that, of the same names and values; who does not gets what everybody reads.
func TestMetricsOpenMetrics(t *testing.T) {
	m := NewMetrics(metricsOptions(), true)
	u := changes(reportAt("/srv/a\"\n", report.Held), reportAt("/srv/c", report.Stale))
	u.Handoffs, u.Summary = []report.Handoff{{Path: "/srv/a", Gap: time.Second}}, &report.Summary{}
	m.Update(u)
	plain, is := served(t, m, "text/plain")
	if !strings.HasPrefix(is, "text/plain; version=0.0.4") {
		t.Errorf("it is %q", is)
	}
	open, is := served(t, m, "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5")
	if !strings.HasPrefix(is, "application/openmetrics-text; version=1.0.0") || !strings.HasSuffix(open, "\n# EOF\n") {
		t.Errorf("it is %q, and ends %q", is, open[max(len(open)-20, 0):])
	}
	whole := regexp.MustCompile(`(le="\d+)"`) // a bound is a float there
	want, got := samplesOf(whole.ReplaceAllString(plain, `${1}.0"`)), samplesOf(open)
	for series, value := range want {
		w, err := strconv.ParseFloat(value, 64)
		g, err2 := strconv.ParseFloat(got[series], 64)
		if err != nil || err2 != nil || w != g {
			t.Errorf("%s is %q, want %q", series, got[series], value)
		}
	}
	if len(got) != len(want) || len(want) < 40 {
		t.Errorf("%d series, want %d", len(got), len(want))
	}
}

func TestMetricsHandoffs(t *testing.T) {
	m := NewMetrics(metricsOptions(), true)
	total := func(outcome string) string {
		return `lockscope_handoffs_total{host="web-07",outcome="` + outcome + `"}`
	}
	bucket := func(le string) string {
		return `lockscope_handoff_gap_seconds_bucket{host="web-07",le="` + le + `"}`
	}
	expectSamples(t, scrape(t, m), map[string]string{
		total("completed"): "0", total("rolled_back"): "0", bucket("+Inf"): "0",
		`lockscope_breaks_total{outcome="removed"}`: "0",
		`lockscope_breaks_total{outcome="refused"}`: "0", `lockscope_breaks_total{outcome="failed"}`: "0",
	})
	m.Update(report.Update{Handoffs: []report.Handoff{
		{Path: "/srv/a", Gap: 38 * time.Millisecond},
		{Path: "/srv/a", Gap: 2 * time.Millisecond, AtMost: true}, // it may have been shorter
		{Path: "/srv/a", Gap: time.Minute, RolledBack: true},
		{Path: "/srv/a", Host: "web-08", Gap: time.Second},
	}})
	m.Broken(report.Removed)
	expectSamples(t, scrape(t, m), map[string]string{
		total("completed"): "2", total("rolled_back"): "1",
		bucket("0.001"): "0", bucket("0.0025"): "1", bucket("0.05"): "2", bucket("+Inf"): "2",
		`lockscope_handoff_gap_seconds_sum{host="web-07"}`:            "0.04",
		`lockscope_handoffs_total{host="web-08",outcome="completed"}`: "1",
		`lockscope_breaks_total{outcome="removed"}`:                   "1",
	})
}

// What comes from outside is escaped twice: by us, as everywhere, and by the format.
func TestMetricsHostile(t *testing.T) {
	opt := metricsOptions()
	opt.Host, opt.Roots, opt.ProblemMetrics = "web\x1b[31m", []string{"/srv/\xff\"\n"}, 10
	m := NewMetrics(opt, false)
	r := reportAt("/srv/\xff\"\n/\u202ea", report.Stale)
	r.Root = opt.Roots[0]
	u := changes(r)
	u.Summary = &report.Summary{}
	m.Update(u)
	const labels = `host="web\\x1b[31m",root="/srv/\\xff\"\\n",state="stale"}`
	expectSamples(t, scrape(t, m), map[string]string{
		`lockscope_directories{` + labels: "1",
		`lockscope_directory_problem{host="web\\x1b[31m",path="/srv/\\xff\"\\n/\\u202ea",root="/srv/\\xff\"\\n",state="stale"}`: "1",
	})
}

// As many directories in trouble as are asked for have a series each, the worst first.
func TestMetricsProblems(t *testing.T) {
	opt := metricsOptions()
	opt.ProblemMetrics = 2
	m := NewMetrics(opt, false)
	u := changes(reportAt("/srv/a", report.Unknown), reportAt("/srv/b", report.Stale), reportAt("/srv/c", report.Split),
		reportAt("/srv/d", report.Held), reportAt("/srv/e", report.Stale))
	u.Summary = &report.Summary{}
	m.Update(u)
	problem := func(path string, state report.State) string {
		return fmt.Sprintf(`lockscope_directory_problem{host="web-07",path="%s",root="/srv",state="%s"}`, path, state)
	}
	expectSamples(t, scrape(t, m), map[string]string{
		problem("/srv/c", report.Split): "1", problem("/srv/b", report.Stale): "1", problem("/srv/e", report.Stale): "",
		problem("/srv/d", report.Held): "", problem("/srv/a", report.Unknown): "",
		"lockscope_directory_problems_left_out": "2",
	})
}

// Another host cannot fill the memory with roots, and takes no room of others.
func TestMetricsManyRoots(t *testing.T) {
	opt := metricsOptions()
	opt.Hosts, opt.Roots = []string{"web-08", "web-09"}, nil
	m := NewMetrics(opt, false)
	u := report.Update{Summary: &report.Summary{}}
	for i := range maxPlaces + 100 {
		r := reportAt(fmt.Sprintf("/srv/%d", i), report.Free)
		r.Host, r.Root = "web-08", r.Path
		u.Changes = append(u.Changes, report.Change{Report: r})
	}
	honest := reportAt("/data/a", report.Free)
	honest.Host, honest.Root = "web-09", "/data"
	u.Changes = append(u.Changes, report.Change{Report: honest})
	m.Update(u)
	got := scrape(t, m)
	if len(got) > (maxPlaces/2+2)*len(report.States)+10 {
		t.Errorf("there are %d series", len(got))
	}
	expectSamples(t, got, map[string]string{
		`lockscope_directories{host="web-08",root="(more)",state="free"}`: "1100",
		`lockscope_directories{host="web-09",root="/data",state="free"}`:  "1",
	})
}

// Nor with long ones; and no label is endless.
func TestMetricsLongLabels(t *testing.T) {
	opt := metricsOptions()
	opt.ProblemMetrics = 1
	m := NewMetrics(opt, false)
	r := reportAt("/srv/"+strings.Repeat("é", maxLabel), report.Stale)
	r.Host, r.Root = "web-08", "/srv/"+strings.Repeat("x", maxRoot)
	m.Update(changes(r))
	m.Update(report.Update{Summary: &report.Summary{}})
	for name := range scrape(t, m) {
		if len(name) > maxLabel+200 || !utf8.ValidString(name) || strings.Contains(name, "xxx") {
			t.Errorf("%d bytes: %.200s", len(name), name)
		}
	}
	expectSamples(t, scrape(t, m), map[string]string{`lockscope_directories{host="web-08",root="(more)",state="stale"}`: "1"})
}

// When this host was looked at is not when a fleet told something.
func TestMetricsLookedApart(t *testing.T) {
	m := NewMetrics(metricsOptions(), true)
	m.Looked(time.Unix(1_700_000_000, 0))
	m.Update(report.Update{Summary: &report.Summary{}})
	expectSamples(t, scrape(t, m), map[string]string{"lockscope_last_look_timestamp_seconds": "1.7e+09"})
}

// Where each host has its own roots, those without a directory are there too. Those that it has no more are not, once
// nothing of them is left.
func TestMetricsRootsOfHosts(t *testing.T) {
	opt := metricsOptions()
	opt.Hosts, opt.Roots = []string{"web-08", "web-09"}, nil
	m := NewMetrics(opt, true)
	r := reportAt("/srv/a", report.Held)
	r.Host = "web-08"
	u := changes(r)
	held := func(host, root string) string {
		return fmt.Sprintf(`lockscope_directories{host=%q,root=%q,state="held"}`, host, root)
	}
	for _, step := range []struct {
		gone  []string
		roots []string
		want  map[string]string
	}{
		{nil, []string{"/srv", "/data"}, map[string]string{held("web-08", "/srv"): "1", held("web-08", "/data"): "0", held("web-09", "/srv"): "0"}},
		{nil, []string{"/new"}, map[string]string{held("web-08", "/srv"): "1", held("web-08", "/data"): "", held("web-08", "/new"): "0"}},
		{[]string{"web-08:/srv/a"}, []string{"/new"}, map[string]string{held("web-08", "/srv"): "", held("web-08", "/new"): "0"}},
	} {
		u.Gone, u.Summary = step.gone, &report.Summary{Roots: map[string][]string{"web-08": step.roots, "web-09": {"/srv"}}}
		m.Update(u)
		u = report.Update{}
		expectSamples(t, scrape(t, m), step.want)
	}
	if len(m.places) != 2 || len(m.roots["web-08"]) != 1 {
		t.Errorf("%v, %v", m.places, m.roots)
	}
}

// A host that is lost is told apart from one that has no directories.
func TestMetricsHosts(t *testing.T) {
	opt := metricsOptions()
	opt.Hosts = []string{"web-08", "web-09", "web-10"} // the last one has no directory
	m := NewMetrics(opt, true)
	r := reportAt("/srv/a", report.Held)
	r.Host = "web-08"
	m.Update(changes(r, report.Lost{Host: "web-09"}.Report()))
	expectSamples(t, scrape(t, m), map[string]string{`lockscope_host_up{host="web-08"}`: "1", `lockscope_host_up{host="web-09"}`: "0"})
	m.Update(report.Update{Summary: &report.Summary{}})
	back := reportAt("/srv/b", report.Held)
	back.Host = "web-09"
	m.Update(changes(back)) // it tells something, and may be lost again at once
	expectSamples(t, scrape(t, m), map[string]string{
		`lockscope_host_up{host="web-08"}`: "1", `lockscope_host_up{host="web-09"}`: "0", `lockscope_host_up{host="web-10"}`: "1",
	})
	m.Update(report.Update{Gone: []string{"web-09:/srv/b"}})
	m.Update(report.Update{Gone: []string{"web-09"}, Summary: &report.Summary{}})
	expectSamples(t, scrape(t, m), map[string]string{
		`lockscope_host_up{host="web-09"}`:                              "1",
		`lockscope_directories{host="web-09",root="/srv",state="held"}`: "0",
		`lockscope_directories{host="web-07",root="/srv",state="held"}`: "", // it is not watched
		`lockscope_handoffs_total{host="web-09",outcome="completed"}`:   "0",
		`lockscope_directories{host="web-08",root="/srv",state="held"}`: "1",
	})
}

// The printed metrics are what promtool reads without a complaint.
func TestPrintPrometheus(t *testing.T) {
	hosttest.NeedTool(t, "promtool")
	u := changes(assorted()...)
	opt := printOptions()
	opt.ProblemMetrics = 100
	check := exec.Command("promtool", "check", "metrics")
	text := printed(t, Prometheus, opt, u, report.Summary{})
	check.Stdin = strings.NewReader(text)
	if out, err := check.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("%v: %s in %s", err, out, text)
	}
}
