package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"lockscope/lock/locktest"
	"lockscope/scan/hosttest"
)

// The rules are well-formed, and say what they should.
func TestAlertRules(t *testing.T) {
	hosttest.NeedTool(t, "promtool")
	hosttest.Run(t, "promtool", "check", "rules", "contrib/alerts.yml")
	hosttest.Run(t, "promtool", "test", "rules", "testdata/alerts.test.yml")
}

// prometheus is a running server of that name.
type prometheus struct{ address string }

// startPrometheus starts one that scrapes an address, by the rules in contrib, until the test ends.
func startPrometheus(t *testing.T, scraped string) *prometheus {
	t.Helper()
	hosttest.NeedTool(t, "prometheus")
	dir := t.TempDir()
	rules, err := filepath.Abs("contrib/alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	hosttest.WriteFile(t, dir+"/prometheus.yml", fmt.Sprintf(`
global: {scrape_interval: 200ms, scrape_timeout: 200ms, evaluation_interval: 200ms}
rule_files: [%s]
scrape_configs: [{job_name: lockscope, static_configs: [{targets: ['%s']}]}]
`, rules, scraped))
	port, err := net.Listen("tcp", "127.0.0.1:0") // one that is free
	if err != nil {
		t.Fatal(err)
	}
	p := &prometheus{port.Addr().String()}
	port.Close()
	cmd := exec.Command("prometheus", "--config.file="+dir+"/prometheus.yml", "--storage.tsdb.path="+dir+"/data",
		"--web.listen-address="+p.address, "--log.level=error")
	cmd.Dir, cmd.Stderr = dir, os.Stderr
	hosttest.Begin(t, cmd)
	hosttest.Eventually(t, "Prometheus answers", func() bool {
		answer, err := http.Get("http://" + p.address + "/-/ready")
		if err != nil {
			return false
		}
		answer.Body.Close()
		return answer.StatusCode == 200
	})
	return p
}

// query returns the values of an expression, by their labels as JSON.
func (p *prometheus) query(t *testing.T, expr string) map[string]string {
	t.Helper()
	_, text := get(t, "GET", "http://"+p.address+"/api/v1/query?query="+url.QueryEscape(expr))
	var answer struct {
		Status, Error string
		Data          struct {
			Result []struct {
				Metric map[string]string
				Value  []any
			}
		}
	}
	if err := json.Unmarshal([]byte(text), &answer); err != nil || answer.Status != "success" {
		t.Fatalf("%s: %v %s", expr, err, text)
	}
	values := map[string]string{}
	for _, r := range answer.Data.Result {
		labels, err := json.Marshal(r.Metric)
		if err != nil || len(r.Value) != 2 {
			t.Fatalf("%s: %v %s", expr, err, text)
		}
		values[string(labels)] = fmt.Sprint(r.Value[1])
	}
	return values
}

// await waits until an expression has this value, and no other one.
func (p *prometheus) await(t *testing.T, expr, value string) {
	t.Helper()
	hosttest.Eventually(t, expr+" is "+value, func() bool {
		values := p.query(t, expr)
		for _, v := range values {
			return len(values) == 1 && v == value
		}
		return false
	})
}

// A real Prometheus scrapes what is served, and its rules and the dashboard find it.
func TestPrometheus(t *testing.T) {
	root := t.TempDir()
	w := locktest.TestWorld(t)
	for _, scene := range []*locktest.Scene{&locktest.HeldPlain, &locktest.FreePlain, &locktest.StalePlain, &locktest.UnguardedPlain} {
		hosttest.Play(t, w, filepath.Join(root, scene.Name), *scene)
	}
	dir := hosttest.MakeDir(t, filepath.Join(root, "handed"))
	from, err := w.Daemon(dir)
	if err != nil {
		t.Fatal(err)
	}
	to, err := w.Daemon(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := from.Acquire(); err != nil {
		t.Fatal(err)
	}
	// This host is one of a fleet, so that there is all that a fleet has.
	_, address := listening(t, "--problem-metrics", "10", "--host", ".", "--host", "nowhere", "--ssh-command=false", root)
	p := startPrometheus(t, address)
	p.await(t, `sum(lockscope_directories{state="held"})`, "2")
	p.await(t, `sum(lockscope_directories{state="stale"})`, "1")
	p.await(t, "up", "1")
	p.await(t, `ALERTS{alertname="LockscopeTwoWriters",alertstate="firing",state="unguarded"}`, "1")
	p.await(t, `ALERTS{alertname="LockscopeStale",alertstate="pending"}`, "1")
	if err := from.Release(); err != nil {
		t.Fatal(err)
	}
	if err := to.Acquire(); err != nil {
		t.Fatal(err)
	}
	p.await(t, `sum(lockscope_handoffs_total{outcome="completed"})`, "1")
	p.await(t, `sum(lockscope_handoff_gap_seconds_count)`, "1")
	p.await(t, `sum(lockscope_handoffs_total{outcome="rolled_back"})`, "0")
	// A rate needs two samples after the change.
	p.await(t, `count(histogram_quantile(0.5, sum by (le) (rate(lockscope_handoff_gap_seconds_bucket[5m]))) > 0)`, "1")

	expressions := dashboardExpressions(t)
	alerts := alertExpressions(t)
	maps.Copy(expressions, alerts)
	for title, exprs := range expressions {
		for _, expr := range exprs {
			// A name that does not exist is not hidden by what stands in for it.
			expr = strings.TrimSuffix(expr, " or vector(0)")
			if got := p.query(t, expr); len(got) == 0 {
				t.Errorf("%s shows nothing: %s", title, expr)
			}
		}
	}
	if len(alerts) < 10 || len(expressions)-len(alerts) < 10 {
		t.Errorf("there are only %v", expressions)
	}
}

// alertExpressions are what the alerts compare with something, by their names: each has a value also while all is well.
func alertExpressions(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("contrib/alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]string{}
	for _, rule := range regexp.MustCompile(`(?m)- alert: (\w+)\n(?: +#.*\n)* +expr: (.*)$`).FindAllStringSubmatch(string(text), -1) {
		expr, name := rule[2], rule[1]
		if absent, ok := strings.CutPrefix(expr, "absent("); ok {
			expr = strings.TrimSuffix(absent, ")")
		} else if at := regexp.MustCompile(` (>|==) [\d.]+$`).FindStringIndex(expr); at != nil {
			expr = expr[:at[0]]
		} else {
			t.Errorf("%s compares nothing: %s", name, expr)
		}
		found[name] = append(found[name], expr)
	}
	if want := strings.Count(string(text), "- alert: "); len(found) != want {
		t.Errorf("%d of %d alerts were read", len(found), want)
	}
	return found
}

// dashboardExpressions are what the panels of the dashboard ask for, by their titles, with all hosts chosen.
func dashboardExpressions(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("contrib/grafana-dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			ID      int
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &dashboard); err != nil {
		t.Fatal(err)
	}
	found, ids := map[string][]string{}, map[int]bool{}
	for _, panel := range dashboard.Panels {
		if ids[panel.ID] || panel.Title == "" || len(panel.Targets) == 0 {
			t.Errorf("a panel that is not whole, or there twice: %+v", panel)
		}
		ids[panel.ID] = true
		for _, target := range panel.Targets {
			expr := strings.NewReplacer("$__rate_interval", "5m", "$host", ".*").Replace(target.Expr)
			found[panel.Title] = append(found[panel.Title], expr)
		}
	}
	return found
}
