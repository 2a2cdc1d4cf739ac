package ui

import (
	"sync"
	"time"

	"charm.land/bubbles/v2/help"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"

	"lockscope/lock"
	"lockscope/scan"
)

// mode says what the keys go to.
type mode uint8

const (
	browsing  mode = iota // the table
	filtering             // the filter's text
	asking                // the break dialog
	helping               // the help screen
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
	opts  Options
	keys  KeyMap
	theme theme
	help  help.Model
	now   func() time.Time

	feed   *feed
	scan   status
	rows   *rows
	paths  shownPath
	filter textinput.Model
	dialog *dialog // while asking

	mode          mode
	detail        detailMode
	scroll        int // lines the help or the full detail is scrolled by
	width, height int
	notice        string // what the last key came to; gone with the next key

	breaking *sync.WaitGroup // breaks under way
}

func newModel(o Options) *model {
	if o.Names == (lock.Names{}) {
		o.Names = lock.DefaultNames
	}
	m := &model{
		opts:     o,
		keys:     DefaultKeyMap(),
		theme:    newTheme(o.ASCII),
		help:     help.New(),
		now:      time.Now,
		feed:     newFeed(),
		scan:     status{wanted: o.Interval, interval: o.Interval},
		rows:     newRows(),
		paths:    newShownPath(o.Roots),
		filter:   textinput.New(),
		breaking: &sync.WaitGroup{},
	}
	m.keys.Break.SetEnabled(o.Break != nil)
	if o.ASCII {
		m.keys.Up.SetHelp("k", m.keys.Up.Help().Desc)
		m.keys.Down.SetHelp("j", m.keys.Down.Help().Desc)
		m.keys.State.SetHelp("1-9", m.keys.State.Help().Desc)
	}
	m.help.Styles = m.theme.helpStyles()
	m.help.ShortSeparator = "  "
	m.filter.Prompt = "/ "
	m.filter.SetVirtualCursor(false)
	m.filter.SetStyles(m.theme.inputStyles())
	m.filter.KeyMap.Paste.SetEnabled(false) // it would run a program; the terminal's own paste works
	return m
}

// secondMsg comes once a second, since ages do.
type secondMsg struct{}

func everySecond() tea.Cmd {
	return tea.Tick(time.Second, func(time.Time) tea.Msg { return secondMsg{} })
}

func (m *model) Init() tea.Cmd { return tea.Batch(m.feed.next, everySecond()) }

// status is what the header says of the scan.
type status struct {
	progress scan.Progress
	errors   []scan.PathError // of the last walk
	passes   int              // that came to an end
	took     time.Duration    // what a pass takes, see tookNow
	wanted   time.Duration    // the interval the user chose
	interval time.Duration    // the interval in force
	paused   bool
	heard    time.Time // when the source was last heard of
	ended    bool
	err      error // why it ended
}

func (s *status) apply(u *scan.Update, now time.Time) {
	if u.Progress.Walking && !s.progress.Walking {
		s.errors = nil
	}
	s.errors = append(s.errors, u.Errors...)
	s.progress = u.Progress
	s.interval = u.Interval
	s.heard = now
	if u.Summary != nil {
		s.passes++
		s.tookNow(u.Summary.Duration)
	}
}

// tookNow takes in how long a pass took. The time shown changes only when
// it is off by a third, so that it does not flicker.
func (s *status) tookNow(d time.Duration) {
	if s.took == 0 || d > s.took*4/3 || d < s.took*3/4 {
		s.took = d
	}
}

// silent is for how long nothing was heard from a source that should have
// spoken, or 0.
func (s *status) silent(now time.Time) time.Duration {
	if s.paused || s.ended || s.heard.IsZero() || s.interval == 0 {
		return 0
	}
	if d := now.Sub(s.heard); d > max(3*s.interval, 10*time.Second) {
		return d
	}
	return 0
}
