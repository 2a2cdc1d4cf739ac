package ui

import (
	"strings"
	"time"

	"lockscope/ui/show"
)

// headerLine says where we are and how current the screen is.
func (m *model) headerLine() string {
	t := &m.theme
	left := " " + t.name.Render("lockscope")
	if m.opts.Demo {
		left += " " + t.warn.Render("demo")
	}
	live := m.liveness() + " "
	room := m.width - show.Width(left) - show.Width(live) - 2

	host := t.chars.Escape(m.opts.Host)
	if n := len(m.opts.Hosts); n > 0 {
		host = show.Counted(n, "host", "hosts")
		if lost := m.list.Lost(); lost > 0 {
			host += ", " + show.Count(lost) + " lost"
		}
	}
	all := m.scanFacts()
	needed := 0
	if n := show.Width(all[0]) + 3; n <= room && m.list.Filtered() { // that not all is shown matters more
		needed = n
	}
	if room > needed+show.Width(host)+2 && host != "" {
		left += "  " + host
		room -= show.Width(host) + 2
	}
	var facts []string
	for _, fact := range all {
		if room < show.Width(fact)+3 {
			break
		}
		room -= show.Width(fact) + 3
		facts = append(facts, fact)
	}
	if roots := m.rootsText(room - 3); roots != "" {
		left += "   " + t.dim.Render(roots)
	}
	sep := " " + t.chars.Dot + " "
	right := strings.Join(facts, sep)
	if right != "" {
		right = t.dim.Render(right) + " "
	}
	return show.Spread(left, right+live, m.width)
}

// rootsText names the first root, and how many more there are.
func (m *model) rootsText(room int) string {
	if len(m.opts.Roots) == 0 {
		return ""
	}
	more := ""
	if n := len(m.opts.Roots) - 1; n > 0 {
		more = " +" + show.Count(n)
	}
	root := m.theme.chars.Escape(m.opts.Roots[0])
	if room < min(show.Width(root), 16)+len(more) {
		return ""
	}
	return show.ShortenMiddle(root, room-len(more), m.theme.chars.Mark) + more
}

// scanFacts are what there is to say of the scan, what matters most first.
func (m *model) scanFacts() []string {
	s, l := &m.scan, m.list
	matching, all := l.Directories()
	dirs := show.Counted(all, "dir", "dirs")
	if l.Filtered() {
		dirs = "filtered: " + show.Count(matching) + " of " + show.Count(all)
	}
	facts := []string{dirs}
	if s.walking() && m.waitsForHosts() {
		return facts
	}
	if s.walking() {
		facts = append(facts, show.Count(s.progress.Visited)+" walked")
		if sec := s.progress.Elapsed.Seconds(); sec >= 1 {
			facts = append(facts, show.Count(int(float64(s.progress.Visited)/sec))+"/s")
		}
		return facts
	}
	if s.passes > 0 && (s.wanted == 0 || s.interval >= longInterval) {
		// A clock time stands still until the next look. An age would write each second.
		facts = append(facts, "last look "+s.looked.Format(time.TimeOnly))
	}
	if s.passes > 0 {
		facts = append(facts, "scanned in "+show.Seconds(s.took))
	}
	switch {
	case s.wanted == 0:
	case s.interval > s.wanted:
		facts = append(facts, "every "+show.Seconds(s.interval)+", stretched")
	default:
		facts = append(facts, "every "+show.Seconds(s.interval))
	}
	return facts
}

// waitsForHosts reports whether all that is missing for the first look are hosts that are not heard of, as far as
// is known: no walk that is told of is under way.
func (m *model) waitsForHosts() bool {
	return len(m.opts.Hosts) > 0 && m.scan.passes == 0 && m.scan.progress.Visited == 0
}

// liveness says whether the screen is up to date.
func (m *model) liveness() string {
	s, t := &m.scan, &m.theme
	if s.ended {
		return t.alarm.Render("stopped")
	}
	if s.paused() {
		text := t.paused + " paused"
		if n := m.list.Waiting(); n > 0 {
			text += ", " + show.Count(n) + " changed"
		}
		return t.warn.Render(text)
	}
	if s.wanted == 0 && s.passes > 0 && !s.progress.Walking {
		return t.strong.Render("on request")
	}
	if d := s.silent(m.now()); d > 0 {
		return t.alarm.Render("no answer for " + show.Age(d.Truncate(5*time.Second)))
	}
	if s.passes == 0 && s.walked && !s.progress.Walking {
		return t.good.Render(t.live + " checking") // second looks
	}
	if m.waitsForHosts() {
		return t.good.Render(t.live + " waiting for hosts")
	}
	if s.passes == 0 || s.walking() {
		return t.good.Render(t.live + " walking")
	}
	return t.good.Render(t.live + " live")
}
