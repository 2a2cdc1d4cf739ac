package ui

import (
	"slices"

	"lockscope/scan/report"
)

// class is what a directory counts as on the screen: its state, or checking,
// which is no state yet. Classes are numbered in order of severity.
type class uint8

const (
	checking   class = 7 // between the problems and the healthy states
	classCount class = 10
)

func classOf(r *report.Report) class {
	if r.Checking {
		return checking
	}
	return classOfState(r.Verdict.State)
}

func classOfState(s report.State) class {
	c := class(s.Severity())
	if c >= checking {
		c++
	}
	return c
}

func (c class) problem() bool { return c < checking }

func (c class) String() string { return classWords[c] }

var classWords = func() (words [classCount]string) {
	words[checking] = "checking"
	for _, s := range report.States {
		words[classOfState(s)] = s.String()
	}
	return words
}()

// classes is a set of classes.
type classes uint16

const (
	everyClass classes = 1<<classCount - 1
	problems   classes = 1<<checking - 1
)

func only(c class) classes                { return 1 << c }
func (cs classes) has(c class) bool       { return cs&(1<<c) != 0 }
func (cs classes) toggle(c class) classes { return cs ^ 1<<c }

// list gives the members in order of severity.
func (cs classes) list() []class {
	out := make([]class, 0, classCount)
	for c := range class(classCount) {
		if cs.has(c) {
			out = append(out, c)
		}
	}
	return slices.Clip(out)
}
