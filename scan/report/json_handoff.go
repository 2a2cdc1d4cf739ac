package report

import (
	"errors"
	"fmt"
	"math"
	"time"
)

type handoffJSON struct {
	Type       string    `json:"type"`
	Host       string    `json:"host,omitempty"`
	Path       string    `json:"path"`
	PathBytes  []byte    `json:"path_bytes,omitempty"`
	Root       string    `json:"root"`
	From       peerJSON  `json:"from"`
	To         peerJSON  `json:"to"`
	Released   time.Time `json:"released"`
	Acquired   time.Time `json:"acquired"`
	Gap        *float64  `json:"gap_ms,omitempty"` // or GapAtMost
	GapAtMost  *float64  `json:"gap_at_most_ms,omitempty"`
	RolledBack bool      `json:"rolled_back"`
}

type peerJSON struct {
	PID     int    `json:"pid"`
	Command string `json:"command,omitempty"`
}

func newHandoffJSON(h *Handoff) handoffJSON {
	j := handoffJSON{
		Type: typeHandoff, Host: h.Host, From: newPeerJSON(h.From), To: newPeerJSON(h.To),
		Released: jsonTime(h.Released), Acquired: jsonTime(h.Acquired), RolledBack: h.RolledBack,
	}
	j.Path, j.PathBytes = JSONText(h.Path)
	j.Root, _ = JSONText(h.Root)
	if ms := float64(h.Gap.Round(100*time.Microsecond).Microseconds()) / 1000; h.AtMost {
		j.GapAtMost = &ms
	} else {
		j.Gap = &ms
	}
	return j
}

func newPeerJSON(p Peer) peerJSON {
	j := peerJSON{PID: p.PID}
	j.Command, _ = JSONText(p.Command)
	return j
}

func (j *handoffJSON) line() (Line, error) {
	h := &Handoff{
		Host: j.Host,
		From: Peer(j.From), To: Peer(j.To), Released: j.Released, Acquired: j.Acquired,
		AtMost: j.GapAtMost != nil, RolledBack: j.RolledBack,
	}
	ms := j.Gap
	if h.AtMost {
		ms = j.GapAtMost
	}
	switch {
	case ms == nil || j.Gap != nil && h.AtMost:
		return Line{}, errors.New("a hand-off without a gap, or with two")
	case !(*ms >= 0 && *ms <= mostSeconds*1000):
		return Line{}, fmt.Errorf("a gap of %g ms", *ms)
	}
	h.Gap = time.Duration(math.Round(*ms*10)) * 100 * time.Microsecond
	var err error
	if h.Path, err = pathOf(j.Path, j.PathBytes); err != nil {
		return Line{}, err
	}
	if h.Root, err = pathOf(j.Root, nil); err != nil {
		return Line{}, err
	}
	return Line{Handoff: h}, errors.Join(checkHost(h.Host), checkPIDs(h.From.PID, h.To.PID), checkTime(h.Released), checkTime(h.Acquired))
}
