package list

import "lockscope/ui/show"

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

// SetFilter shows what matches a filter as it was typed: words divided by white space, all of which
// must match. A word may begin with ! to exclude, and with the name of a field and a colon. One that
// is not complete yet asks for nothing.
func (l *List) SetFilter(text string) {
	l.setQuery(query{classes: l.query.classes, terms: parseTerms(text, l.paths.Chars.ASCII)})
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
