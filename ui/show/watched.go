package show

import "lockscope/scan/report"

// polledWords say why directories are polled.
var polledWords = map[report.PolledBecause]string{
	report.PolledByRequest: "there are no events with these flags, or without CAP_LEASE",
	report.PolledRemote:    "on network and FUSE file systems others make changes too",
	report.PolledBudget:    "no more are watched than a quarter of what the host allows",
	report.PolledNoSpace:   "other programs have the watches of this user (fs.inotify.max_user_watches)",
	report.PolledNoisy:     "too much happens there",
	report.PolledDenied:    "they may not be read",
	report.PolledNoEvents:  "this kernel or container has no inotify",
	report.PolledProcess:   "the end of their process cannot be told",
	report.PolledFailed:    "they could not be watched",
}

// Watched says how changes become known, in sentences; none where that is not known.
func Watched(w *report.Watched) []string {
	if w == nil {
		return nil
	}
	lines := []string{Count(w.Dirs) + " data directories tell of their changes at once, and so do " +
		Count(w.Passed) + " directories above them and " + Count(w.Processes) + " processes."}
	for why := range report.PolledFailed + 1 {
		if n := w.Polled[why]; n > 0 {
			lines = append(lines, Count(n)+" are looked at from time to time instead: "+polledWords[why]+".")
		}
	}
	return lines
}
