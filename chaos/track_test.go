package chaos

import "math"

// forever is the end of a period that lasts.
const forever = moment(math.MaxInt64)

// track writes the history of one path. It is used by one driver.
type track struct {
	done history
	last period // its end is open
}

func newTrack() *track {
	return &track{last: period{span{0, forever}, facts{Missing: true}}}
}

// becomes notes that within a span the facts changed into others, maybe by way of some in between.
func (t *track) becomes(s span, next facts, between ...facts) {
	for _, f := range between {
		t.done = append(t.done, period{s, f.clone()})
	}
	if t.last.equal(next) {
		return
	}
	t.last.To = s.To
	t.done = append(t.done, t.last)
	t.last = period{span{s.From, forever}, next.clone()}
}

// history is all of it.
func (t *track) history() history { return append(append(history{}, t.done...), t.last) }
