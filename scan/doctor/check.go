package doctor

// Status is what came of a check.
type Status uint8

const (
	OK      Status = iota
	Limited        // less can be seen or done than elsewhere, and is claimed
	Failed         // a root could not be looked at
)

func (s Status) String() string { return [4]string{"ok", "limited", "failed"}[s&3] }

// MarshalText returns the word for JSON.
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Check is one thing that was looked at. Its texts are parts of sentences, and may have paths in them that come
// from outside: escape them before printing.
type Check struct {
	Name       string // its code, which is part of the JSON and does not change
	Status     Status
	Text       string // what was found: with any other status than OK the reason
	Remedy     string // what would help; "" if nothing would, or need
	NotClaimed string // what is therefore not claimed: "that ..."; "" if nothing is missing
}

// Diagnosis is what the facts amount to.
type Diagnosis struct {
	Host  []Check // of the host as it can be seen from here
	Roots []RootDiagnosis
}

// RootDiagnosis is what the facts of one root amount to.
type RootDiagnosis struct {
	Path   string
	Checks []Check
}

// Status is the worst of all checks.
func (d *Diagnosis) Status() Status {
	counts := d.Counts()
	switch {
	case counts[Failed] > 0:
		return Failed
	case counts[Limited] > 0:
		return Limited
	}
	return OK
}

// Counts is how many checks there are of each status.
func (d *Diagnosis) Counts() (counts [Failed + 1]int) {
	for _, c := range d.Host {
		counts[c.Status]++
	}
	for _, r := range d.Roots {
		for _, c := range r.Checks {
			counts[c.Status]++
		}
	}
	return counts
}

// Diagnose says what the facts amount to.
func Diagnose(f *Facts) *Diagnosis {
	d := &Diagnosis{Host: f.hostChecks()}
	for i := range f.Roots {
		d.Roots = append(d.Roots, RootDiagnosis{f.Roots[i].Path, f.rootChecks(&f.Roots[i])})
	}
	return d
}
