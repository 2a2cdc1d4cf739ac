package chaos

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// What is made of the changes: which hand-offs there were, and which of them are owed.
func TestHandoffs(t *testing.T) {
	at := func(kind changeKind, from, pid int) change { return change{between(from, from+5), kind, pid} }
	for name, test := range map[string]struct {
		changes []change
		want    string
	}{
		"a hand-off":              {[]change{at(acquired, 0, 7), at(released, 1000, 7), at(acquired, 1010, 8)}, "7→8 owed"},
		"its owner came just now": {[]change{at(acquired, 900, 7), at(released, 1000, 7), at(acquired, 1010, 8)}, "7→8"},
		"the next one comes at once": {
			[]change{at(acquired, 0, 7), at(released, 1000, 7), at(acquired, 1010, 8), at(released, 1020, 8), at(acquired, 1030, 9)}, "7→8 8→9",
		},
		"it ends just after that": {[]change{at(acquired, 0, 7), at(released, 1000, 7), at(acquired, 1010, 8), at(ended, 1020, 7)}, "7→8"},
		"a restart":               {[]change{at(acquired, 0, 7), at(released, 1000, 7), at(ended, 1010, 7), at(acquired, 1020, 8)}, ""},
		"a crash":                 {[]change{at(acquired, 0, 7), at(ended, 1000, 7), at(acquired, 1020, 8)}, ""},
		"taken back":              {[]change{at(acquired, 0, 7), at(released, 1000, 7), at(acquired, 1010, 7)}, "7→7 back owed"},
		"the pidfile was removed": {[]change{at(acquired, 0, 7), at(losing, 500, 0), at(released, 1000, 7), at(acquired, 1010, 8)}, "7→8"},
		"a PID is given out again": {
			[]change{at(acquired, 0, 7), at(ended, 500, 7), at(acquired, 600, 7), at(released, 1000, 7), at(acquired, 1010, 8)}, "7→8 owed",
		},
		"back after the next died": {
			[]change{at(acquired, 0, 7), at(released, 1000, 7), at(acquired, 1010, 8), at(ended, 2000, 8), at(acquired, 2010, 7)}, "7→8 owed 8→7 back owed",
		},
	} {
		var got []string
		for _, h := range handoffs("/d", test.changes) {
			text := fmt.Sprintf("%d→%d", h.from, h.to)
			if h.rolledBack {
				text += " back"
			}
			if h.owed {
				text += " owed"
			}
			got = append(got, text)
		}
		if strings.Join(got, " ") != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestFalseHandoff(t *testing.T) {
	const late = 500 * time.Millisecond
	told := toldHandoff{path: "/d", from: 7, to: 8, acquired: ms(1012), gap: 9 * time.Millisecond}
	for name, test := range map[string]struct {
		change  func(*toldHandoff)
		isFalse bool
	}{
		"as it was":        {func(*toldHandoff) {}, false},
		"read late":        {func(h *toldHandoff) { h.acquired, h.gap = ms(1300), 300*time.Millisecond }, false},
		"by another":       {func(h *toldHandoff) { h.to = 9 }, true},
		"from another":     {func(h *toldHandoff) { h.from = 9 }, true},
		"rolled back":      {func(h *toldHandoff) { h.rolledBack = true }, true},
		"before it was":    {func(h *toldHandoff) { h.acquired = ms(900) }, true},
		"long after it":    {func(h *toldHandoff) { h.acquired = ms(1600) }, true},
		"a gap too long":   {func(h *toldHandoff) { h.gap = time.Second }, true},
		"at most too much": {func(h *toldHandoff) { h.gap, h.atMost = time.Second, true }, false},
		"negative":         {func(h *toldHandoff) { h.gap = -1 }, true},
	} {
		made := []*handoff{{path: "/d", from: 7, to: 8, release: between(1000, 1002), acquire: between(1010, 1015)}}
		told := told
		test.change(&told)
		if fault := falseHandoff(made, told, late); (fault != "") != test.isFalse {
			t.Errorf("%s: %q", name, fault)
		}
	}
	made := []*handoff{{path: "/d", from: 7, to: 8, release: between(500, 502), acquire: between(1010, 1015)}}
	if fault := falseHandoff(made, told, late); fault != "" {
		t.Error(fault)
	}
	if falseHandoff(made, told, late) == "" {
		t.Error("told twice")
	}
	told.atMost = true
	made[0].told = 0
	if falseHandoff(made, told, late) == "" {
		t.Error("at most 9 ms, where it took 508")
	}
}
