package report

import "time"

// Since is since when a directory's state has been what it is.
type Since struct {
	At      time.Time // zero where it is not known
	AtLeast bool      // it was so already when it was first seen, at At, and may have begun at any time before
}

// FirstSince returns since when a state has been so that nobody saw begin: it was there at the first look. A
// lock is held since its holder wrote the pidfile, which it does once, when it acquires. It cannot have been
// before that process started. Of any other state it is only known that it was seen.
func (r *Report) FirstSince() Since {
	written := r.credible(r.Evidence.Pidfile.ID.MTime)
	if r.Verdict.State != Held || written.IsZero() {
		return Since{r.Observed, true}
	}
	if o := r.Evidence.Owner; o != nil && o.Started.After(written) {
		written = o.Started
	}
	return Since{At: written}
}

// credible returns a file's time, or zero if it cannot be true: the clock was wrong, or somebody set it.
func (r *Report) credible(mtime int64) time.Time {
	t := time.Unix(0, mtime)
	if mtime == 0 || t.Before(firstTime) || !r.Observed.IsZero() && t.After(r.Observed.Add(ClockSkew)) {
		return time.Time{}
	}
	return t
}
