package ui

import (
	"os"
	"sync"
	"time"

	"charm.land/bubbles/v2/help"
	tea "charm.land/bubbletea/v2"

	"lockscope/scan/report"
	"lockscope/ui/list"
	"lockscope/ui/show"
)

// mode says what the keys go to.
type mode uint8

const (
	modeTable   mode = iota // the table
	modeFilter              // the filter's text
	modeDialog              // the break dialog
	modeHelp                // the help screen
	modeLog                 // the event log
	modeHolders             // the holders
	modeColumns             // the choice of columns, at the foot
)

// detailMode says how much of the screen the detail has.
type detailMode uint8

const (
	detailShown detailMode = iota // beside the table or below it, where there is room
	detailFull
	detailHidden
)

// model is the whole state of the screen. Only the program's event loop touches it.
type model struct {
	opts      Options
	keys      keyMap
	clipboard clipboard
	theme     theme
	help      help.Model
	now       func() time.Time
	tick      time.Duration // between two looks at the clock

	queue        *updateQueue
	scan         status
	list         *list.List
	paths        show.Paths
	rowStyle     show.RowStyle
	filter       *filterLine
	typing       *filterLine // in modeFilter
	typedIn      mode        // what it filters
	filterBefore string      // what it was when its line was opened
	filterFrom   *list.Row   // where the cursor of the table was then
	memory       memory
	log          list.Log
	events       logView
	holders      holdersView
	highlighted  map[string]time.Time // keys of rows that changed, and when
	dialog       *dialog              // in modeDialog

	mode          mode
	detail        detailMode
	text          []string // what has the body instead of the table: see fullText
	scroll        int      // lines it is scrolled by
	width, height int
	helping       helpState    // in modeHelp
	hidden        show.Columns // that the user does not want to see
	columnsFrom   int          // how far the columns are scrolled: 0 = not, else to which of their stops
	notice        string       // what the last key came to; gone with the next key, or after noticeTime
	offered       string       // a command that the last key showed, to be sent if it is asked for once more
	noticedAt     time.Time    // when it was first shown
	rang          time.Time    // when the bell was last rung
	asked         *request     // what the source was asked to do and has not done yet
	suspending    bool         // the program is about to be stopped

	frames *frames         // what the user can have seen
	breaks *sync.WaitGroup // breaks under way
}

// newModel is a screen before it has heard of anything.
func newModel(o Options) *model {
	o.Names = o.Names.OrDefault()
	m := &model{
		opts:        o,
		keys:        newKeyMap(o.ASCII),
		clipboard:   findClipboard(os.Getenv),
		theme:       newTheme(o.ASCII),
		help:        help.New(),
		now:         time.Now,
		tick:        clockTick,
		queue:       newUpdateQueue(),
		scan:        status{wanted: o.Interval, interval: o.Interval},
		highlighted: map[string]time.Time{},
		frames:      &frames{},
		breaks:      &sync.WaitGroup{},
	}
	m.paths = show.NewPaths(o.Roots, &m.theme.chars)
	m.rowStyle = show.RowStyle{
		Chars:   m.theme.chars,
		Path:    func(r *report.Report) string { return m.paths.Of(r.Path) },
		Narrow:  true,
		Command: maxCommandWidth,
	}
	m.list = list.New(m.paths)
	m.list.SetHost(o.Host)
	m.keys.Break.SetEnabled(o.Break != nil)
	m.help.Styles = m.theme.helpStyles()
	m.help.ShortSeparator = "  "
	m.filter = newFilterLine(&m.theme, m.list.SetFilter)
	m.events.line = newFilterLine(&m.theme, m.filterLog)
	m.holders.line = newFilterLine(&m.theme, m.filterHolders)
	m.begin(o.View, o.States)
	return m
}

// tickMsg comes once a second, since ages are shown in seconds.
type tickMsg struct{}

// nextTick sends the next tickMsg.
func (m *model) nextTick() tea.Cmd {
	return tea.Tick(m.tick, func(time.Time) tea.Msg { return tickMsg{} })
}

// Init begins to wait for updates and for the clock.
func (m *model) Init() tea.Cmd { return tea.Batch(m.queue.next, m.nextTick()) }
