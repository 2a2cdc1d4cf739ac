package lock

var FormatPID = formatPID

// BreakSteps are the steps of a break in order, with a lock file and without.
var BreakSteps = map[bool][]string{
	true:  names(stepOpened, stepProved, stepLocked, stepConfirmed, stepRemoved, stepReleased),
	false: names(stepOpened, stepProved, stepConfirmed, stepAside, stepReleased),
}

func names(steps ...breakStep) (names []string) {
	for _, s := range steps {
		names = append(names, string(s))
	}
	return names
}

// BreakStaleAt does what BreakStale does, and calls at after each step.
func BreakStaleAt(dir string, seen Evidence, at func(step string)) (removed []string, err error) {
	return DefaultNames.breakStale(dir, seen, func(s breakStep) { at(string(s)) })
}
