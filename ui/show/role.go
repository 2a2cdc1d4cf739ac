package show

import (
	"image/color"

	"github.com/charmbracelet/x/ansi"
)

// Role is the part that a text plays. How it looks is the same wherever it is drawn.
type Role uint8

const (
	Plain     Role = iota
	Dim            // what matters less
	Strong         // a title
	Good           // all is well
	Warning        // wrong, and it harms nobody yet
	Problem        // wrong
	Alarm          // wrong, and it may harm data now
	Breakable      // wrong, and it can be cleared away from here
	Unsure         // not known
	RoleCount
)

// Look is how a text of a role is drawn. The colours are of the 16 that every terminal has and
// every user has chosen. They say nothing that a word does not say too.
type Look struct {
	Color       color.Color // nil: the terminal's own
	Bold, Faint bool
}

var looks = [RoleCount]Look{
	Dim:       {Faint: true},
	Strong:    {Bold: true},
	Good:      {Color: ansi.Green},
	Warning:   {Bold: true}, // yellow cannot be read on a light background
	Problem:   {Color: ansi.Red},
	Alarm:     {Color: ansi.Red, Bold: true},
	Breakable: {Color: ansi.Magenta}, // nor can cyan
	Unsure:    {Bold: true},
}

// Look is how the role is drawn.
func (r Role) Look() Look { return looks[r] }

// Render is a text of the role with the control sequences of its look.
func (r Role) Render(text string) string {
	l, style := looks[r], ansi.Style{}
	if l.Bold {
		style = style.Bold()
	}
	if l.Faint {
		style = style.Faint()
	}
	if l.Color != nil {
		style = style.ForegroundColor(l.Color)
	}
	return style.Styled(text)
}
