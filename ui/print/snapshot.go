package print

import (
	"cmp"
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"lockscope/scan/report"
)

// snapshot is the part of the metrics that is the present state. All of it is of one moment.
type snapshot struct{ m *Metrics }

// Describe implements prometheus.Collector.
func (s snapshot) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{directoriesDesc, lookDesc, errorsDesc, watchedDesc, hostDesc, problemDesc, leftOutDesc} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (s snapshot) Collect(to chan<- prometheus.Metric) {
	m := s.m
	m.mu.Lock()
	defer m.mu.Unlock()
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	for host, up := range m.hosts {
		gauge(hostDesc, oneIf(up), label(host))
	}
	if m.looked.IsZero() {
		return
	}
	gauge(lookDesc, float64(m.looked.UnixMilli())/1000)
	gauge(errorsDesc, float64(m.sum.Errors))
	for at, t := range m.places {
		for _, state := range report.States {
			if m.opt.shows(state) {
				gauge(directoriesDesc, float64((*t)[state]), state.String(), at.root, at.host)
			}
		}
	}
	if w := m.sum.Watched; w != nil {
		gauge(watchedDesc, float64(w.Dirs), howWatched(report.NotPolled))
		for because, n := range w.Polled {
			gauge(watchedDesc, float64(n), howWatched(because))
		}
	}
	if m.opt.ProblemMetrics > 0 {
		problems, leftOut := m.problems()
		for _, key := range problems {
			_, path := report.SplitKey(key)
			d := m.dirs[key]
			gauge(problemDesc, 1, d.state.String(), label(path), d.place.root, d.place.host)
		}
		gauge(leftOutDesc, float64(leftOut))
	}
}

func oneIf(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// problems returns the keys of the directories that need attention, the worst first, as many as there is room
// for. The caller holds mu.
func (m *Metrics) problems() (keys []string, leftOut int) {
	for key, d := range m.dirs {
		if !d.state.Healthy() && m.opt.shows(d.state) {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(a, b string) int {
		return cmp.Or(m.dirs[a].state.Severity()-m.dirs[b].state.Severity(), cmp.Compare(a, b))
	})
	room := min(len(keys), m.opt.ProblemMetrics)
	return keys[:room], len(keys) - room
}
