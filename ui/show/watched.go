package show

import "lockscope/scan/report"

// Watched says how changes become known, in sentences; none where that is not known.
func Watched(w *report.Watched) []string {
	if w == nil {
		return nil
	}
	lines := []string{Count(w.Dirs) + " data directories tell of their changes at once, and so do " +
		Count(w.Passed) + " directories above them and " + Count(w.Processes) + " processes."}
	for why := range report.PolledFailed + 1 {
		if n := w.Polled[why]; n > 0 {
			lines = append(lines, Count(n)+" are looked at from time to time instead: "+why.Why()+".")
		}
	}
	return lines
}
