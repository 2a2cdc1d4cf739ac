package doctor

import (
	"errors"
	"fmt"
	"strings"

	"lockscope/scan/report"
)

func (f *Facts) inotifyCheck() Check {
	e := &f.Events
	c := Check{Name: "inotify", NotClaimed: "what happens between two polls, such as a hand-off"}
	switch {
	case e.Err != nil || e.Stats.InotifyErr != nil:
		c.Status, c.Remedy = Limited, "fewer programs with inotify, or sysctl fs.inotify.max_user_instances=1024; allow it in the sandbox"
		c.Text = "no directory can be watched: " + errors.Join(e.Err, e.Stats.InotifyErr).Error()
	case e.MaxWatches >= 0 && e.MaxWatches < 4, e.Stats.MostWatched == 0:
		c.Status, c.Remedy = Limited, "sysctl fs.inotify.max_user_watches=131072; in a user namespace user.max_inotify_watches"
		c.Text = fmt.Sprintf("no directory can be watched: the limit of watches for this user is %d", max(e.MaxWatches, 0))
	case e.Stats.MountsErr != nil:
		c.Status, c.Text = Limited, "directories can be watched, but not the mount table: "+e.Stats.MountsErr.Error()
		c.NotClaimed = "what a mount covers, before it is looked at in turn"
	default:
		most, bound, remedy := f.mostWatched()
		c.Text = fmt.Sprintf("%d directories are watched at most, %s", most, bound)
		n := f.watchable()
		if n <= most {
			c.NotClaimed = ""
			break
		}
		c.Status, c.Remedy = Limited, remedy
		c.Text += fmt.Sprintf(", and there are %d data directories: the others are polled", n)
	}
	return c
}

// mostWatched is how many directories can be watched, by what that is bounded, and what would help.
func (f *Facts) mostWatched() (most int, bound, remedy string) {
	own, allowed := f.Events.Stats.MostWatched, f.Events.MaxWatches
	enough := 4 * f.watchable() // a quarter is taken
	switch {
	case allowed >= 0 && allowed < own:
		return allowed, "all that this user namespace allows", fmt.Sprintf("sysctl user.max_inotify_watches=%d or more", enough)
	case own < allowed/4:
		return own, "for which there is memory (see memory)", "a higher limit of memory: GOMEMLIMIT where it is set, else that of the cgroup"
	}
	return own, "a quarter of what the host allows", fmt.Sprintf("sysctl fs.inotify.max_user_watches=%d or more", enough)
}

// watchable is how many data directories would be watched, if as many were allowed as there are. What is polled for
// another reason needs no watch.
func (f *Facts) watchable() (n int) {
	for i := range f.Roots {
		if w := f.Roots[i].Watched; w != nil {
			n += w.Dirs + w.Polled[report.PolledBudget] + w.Polled[report.PolledNoSpace]
		}
	}
	return n
}

func (f *Facts) pidfdCheck() Check {
	e := &f.Events
	if e.PidfdErr != nil || e.Stats.MostFollowed == 0 {
		text := "the limit of open files leaves no descriptor for it"
		if e.PidfdErr != nil {
			text = e.PidfdErr.Error()
		}
		return Check{
			Name: "pidfd", Status: Limited, Text: "the end of a process is not told: " + text,
			Remedy: "Linux 5.3 or later, a sandbox that allows pidfd_open, and some hundred descriptors (ulimit -n)", NotClaimed: "that a daemon lives, between two polls",
		}
	}
	return Check{Name: "pidfd", Text: fmt.Sprintf("the ends of %d processes are told at most", e.Stats.MostFollowed)}
}

// polledRemedies are what would help where directories are polled, if anything would.
var polledRemedies = map[report.PolledBecause]string{
	report.PolledByRequest: "run as root, or with CAP_LEASE, without --probe",
	report.PolledRemote:    "run on the host that the files are on",
	report.PolledBudget:    "sysctl fs.inotify.max_user_watches, four times as many as directories",
	report.PolledNoSpace:   "a higher sysctl fs.inotify.max_user_watches, or user.max_inotify_watches in a user namespace",
	report.PolledDenied:    "run as root, or with CAP_DAC_READ_SEARCH",
	report.PolledNoEvents:  "allow inotify in the sandbox",
	report.PolledProcess:   "ulimit -n, four times as many as processes; see pidfd",
}

func (r *Root) watchedCheck(f *Facts) Check {
	c := Check{Name: "watched"}
	if r.Watched == nil {
		c.Status, c.Text = Limited, "it took too long to find out"
		return c
	}
	c.Text = fmt.Sprintf("%d of %s, %d above them, and %s",
		r.Watched.Dirs, counted(r.Dirs, "data directory", "data directories"), r.Watched.Passed, counted(r.Watched.Processes, "process", "processes"))
	var remedies []string
	for why := range report.PolledCount {
		if n := r.Watched.Polled[why]; n > 0 {
			c.Status = Limited
			c.Text += fmt.Sprintf("; %s polled, since %s", counted(n, "is", "are"), why.Why())
			if remedy := polledRemedies[why]; remedy != "" {
				remedies = append(remedies, remedy)
			}
		}
	}
	c.Remedy = strings.Join(remedies, "; ")
	if c.Status != OK {
		c.NotClaimed = "what happens between two polls there, such as a hand-off"
	}
	return c
}
