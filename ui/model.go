package ui

import (
	"os"
	"sync"
	"time"

	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"lockscope/scan/report"
	"lockscope/ui/list"
	"lockscope/ui/show"
)

// mode says what the keys go to.
type mode uint8

const (
	browsing  mode = iota // the table
	filtering             // the filter's text
	asking                // the break dialog
	helping               // the help screen
	logging               // the event log
)

// detailMode says how much of the screen the detail has.
type detailMode uint8

const (
	detailShown detailMode = iota
	detailFull
	detailHidden
)

// model is the whole state of the screen. Only the program's event loop touches it.
type model struct {
	opts      Options
	keys      KeyMap
	clipboard clipboard
	theme     theme
	help      help.Model
	now       func() time.Time
	tick      time.Duration // between two looks at the clock

	feed   *feed
	scan   status
	list   *list.List
	paths  show.Paths
	style  show.RowStyle
	filter textinput.Model
	events eventLog
	flash  map[string]time.Time // paths of rows that changed, and when
	dialog *dialog              // while asking

	mode          mode
	detail        detailMode
	text          []string // what has the whole body instead of the table: see fullText
	scroll        int      // lines it is scrolled by
	width, height int
	notice        string // what the last key came to; gone with the next key

	breaking *sync.WaitGroup // breaks under way
}

func newModel(o Options) *model {
	o.Names = o.Names.OrDefault()
	m := &model{
		opts:      o,
		keys:      DefaultKeyMap(),
		clipboard: findClipboard(os.Getenv),
		theme:     newTheme(o.ASCII),
		help:      help.New(),
		now:       time.Now,
		tick:      time.Second,
		feed:      newFeed(),
		scan:      status{wanted: o.Interval, interval: o.Interval},
		filter:    textinput.New(),
		flash:     map[string]time.Time{},
		breaking:  &sync.WaitGroup{},
	}
	m.paths = show.NewPaths(o.Roots, &m.theme.chars)
	m.style = show.RowStyle{
		Chars:   m.theme.chars,
		Path:    func(r *report.Report) string { return m.paths.Of(r.Path) },
		Narrow:  true,
		Command: 64, // no column is as wide, but on a screen of 300
	}
	m.list = list.New(m.paths)
	var classes show.Classes
	for _, s := range o.States {
		classes |= show.Only(show.ClassOfState(s))
	}
	m.list.ShowClasses(classes)
	m.keys.Break.SetEnabled(o.Break != nil)
	if o.ASCII {
		m.keys.Up.SetHelp("k", m.keys.Up.Help().Desc)
		m.keys.Down.SetHelp("j", m.keys.Down.Help().Desc)
		m.keys.Fold.SetHelp("left", m.keys.Fold.Help().Desc)
		m.keys.Unfold.SetHelp("right", m.keys.Unfold.Help().Desc)
		m.keys.State.SetHelp("1-9", m.keys.State.Help().Desc)
	}
	m.help.Styles = m.theme.helpStyles()
	m.help.ShortSeparator = "  "
	m.filter.Prompt = "/ "
	m.filter.SetVirtualCursor(false)
	m.filter.SetStyles(m.theme.inputStyles())
	m.filter.ShowSuggestions = true
	m.filter.KeyMap.Paste.SetEnabled(false) // it would run a program; the terminal's own paste works
	return m
}

// tickMsg comes once a second, since ages do.
type tickMsg struct{}

func (m *model) nextTick() tea.Cmd {
	return tea.Tick(m.tick, func(time.Time) tea.Msg { return tickMsg{} })
}

func (m *model) Init() tea.Cmd { return tea.Batch(m.feed.next, m.nextTick()) }

// status is what the header says of the scan.
type status struct {
	progress report.Progress    // of the walk that is under way, or the last one
	errors   []report.PathError // of the last walk that came to its end
	fresh    []report.PathError // of the walk since
	walked   bool               // there was a walk since the last pass ended
	passes   int                // that came to an end
	summary  report.Summary     // of the last pass
	took     time.Duration      // what a walk takes, see steady
	wanted   time.Duration      // the interval the user chose
	interval time.Duration      // the interval in force, see steady
	pausedAt time.Time          // when the user stopped the picture; zero while it goes on
	heard    time.Time          // when the source was last heard of
	ended    bool
	err      error // why it ended
}

func (s *status) paused() bool { return !s.pausedAt.IsZero() }

// apply takes in an update. Its progress and interval may not be set.
func (s *status) apply(u *report.Update, now time.Time) {
	s.heard = now
	s.fresh = append(s.fresh, u.Errors...)
	if u.Progress != (report.Progress{}) {
		s.progress, s.walked = u.Progress, true
	}
	if u.Interval != 0 {
		s.interval = steady(s.interval, u.Interval)
		if u.Interval == s.wanted {
			s.interval = s.wanted
		}
	}
	if u.Summary == nil {
		return
	}
	if s.walked || s.passes == 0 {
		s.took = steady(s.took, u.Summary.Duration)
		s.errors, s.fresh = s.fresh, nil
	}
	s.walked = false
	s.summary = *u.Summary
	s.passes++
}

// steady takes a new measurement only where the one on the screen is off by a
// quarter, so that it does not flicker.
func steady(shown, measured time.Duration) time.Duration {
	if measured > shown*5/4 || measured < shown*3/4 {
		return measured
	}
	return shown
}

// walking reports whether to show a walk: the first, or one that takes its time.
func (s *status) walking() bool {
	return s.progress.Walking && (s.passes == 0 || s.progress.Elapsed > 3*time.Second)
}

// problems are the errors to show.
func (s *status) problems() []report.PathError {
	if s.passes == 0 {
		return s.fresh
	}
	return s.errors
}

// silent is for how long nothing was heard from a source that should have
// spoken, or 0.
func (s *status) silent(now time.Time) time.Duration {
	if s.ended || s.heard.IsZero() || s.interval == 0 {
		return 0
	}
	if d := now.Sub(s.heard); d > max(3*s.interval, 10*time.Second) {
		return d
	}
	return 0
}
