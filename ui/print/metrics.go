package print

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"lockscope/scan/report"
)

// Metrics has what the updates of a scan tell, for Prometheus. Its methods may be called concurrently.
//
// Of the directories nothing is said before the end of the first pass: until then there are fewer than there are.
type Metrics struct {
	opt      Options
	registry *prometheus.Registry
	handoffs *prometheus.CounterVec
	gaps     *prometheus.HistogramVec
	breaks   *prometheus.CounterVec

	mu     sync.Mutex // guards what follows
	dirs   map[string]counted
	places map[place]*tally
	roots  map[string]map[string]bool // by host, those of its places, all as labels
	named  map[string][]string        // by host, the roots that it says that it has
	hosts  map[string]bool            // whether each can be reached; empty where this one alone is watched
	sum    report.Summary
	looked time.Time // the end of the last pass; zero before the first one
	apart  bool      // Looked tells that
}

// place is where directories are: the host and the root, as labels.
type place struct{ host, root string }

// tally is how many directories of a place are in each state.
type tally map[report.State]int

func (t tally) isZero() bool {
	for _, n := range t {
		if n > 0 {
			return false
		}
	}
	return true
}

// counted is what is known of a directory.
type counted struct {
	place place
	in    *tally
	state report.State // the last one that was established
}

// NewMetrics returns metrics of nothing yet. Where the scan goes on, in a watch, they also count hand-offs
// and breaks: of a single scan these would always be 0.
func NewMetrics(opt Options, watch bool) *Metrics {
	m := &Metrics{
		opt: opt, registry: prometheus.NewRegistry(),
		dirs: map[string]counted{}, places: map[place]*tally{}, roots: map[string]map[string]bool{}, named: map[string][]string{}, hosts: map[string]bool{},
	}
	for _, host := range m.watched() {
		for _, root := range opt.Roots { // that one has no directory at all is worth knowing
			m.tallyOf(host, root)
		}
	}
	m.registry.MustRegister(snapshot{m}, newBuildInfo(opt.Version))
	if watch {
		m.count()
	}
	return m
}

// count begins to count hand-offs and breaks. What did not happen yet is 0, so that the first one is seen as
// an increase.
func (m *Metrics) count() {
	m.handoffs, m.gaps, m.breaks = newHandoffs(), newGaps(), newBreaks()
	m.registry.MustRegister(m.handoffs, m.gaps, m.breaks)
	for _, host := range m.watched() {
		for _, outcome := range handoffOutcomes {
			m.handoffs.WithLabelValues(outcome, label(host))
		}
		m.gaps.WithLabelValues(label(host))
	}
	for _, o := range []report.Outcome{report.Removed, report.Refused, report.Failed} {
		m.breaks.WithLabelValues(o.String())
	}
}

// watched are the hosts that are watched.
func (m *Metrics) watched() []string {
	if len(m.opt.Hosts) > 0 {
		return m.opt.Hosts
	}
	return []string{m.opt.Host}
}

// label is a text from outside as the value of a label, which has to be UTF-8. The end of a very long one is left out.
func label(text string) string {
	text = report.Escape(text)
	if len(text) <= maxLabel {
		return text
	}
	return strings.ToValidUTF8(text[:maxLabel], "") + "..."
}

// Update takes an update in. A directory whose verdict does not stand keeps its state.
func (m *Metrics) Update(u report.Update) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, c := range u.Changes {
		r := c.Report
		if r.IsHost() {
			m.hosts[r.Host] = false // until it is said to be back: it may tell of directories before that
		} else if r.Host != "" {
			m.noteHost(r.Host)
		}
		if r.IsHost() || r.Checking {
			continue
		}
		m.forget(r.Key())
		at, in := m.tallyOf(m.hostOf(r.Host), r.Root)
		d := counted{place: at, in: in, state: r.Verdict.State}
		(*d.in)[d.state]++
		m.dirs[r.Key()] = d
	}
	for _, key := range u.Gone {
		if host, path := report.SplitKey(key); path == "" {
			m.hosts[host] = true
		}
		m.forget(key)
	}
	if m.handoffs != nil {
		for i := range u.Handoffs {
			m.handoff(&u.Handoffs[i])
		}
	}
	if u.Summary != nil {
		for _, host := range m.opt.Hosts { // each has told of itself, or is lost
			m.noteHost(host)
		}
		m.noteRoots(&u)
		m.sum = *u.Summary
		if !m.apart {
			m.looked = time.Now()
		}
	}
}

// noteHost notes that a host has told something. The caller holds mu.
func (m *Metrics) noteHost(host string) {
	if _, known := m.hosts[host]; !known {
		m.hosts[host] = true
	}
}

// Looked notes that a pass of this host ended at a time, which the summaries of a fleet do not say: from then on
// Update does not take theirs for it.
func (m *Metrics) Looked(at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.looked, m.apart = at, true
}

// hostOf is the host that a report or a hand-off is about.
func (m *Metrics) hostOf(host string) string {
	if host == "" {
		return m.opt.Host
	}
	return host
}

// handoff counts a hand-off. The gap is that of one that succeeded. Where it is only known to have been at most
// so long, that counts: so a bucket may have too few of them, and never has too many.
func (m *Metrics) handoff(h *report.Handoff) {
	host := label(m.hostOf(h.Host))
	if h.RolledBack {
		m.handoffs.WithLabelValues(rolledBack, host).Inc()
		return
	}
	m.handoffs.WithLabelValues(completed, host).Inc()
	m.gaps.WithLabelValues(host).Observe(h.Gap.Seconds())
}

// Broken counts an attempt to break a stale lock that came to this end.
func (m *Metrics) Broken(outcome report.Outcome) {
	if m.breaks != nil {
		m.breaks.WithLabelValues(outcome.String()).Inc()
	}
}

// forget takes a directory out of the count. The caller holds mu.
func (m *Metrics) forget(key string) {
	if d, ok := m.dirs[key]; ok {
		(*d.in)[d.state]--
		delete(m.dirs, key)
	}
}

// tallyOf returns the place that counts for a root of a host, and its count. The caller holds mu, unless nobody
// else knows m.
func (m *Metrics) tallyOf(host, root string) (place, *tally) {
	at := place{label(host), label(root)}
	t := m.places[at]
	if t == nil && (len(m.roots[at.host]) >= m.share() || len(root) > maxRoot && host != m.opt.Host) {
		at.root = moreRoots
		t = m.places[at]
	}
	if t == nil {
		t = &tally{}
		m.places[at] = t
		if m.roots[at.host] == nil {
			m.roots[at.host] = map[string]bool{}
		}
		m.roots[at.host][at.root] = true
	}
	return at, t
}

// share is of how many roots each host has counts of its own: those that are named here, and its share of the others.
func (m *Metrics) share() int {
	return max(maxPlaces/len(m.watched()), leastPlaces, len(m.opt.Roots))
}

// Handler serves the metrics, to so many requests at a time: in Prometheus's text format or, to whoever asks for that,
// as OpenMetrics.
func (m *Metrics) Handler(most int, within time.Duration) http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{MaxRequestsInFlight: most, Timeout: within, EnableOpenMetrics: true})
}
