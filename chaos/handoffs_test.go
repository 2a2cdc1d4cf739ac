package chaos

import (
	"fmt"
	"slices"
	"time"
)

// change is something that happened to who has the lock of a directory, in the order of its happening.
type change struct {
	span
	kind changeKind
	pid  int
}

type changeKind int

const (
	released changeKind = iota // the pidfile was removed and the lock given back
	acquired
	ended        // the process did
	mayHaveEnded // it ends by itself soon after that
	losing       // who had it is no longer known: somebody removed the pidfile or the lock file, or the directory moved
	looping      // it acquires and releases all the time
)

// handoff is one that was made.
type handoff struct {
	path             string
	from, to         int
	release, acquire span
	rolledBack       bool
	owed             bool // it is certain that it could be seen
	either           bool // whether it is rolled back is not certain
	often            bool // it stands for any number
	told             int
}

// handoffs returns those that were made in a directory. One is from who released the lock to who acquired it next,
// if the first still lived. If it took the lock back itself, or gets it again after the second has died, it is rolled
// back.
func handoffs(path string, changes []change) (made []*handoff) {
	var owner, giver int
	var release, lost span
	var sure, giverSure bool // nothing happened to the owner, and before, that lockscope may not know
	dead, unsure := map[int]span{}, map[int]bool{}
	for i, c := range changes {
		switch c.kind {
		case ended:
			dead[c.pid] = c.span
		case losing:
			if sure = false; lost.To == 0 {
				lost = c.span
			}
		case mayHaveEnded:
			unsure[c.pid] = true
		case looping:
			made = append(made, &handoff{path: path, from: c.pid, to: c.pid, release: c.span, acquire: c.span, rolledBack: true, often: true})
			owner, release = c.pid, c.span
		case released:
			release = c.span
			if lost.To != 0 { // for all that events tell, this was when somebody removed the pidfile
				release.From = lost.From
			}
		case acquired:
			h := &handoff{path: path, from: owner, to: c.pid, release: release, acquire: c.span, owed: sure}
			_, ownerDied := dead[owner]
			delete(dead, c.pid) // a PID is given out again
			if ownerDied && release.To == 0 {
				h.release = dead[owner]
			}
			switch {
			case owner == 0 || owner == c.pid && ownerDied:
				h = nil
			case owner == c.pid:
				h.rolledBack = true
			case !ownerDied && release.To != 0:
				// Who ends just then may have ended before or after that, for all that events tell.
				endsSoon := func(n change) bool {
					return n.kind == ended && n.pid == owner && time.Duration(n.From-c.To) < heldLong
				}
				h.owed = sure && !slices.ContainsFunc(changes[i+1:], endsSoon)
			case ownerDied && giver == c.pid:
				h.rolledBack, h.owed = true, sure && giverSure
			default:
				h = nil // a restart
			}
			next := moment(forever)
			for _, n := range changes[i+1:] {
				if n.kind != ended && n.kind != mayHaveEnded || n.pid == c.pid {
					next = n.From
					break
				}
			}
			long := time.Duration(next-c.To) >= heldLong
			giver = 0
			if h != nil {
				h.owed, h.either = h.owed && long && !unsure[owner], unsure[owner]
				made, giver, giverSure = append(made, h), owner, h.owed
			}
			delete(unsure, c.pid)
			owner, release, lost, sure = c.pid, span{}, span{}, long
		}
	}
	return made
}

// toldHandoff is a line that tells of one. The gap is exact, or at most so long.
type toldHandoff struct {
	path       string
	from, to   int
	rolledBack bool
	acquired   moment
	gap        time.Duration
	atMost     bool
}

// falseHandoff finds the one that a line tells of, and counts it there. It returns what is wrong with it.
func falseHandoff(made []*handoff, t toldHandoff, late time.Duration) string {
	fits := func(h *handoff) bool {
		return h.from == t.from && h.to == t.to && (h.rolledBack == t.rolledBack || h.either) &&
			h.acquire.wider(tick, late).overlaps(span{t.acquired, t.acquired}) &&
			(!h.often || t.gap <= time.Duration(h.acquire.To-h.acquire.From)) // the first of many comes after a longer one
	}
	found := (*handoff)(nil) // the nearest: the same two may hand over often
	off := func(h *handoff) time.Duration { return time.Duration(h.acquire.From - t.acquired).Abs() }
	for _, h := range made {
		if fits(h) && (found == nil || h.often || !found.often && off(h) < off(found)) {
			found = h
		}
	}
	if found == nil {
		return fmt.Sprintf("%s: the hand-off %+v was not made; there were %s", t.path, t, near(made, t))
	}
	found.told++
	most := time.Duration(found.acquire.To - found.release.From)
	least := time.Duration(found.acquire.From - found.release.To)
	switch {
	case found.told > 1 && !found.often:
		return fmt.Sprintf("%s: the hand-off %+v was told twice", t.path, t)
	case t.gap < 0 || !t.atMost && t.gap > most+late:
		return fmt.Sprintf("%s: the hand-off %+v took %v at most", t.path, t, most)
	case t.atMost && t.gap+tick < least:
		return fmt.Sprintf("%s: the hand-off %+v took %v at least", t.path, t, least)
	}
	return ""
}

// near says which hand-offs were made at about that time.
func near(made []*handoff, t toldHandoff) (text string) {
	made = slices.DeleteFunc(slices.Clone(made), func(h *handoff) bool {
		return !h.acquire.wider(5*time.Second, 5*time.Second).overlaps(span{t.acquired, t.acquired})
	})
	for _, h := range made {
		text += fmt.Sprintf("%+v ", *h)
	}
	return text + "and no others"
}
