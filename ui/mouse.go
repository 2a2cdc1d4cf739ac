package ui

import (
	"strings"
	"unicode/utf8"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"lockscope/ui/list"
	"lockscope/ui/show"
)

// wheelStep is how many lines a notch of the wheel moves.
const wheelStep = 3

// Lines of the screen, from the top.
const (
	countersY = 1
	bodyY     = 3
)

// wheel scrolls what is under the pointer: the detail, the targets of the dialog, what has the body.
func (m *model) wheel(w tea.Mouse) {
	step := wheelStep
	if w.Button == tea.MouseWheelUp {
		step = -step
	}
	m.list.Pin(m.frames.seen().cursor)
	switch {
	case m.tooSmallFor():
	case m.mode == modeDialog:
		first, _, last := m.dialogScroll()
		m.dialog.top = max(min(first+step, last), 0)
	case m.listing() != nil:
		m.listing().MoveTo(m.listing().Position() + step)
	case m.text != nil:
		m.scrollTo(m.scroll + step)
	case m.onPane(w):
		m.scroll = max(m.scroll+step, 0)
	default:
		m.list.MoveBy(step)
		m.scroll = 0
	}
}

// onPane reports whether a place is in the detail that is shown with the table.
func (m *model) onPane(p tea.Mouse) bool {
	l := m.layout()
	beside := p.X >= l.width && p.Y >= bodyY && p.Y < bodyY+l.body
	below := l.detail > 0 && p.Y >= bodyY+l.rows+1 && p.Y < bodyY+l.body
	return m.showsPane() && (beside || below)
}

// click acts on what was seen at a place. A key at the foot, or a button of the dialog, is pressed. A
// counter shows its state alone, or all again; that of errors shows the log. A column's head sorts. A
// row gets the cursor, and in front of it is selected; the sign of a group folds it. The detail is shown in full.
func (m *model) click(p tea.Mouse) tea.Cmd {
	if p.Button != tea.MouseLeft || m.tooSmallFor() {
		return nil
	}
	seen := m.frames.seen()
	if k, hit := seen.keyAt(p.X, p.Y); hit {
		return m.press(k)
	}
	if m.mode == modeDialog {
		return m.clickButton(p, seen)
	}
	m.notice = ""
	m.list.Pin(seen.cursor)
	l := m.layout()
	switch {
	case p.Y == countersY:
		m.clickCounter(p.X)
	case m.body() == modeHolders && p.Y == bodyY:
		m.clickHolderHead(p.X)
	case m.listing() != nil:
		m.clickListing(m.listing(), p.Y-bodyY-1)
	case m.text != nil:
	case m.onPane(p):
		m.setDetail(detailFull)
	case p.Y == bodyY:
		m.clickHead(p.X, l)
	case p.Y > bodyY && p.Y <= bodyY+len(seen.window):
		m.clickRow(seen.window[p.Y-bodyY-1], p.X)
		m.scroll = 0
	}
	return nil
}

// clickRow puts the cursor on a row, selects it in front of it, and folds or unfolds a group at its sign.
func (m *model) clickRow(r *list.Row, x int) {
	switch moved := m.list.MoveToRow(r); {
	case !moved:
	case x < leftMargin:
		m.list.Toggle()
	case x == leftMargin && r.Group != nil:
		m.list.Fold(!r.Group.Folded)
	}
}

// clickCounter shows what a counter counts. What needs the table does nothing while that is covered.
func (m *model) clickCounter(x int) {
	at := 1
	for _, c := range m.counters() {
		next := at + show.Width(c.text)
		switch hit := at <= x && x < next; {
		case hit && c.log:
			m.openLog()
		case m.text != nil:
		case hit && c.shows != 0 && m.list.Classes() == c.shows:
			m.list.ShowClasses(0)
		case hit && c.shows != 0:
			m.list.ShowClasses(c.shows)
		}
		at = next
	}
}

