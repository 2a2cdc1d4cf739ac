package list

import (
	"time"

	"lockscope/ui/show"
)

// Classes are those that are shown; none = all.
func (l *List) Classes() show.Classes { return l.query.classes }

// Words is how many words the filter has that a directory must match.
func (l *List) Words() int { return len(l.query.terms) }

// Filtered reports whether there is a filter, by classes or by words.
func (l *List) Filtered() bool { return !l.query.all() }

// ShowClasses shows these classes only; none = all.
func (l *List) ShowClasses(cs show.Classes) {
	l.setQuery(query{classes: cs, terms: l.query.terms})
}

// ToggleClass shows one class alone, or adds it to, or removes it from, those that were chosen
// one by one.
func (l *List) ToggleClass(c show.Class) {
	if cs := l.query.classes; cs == 0 || cs == show.Problems {
		l.ShowClasses(show.Only(c))
	} else {
		l.ShowClasses(cs.Toggle(c))
	}
}

// SetFilter shows what matches a filter as it was typed: words divided by white space, all of which have to
// match. A word may begin with ! to exclude, with the name of a field and a colon, and with ~ if it is a
// regular expression; | stands between two of which either will do. A word that is not complete asks for
// nothing. So does one that cannot be meant: then the problem says why, not escaped.
func (l *List) SetFilter(text string) (problem string) {
	terms, problem := parseTerms(text, directoryFields)
	l.setQuery(query{classes: l.query.classes, terms: terms})
	return problem
}

// SetHost says what host the directories are on.
func (l *List) SetHost(name string) { l.context.host = name }

// SetTime says what time it is, for the filter: where it asks for an age, other rows may match now.
func (l *List) SetTime(now time.Time) {
	l.context.now = now
	if l.query.ages() {
		l.refilter(l.sorted, l.kept())
	}
}

// ShowAll shows every directory again.
func (l *List) ShowAll() { l.setQuery(query{}) }

// setQuery shows other rows. The cursor stays with its directory, or goes to
// the next one that is shown.
func (l *List) setQuery(q query) {
	from := l.sorted
	if q.narrows(&l.query) {
		from = l.matched
	}
	l.query = q
	l.left = nil
	l.refilter(from, nil)
}
