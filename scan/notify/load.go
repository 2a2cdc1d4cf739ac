package notify

import (
	"cmp"
	"slices"
	"time"
)

// load counts events, and says who makes too many. It knows no clock: time is the number of a
// window. It is not safe for concurrent use.
type load struct {
	limits *limits
	window int64
	active []*mark // that made events in this window
	all    int     // events in this window
	over   int     // windows before it, in succession, with more than all may make

	noisy map[inode]backoff
}

// tally is what a mark has to do with it.
type tally struct {
	window  int64 // the last one in which it made events
	events  int32 // in that window
	counted int32 // those of them that count
	strikes int32 // how many windows, up to that of struck, had too many in succession
	struck  int64
}

// backoff is for how long a directory is not watched again.
type backoff struct {
	until  time.Time
	length time.Duration
}

// note counts an event of a mark, in the present window.
func (l *load) note(m *mark, counts bool) {
	t := &m.tally
	if t.events == 0 || t.window != l.window {
		t.window, t.events, t.counted = l.window, 0, 0
		l.active = append(l.active, m)
	}
	l.all++
	t.events++
	if counts {
		t.counted++
	}
}

// turn ends the present window where it is over, and returns the marks that are to lose their watch.
func (l *load) turn(window int64) (noisy []*mark) {
	if window == l.window {
		return nil
	}
	for _, m := range l.active {
		if l.strike(&m.tally) >= int32(l.limits.strikes) {
			noisy = append(noisy, m)
		}
	}
	if l.all > l.limits.perWindow {
		l.over++
	} else {
		l.over = 0
	}
	if l.over >= l.limits.strikes {
		noisy = l.noisiest(noisy)
	}
	if window > l.window+1 { // the one between was quiet
		l.over = 0
	}
	clear(l.active)
	l.window, l.active, l.all = window, l.active[:0], 0
	return noisy
}

// strike notes whether a mark made too many events in the window that ends, and returns for how
// long it has.
func (l *load) strike(t *tally) int32 {
	if int(t.counted) <= l.limits.perWatch {
		return 0
	}
	if t.strikes == 0 || t.struck != l.window-1 {
		t.strikes = 0
	}
	t.strikes++
	t.struck = l.window
	return t.strikes
}

// noisiest adds those that made the most events, until the others together make few enough.
func (l *load) noisiest(noisy []*mark) []*mark {
	rest := l.all
	for _, m := range noisy {
		rest -= int(m.tally.events)
	}
	slices.SortFunc(l.active, func(a, b *mark) int { return cmp.Compare(b.tally.events, a.tally.events) })
	for _, m := range l.active {
		if rest <= l.limits.perWindow {
			break
		}
		if !slices.Contains(noisy, m) {
			rest -= int(m.tally.events)
			noisy = append(noisy, m)
		}
	}
	return noisy
}

// banish says until when a directory that made too many events is not watched.
func (l *load) banish(dir inode, now time.Time) (until time.Time) {
	last, ok := l.noisy[dir]
	length := l.limits.backoff
	if ok && now.Before(last.until.Add(l.limits.forgiven)) {
		length = min(2*last.length, l.limits.longest)
	}
	until = now.Add(length)
	if !ok && len(l.noisy) >= mostNoisy {
		l.forgive(now)
	}
	if ok || len(l.noisy) < mostNoisy {
		l.noisy[dir] = backoff{until, length}
	}
	return until
}

// forgive forgets those that were quiet for long.
func (l *load) forgive(now time.Time) {
	for dir, b := range l.noisy {
		if now.After(b.until.Add(l.limits.forgiven)) {
			delete(l.noisy, dir)
		}
	}
}

// banished reports whether a directory may not be watched yet, and until when.
func (l *load) banished(dir inode, now time.Time) (until time.Time, ok bool) {
	b := l.noisy[dir]
	return b.until, now.Before(b.until)
}
