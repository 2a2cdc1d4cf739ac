package print

import (
	"slices"

	"lockscope/scan/report"
)

// noteRoots takes in which roots the hosts say that they have. One that has no directory is worth knowing; and one that a
// host had when it was reached before, and has no more, is not. The caller holds mu.
func (m *Metrics) noteRoots(u *report.Update) {
	changed := false
	for host, roots := range u.Summary.Roots {
		if slices.Equal(m.named[host], roots) {
			continue
		}
		m.named[host], changed = roots, true
		for _, root := range roots {
			m.tallyOf(host, root)
		}
	}
	if changed || len(u.Gone) > 0 {
		m.forgetRoots()
	}
}

// forgetRoots forgets the roots that have no directory and that the hosts do not name. Of one that names as many as it may
// there can be others. The caller holds mu.
func (m *Metrics) forgetRoots() {
	for host, roots := range m.named {
		if len(roots) >= report.MaxRoots {
			continue
		}
		own := map[string]bool{moreRoots: true}
		for _, root := range slices.Concat(roots, m.opt.Roots) {
			own[label(root)] = true
		}
		at := place{host: label(host)}
		for at.root = range m.roots[at.host] {
			if !own[at.root] && m.places[at].isZero() {
				delete(m.places, at)
				delete(m.roots[at.host], at.root)
			}
		}
	}
}