func (m *model) clickHead(x int, l layout) {
	o, w := m.list.Order(), m.columns(l)
	if by := w.under(x); by == o.Column {
		m.sort(list.Order{Column: by, Reverse: !o.Reverse})
	} else {
		m.sort(list.Order{Column: by})
	}
}

// clickHolderHead sorts by the column at a place of the head or, where it is that already, reverses.
func (m *model) clickHolderHead(x int) {
	h, by := &m.holders, list.HolderWorst
	x -= leftMargin + stateWidth + 1
	for c, w := range planHolders(m.width, m.hostWidth()) {
		if c > int(list.HolderWorst) && w > 0 && x >= 0 {
			by = list.HolderColumn(c)
			x -= w + gapWidth
		}
	}
	m.sortHolders(by, h.by == by && !h.reverse)
}

// clickButton presses a button of the dialog, if that is what was seen at a place.
func (m *model) clickButton(p tea.Mouse, seen *frame) tea.Cmd {
	if seen.dialog != m.dialog || seen.buttons == 0 || p.Y != seen.buttons {
		return nil
	}
	left := overlayStart(m.width, show.Width(m.dialogLines()[0]))
	line := ansi.TruncateLeftWc(seen.line(p.Y), left, "")
	for word, b := range map[string]key.Binding{cancelButton: m.keys.No, breakButton: m.keys.Yes} {
		i := strings.Index(line, word)
		if i < 0 {
			continue
		}
		at := left + show.Width(line[:i])
		if p.X >= at-2 && p.X < at+len(word)+2 { // with the brackets
			return m.press(keyPress(b.Keys()[0]))
		}
	}
	return nil
}

// line is what is to be read on a line of the frame.
func (f *frame) line(y int) string {
	lines := strings.Split(f.content, "\n")
	if y < 0 || y >= len(lines) {
		return ""
	}
	return ansi.Strip(lines[y])
}

// keyAt is the key whose hint is at a place. Where a hint is that of two keys, its left half is that
// of the first.
func (f *frame) keyAt(x, y int) (k tea.KeyPressMsg, hit bool) {
	if y != strings.Count(f.content, "\n") {
		return k, false
	}
	line := f.line(y)
	for _, b := range f.keys {
		hint := b.Help().Key + " " + b.Help().Desc
		i := strings.Index(line, hint)
		if i < 0 || !b.Enabled() {
			continue
		}
		at, w := show.Width(line[:i]), show.Width(hint)
		switch keys := b.Keys(); {
		case x < at || x >= at+w:
		case x < at+w/2:
			return keyPress(keys[0]), true
		default:
			return keyPress(keys[len(keys)-1]), true
		}
	}
	return k, false
}

// namedKeys are the keys that a binding calls by a name.
var namedKeys = map[string]rune{
	"enter": tea.KeyEnter, "esc": tea.KeyEscape, "tab": tea.KeyTab, "space": tea.KeySpace, "backspace": tea.KeyBackspace,
	"up": tea.KeyUp, "down": tea.KeyDown, "left": tea.KeyLeft, "right": tea.KeyRight,
	"pgup": tea.KeyPgUp, "pgdown": tea.KeyPgDown, "home": tea.KeyHome, "end": tea.KeyEnd,
}

// keyPress is the press of a key, named as bindings name it.
func keyPress(name string) tea.KeyPressMsg {
	var k tea.KeyPressMsg
	if rest, ok := strings.CutPrefix(name, "ctrl+"); ok {
		k.Mod, name = tea.ModCtrl, rest
	}
	if rest, ok := strings.CutPrefix(name, "shift+"); ok {
		k.Mod, name = tea.ModShift, rest
	}
	if code, ok := namedKeys[name]; ok {
		k.Code = code
		return k
	}
	k.Code, _ = utf8.DecodeRuneInString(name)
	if k.Mod == 0 {
		k.Text = name
	}
	return k
}
