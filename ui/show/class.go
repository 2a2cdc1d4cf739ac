package show

import (
	"slices"

	"lockscope/scan/report"
)

// Class is what a directory counts as: its state or, while the verdict on it awaits a second
// look, checking. Classes are numbered in order of severity.
type Class uint8

const (
	Checking   Class = 7 // between the problems and the healthy states
	ClassCount Class = 10
	NoClass          = ClassCount // of what is not, or not yet, a data directory
)

// ClassOf is what a directory counts as.
func ClassOf(r *report.Report) Class {
	if r.Checking {
		return Checking
	}
	return ClassOfState(r.Verdict.State)
}

// ClassOfState is what a directory counts as once the verdict on it stands.
func ClassOfState(s report.State) Class {
	c := Class(s.Severity())
	if c >= Checking {
		c++
	}
	return c
}

// Problem reports whether it needs attention.
func (c Class) Problem() bool { return c < Checking }

func (c Class) String() string { return classWords[c] }

// StateWord is the word for what a directory counts as or, of a host, that it is lost.
func StateWord(r *report.Report) string {
	if r.IsHost() {
		return "lost"
	}
	return ClassOf(r).String()
}

// Digit is the key that shows a state, 1 for the worst; 0 for a class that no key shows.
func (c Class) Digit() int {
	switch {
	case c < Checking:
		return int(c) + 1
	case c == Checking:
		return 0
	}
	return int(c)
}

// classWords are the words for the classes, in order.
var classWords = func() (words [ClassCount]string) {
	words[Checking] = "checking"
	for _, s := range report.States {
		words[ClassOfState(s)] = s.String()
	}
	return words
}()

// Role is the part that the word for it plays.
func (c Class) Role() Role { return classRoles[c] }

var classRoles = [ClassCount]Role{
	Alarm, Alarm, Problem, Warning, Warning, // split, unguarded, orphaned, mismatch, unnamed
	Breakable, Unsure, Dim, Good, Dim, // stale, unknown, checking, held, free
}

// Classes is a set of classes.
type Classes uint16

const (
	EveryClass Classes = 1<<ClassCount - 1
	Problems   Classes = 1<<Checking - 1
)

// Only is the set of one class.
func Only(c Class) Classes { return 1 << c }

// Has reports whether c is in the set.
func (cs Classes) Has(c Class) bool { return cs&(1<<c) != 0 }

// Toggle is the set with c, if it was without, or without it.
func (cs Classes) Toggle(c Class) Classes { return cs ^ 1<<c }

// List gives the members in order of severity.
func (cs Classes) List() []Class {
	out := make([]Class, 0, ClassCount)
	for c := range Class(ClassCount) {
		if cs.Has(c) {
			out = append(out, c)
		}
	}
	return slices.Clip(out)
}
