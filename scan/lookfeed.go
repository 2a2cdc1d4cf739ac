package scan

import "lockscope/scan/pool"

// lookFeed is a job of the pool that adds to it the looks at many known directories, some at a time: each takes 300
// bytes while it waits. The pool begins the last one added first, so the feed has its turn again when those that it
// has added are begun.
type lookFeed struct {
	round   *round
	records []*record // that are still to be looked at
}

// Key is no path, so a feed belongs to no mount that might hang.
func (f *lookFeed) Key() string { return "" }

func (f *lookFeed) Run() {}

func (f *lookFeed) Finish() {
	some := f.records[:min(len(f.records), looksAtATime)]
	var jobs []pool.Job
	if len(some) < len(f.records) {
		jobs = append(jobs, &lookFeed{f.round, f.records[len(some):]})
	}
	f.round.m.pool.Add(append(jobs, f.round.looksAt(some)...)...)
}

func (f *lookFeed) GiveUp() {
	for _, j := range f.round.looksAt(f.records) {
		j.GiveUp()
	}
}

func (f *lookFeed) Discard() {}

// looksAt plans looks at directories, but for those that were removed meanwhile.
func (r *round) looksAt(records []*record) (jobs []pool.Job) {
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	for _, rec := range records {
		if !rec.gone {
			jobs = append(jobs, r.newLookJob(rec))
		}
	}
	return jobs
}
