package scan

import (
	"iter"
	"maps"
	"math"
	"slices"
	"time"

	"lockscope/lock/proc"
	"lockscope/scan/observe"
	"lockscope/scan/report"
)

// records has the records of all known directories. The zero value is ready for use. It is not safe for
// concurrent use.
type records struct {
	byPath  map[string]*record
	order   []ordered // as found, so that neighbours are near in memory: a poll takes a tenth less time
	counted counted   // the directories that have no record, since they are only counted
	aliases aliases

	summary *report.Summary // nil where the directories have to be counted again
}

// ordered is a record with what tells whether a poll may pass it by. While nothing changes a poll reads nothing
// else of it: where there are many, to read their records takes longer than all the rest.
type ordered struct {
	record *record
	due    int64  // when it is due: see instant; always where each poll is to plan it: see noteDue
	turn   uint64 // see isTurn
}

// find returns the record of a path, or nil.
func (rs *records) find(path string) *record { return rs.byPath[path] }

// add makes a record for a path that has none.
func (rs *records) add(path string) *record {
	if rs.byPath == nil {
		rs.byPath = map[string]*record{}
	}
	if len(rs.order) >= 2*len(rs.byPath)+16 { // most of them were removed
		rs.order = slices.DeleteFunc(rs.order, func(o ordered) bool { return o.record.gone })
		for i, o := range rs.order {
			o.record.index = int32(i)
		}
	}
	r := &record{path: path, index: int32(len(rs.order))}
	rs.summary = nil
	rs.byPath[path] = r
	rs.order = append(rs.order, ordered{record: r, due: always})
	return r
}

// remove forgets the directory of a path, and returns its record, or nil if there was none.
func (rs *records) remove(path string) *record {
	r := rs.byPath[path]
	if r != nil {
		r.gone = true
		rs.summary = nil
		delete(rs.byPath, path)
	}
	return r
}

// all yields the records. None may be added or removed meanwhile.
func (rs *records) all() iter.Seq[*record] {
	return func(yield func(*record) bool) {
		for _, o := range rs.order {
			if !o.record.gone && !yield(o.record) {
				return
			}
		}
	}
}

// noteDue notes when a record is due, and whether it makes events. It is called whenever that has changed.
func (rs *records) noteDue(r *record) {
	if r.gone || r.report == nil {
		return
	}
	o := &rs.order[r.index]
	o.due, o.turn = always, r.turn()
	if r.makesEvents() {
		o.due = instant(r.due.at)
	}
}

// always is an instant that is over at any time.
const always = math.MinInt64

// epoch is what instants count from.
var epoch = time.Now()

// instant is a time in nanoseconds, to be compared with others. It goes by the monotonic clock: a clock that is set
// back would put off whatever is due.
func instant(t time.Time) int64 { return int64(t.Sub(epoch)) }

// toPoll yields the records that a poll of this number is not to pass by: those that make no events, are due,
// or have their turn, where each has one in so many polls. None may be added or removed meanwhile.
func (rs *records) toPoll(now time.Time, poll, turns int) iter.Seq[*record] {
	return func(yield func(*record) bool) {
		at := instant(now)
		for _, o := range rs.order {
			if (o.due <= at || isTurn(o.turn, poll, turns)) && !o.record.gone && !yield(o.record) {
				return
			}
		}
	}
}

// noteReport notes that a record has another report now. before is nil if it had none.
func (rs *records) noteReport(before, now *report.Report) {
	if before == nil || before.Verdict.State != now.Verdict.State || before.Checking != now.Checking {
		rs.summary = nil
	}
}

// summarize returns how many directories there are, by their states. To count them takes a tenth of an idle
// poll, so it is done only where some state has changed.
func (rs *records) summarize() report.Summary {
	if rs.summary == nil {
		s := rs.countStates()
		rs.summary = &s
	}
	s := *rs.summary
	s.States = maps.Clone(s.States)
	return s
}

func (rs *records) countStates() report.Summary {
	s := report.Summary{States: map[report.State]int{}}
	for state, n := range rs.counted.states {
		s.Dirs += n
		if n > 0 {
			s.States[state] = n
		}
	}
	for r := range rs.all() {
		s.Dirs++
		if r.report.Checking {
			s.Checking++
		} else {
			s.States[r.report.Verdict.State]++
		}
	}
	return s
}

// polled counts the directories by why they are polled; most are not.
func (rs *records) polled() (n [report.PolledCount]int) {
	for r := range rs.all() {
		switch {
		case r.makesEvents():
			n[report.NotPolled]++
		case r.watch != nil:
			n[report.PolledProcess]++
		default:
			n[r.polled]++
		}
	}
	return n
}

// known returns the lock files of all directories.
func (rs *records) known() *observe.Known {
	known := observe.NewKnown(len(rs.byPath) + len(rs.counted.files))
	for file := range rs.counted.files {
		known.Add(file, rs.counted.shared)
	}
	for r := range rs.all() {
		ev := &r.report.Evidence
		known.Add(ev.LockedFile(), ev.SharesDevice())
	}
	return known
}

// processes returns those that some report names.
func (rs *records) processes() map[proc.Process]bool {
	named := map[proc.Process]bool{}
	for r := range rs.all() {
		for p := range processesOf(r.report) {
			named[p] = true
		}
	}
	return named
}
