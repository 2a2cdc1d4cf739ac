package remote

import "time"

// allowance is how many lines a host may still send now: see mostLines.
type allowance struct {
	left float64
	at   time.Time // when it was so much
}

func newAllowance(now time.Time) *allowance { return &allowance{mostLines, now} }

// spend takes off a line of so many bytes, and returns how long to wait before the next one is read. A long
// line takes as much of a processor as many short ones, and counts as so many.
func (a *allowance) spend(now time.Time, bytes int) time.Duration {
	a.left = min(a.left+now.Sub(a.at).Seconds()*linesPerSecond, mostLines)
	a.at = now
	if a.left -= float64(1 + max(bytes-lineBytes, 0)/lineMore); a.left >= 0 {
		return 0
	}
	return time.Duration((linesPause - a.left) / linesPerSecond * float64(time.Second))
}
