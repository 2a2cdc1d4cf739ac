package print

import (
	"runtime"

	"github.com/prometheus/client_golang/prometheus"

	"lockscope/scan/report"
)

// The outcomes of a hand-off.
const (
	completed  = "completed"
	rolledBack = "rolled_back"
)

var handoffOutcomes = []string{completed, rolledBack}

// What a snapshot has. The names are what dashboards and alerts ask for: they do not change.
var (
	directoriesDesc = prometheus.NewDesc("lockscope_directories",
		"Data directories below a root, by state.", []string{"state", "root", "host"}, nil)
	lookDesc = prometheus.NewDesc("lockscope_last_look_timestamp_seconds",
		"When the last pass over what is polled ended, in Unix time.", nil, nil)
	errorsDesc = prometheus.NewDesc("lockscope_errors",
		"Roots and directories that could not be read in the last walk.", nil, nil)
	watchedDesc = prometheus.NewDesc("lockscope_watched_directories",
		"Data directories by how changes become known: by events, or by polling, for a reason.", []string{"how"}, nil)
	hostDesc = prometheus.NewDesc("lockscope_host_up",
		"Whether a watched host can be reached: 1, or 0.", []string{"host"}, nil)
	problemDesc = prometheus.NewDesc("lockscope_directory_problem",
		"A data directory that needs attention, as far as there is room: always 1.", []string{"state", "path", "root", "host"}, nil)
	leftOutDesc = prometheus.NewDesc("lockscope_directory_problems_left_out",
		"Data directories that need attention for which lockscope_directory_problem had no room.", nil, nil)
)

// howWatched is how the changes of a directory become known that is polled for this reason, or not at all.
func howWatched(because report.PolledBecause) string {
	if because == report.NotPolled {
		return "events"
	}
	return "polled-" + because.String()
}

func newHandoffs() *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "lockscope_handoffs_total",
		Help: "Hand-offs that were seen: one process gave a directory to another, or took it back.",
	}, []string{"outcome", "host"})
}

func newGaps() *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "lockscope_handoff_gap_seconds",
		Help:    "How long nobody held the lock in a completed hand-off, or at most so long where it is not known exactly.",
		Buckets: gapBuckets,
	}, []string{"host"})
}

func newBreaks() *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "lockscope_breaks_total",
		Help: "Attempts to break a stale lock that were written to the audit log, by whichever lockscope.",
	}, []string{"outcome"})
}

func newBuildInfo(version string) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name:        "lockscope_build_info",
		Help:        "The program itself: always 1.",
		ConstLabels: prometheus.Labels{"version": label(version), "goversion": runtime.Version()},
	}, func() float64 { return 1 })
}
