package observe

import (
	"time"

	"lockscope/lock"
	"lockscope/lock/proc"
	"lockscope/scan/report"
)

// Sight is how much of the host can be seen from here. No directory is looked at for it.
type Sight struct {
	Restrictions report.Restrictions
	PIDNamespace string // such as pid:[4026531836]; "" where it cannot be told
	Mounts       proc.Mounts

	Processes       int   // that /proc lists
	Closed          []int // of these, the PIDs of those whose descriptors may not be seen
	MountNamespaces int   // whose mounts could be read, our own among them

	TableLines int           // of the kernel's lock table
	TableTook  time.Duration // processor time
	TableErr   error         // os.ErrDeadlineExceeded where it takes too long; nil where it could be read
}

// Sight reads the kernel's lock table, and two links of every process.
func (s *Session) Sight() Sight {
	sight := Sight{Restrictions: s.restrictions, PIDNamespace: s.mounts.pidNS, Mounts: s.mounts.ours}
	for _, who := range s.mounts.processNamespaces() {
		switch {
		case proc.IsGone(who.err):
			continue
		case who.err != nil:
			sight.Closed = append(sight.Closed, who.pid)
		}
		sight.Processes++
	}
	sight.MountNamespaces = len(s.mounts.layers.find().namespaces)
	s.table.load()
	lines := &s.table.lines
	sight.TableLines, sight.TableTook, sight.TableErr = lines.read, s.TableTook(), lines.err
	if lines.flocks == nil && lines.err == nil {
		sight.TableErr = report.ErrNoAnswer
	}
	return sight
}

// Layer says of which overlay a directory is, or may be, in a layer, by that overlay's mount point; "" where it is
// in none that is known. unread is in how many mount namespaces, which could not be read, there may be others.
func (s *Session) Layer(d lock.Dir) (merged string, unread int) {
	place := func() proc.Place {
		p, _ := d.Place(s.mounts.ours)
		return p
	}
	merged, unread, _ = s.mounts.layers.lookup(place, d.RealPath)
	return merged, unread
}
