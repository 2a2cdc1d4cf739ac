package lock

var FormatPID = formatPID

// BreakSteps are the moments of a break, in order: where there is a lock file,
// and where there is none.
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

// BreakStaleAt is BreakStale, with something to do at each of its moments.
func BreakStaleAt(dir string, seen Evidence, at func(step string)) (removed []string, err error) {
	return DefaultNames.breakStale(dir, seen, func(s breakStep) { at(string(s)) })
}
