package report

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"lockscope/lock"
)

// programAndPID returns a process as a person would call it: kvd 8121.
func programAndPID(p *Process) string { return fmt.Sprintf("%s %d", Program(p), p.PID) }

// Program returns the name of the program that a process runs, escaped: the last part of the first
// word of its command line.
func Program(p *Process) string {
	if p == nil {
		return "process"
	}
	if strings.HasPrefix(p.Command, "[") { // its name, since it has no command line
		return Escape(p.Command)
	}
	first, _, _ := strings.Cut(p.Command, " ")
	if first == "" {
		return "process"
	}
	if first = path.Base(first); len(first) > maxProgram {
		return Escape(first[:maxProgram]) + "…"
	}
	return Escape(first)
}

// hasProcess is a process, or one with what it does with the lock.
type hasProcess interface{ process() *Process }

func (p *Process) process() *Process { return p }
func (h Holder) process() *Process   { return h.Process }
func (o Opener) process() *Process   { return o.Process }

func names[P hasProcess](processes []P) string {
	return list(processes, func(p P) string { return programAndPID(p.process()) })
}

func programs[P hasProcess](processes []P) string {
	return list(processes, func(p P) string { return Program(p.process()) })
}

// list returns a word for each process, as a person would list them: a, b and c.
func list[P hasProcess](processes []P, word func(P) string) string {
	var words []string
	for i, p := range processes {
		if i == maxNames {
			words = append(words, fmt.Sprintf("%d more", len(processes)-maxNames))
			break
		}
		words = append(words, word(p))
	}
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}

func pids[P hasProcess](processes []P, separator string) string {
	pids := make([]string, len(processes))
	for i, p := range processes {
		pids[i] = fmt.Sprint(p.process().PID)
	}
	return strings.Join(pids, separator)
}

// number returns the form of a word that goes with n things.
func number(n int, one, many string) string {
	if n > 1 {
		return many
	}
	return one
}

func filter[T any](all []T, is func(T) bool) (some []T) {
	for _, one := range all {
		if is(one) {
			some = append(some, one)
		}
	}
	return some
}

func tempNames(temps []lock.Temp) string {
	names := make([]string, len(temps))
	for i, t := range temps {
		names[i] = Escape(t.Name)
	}
	return strings.Join(names, ", ")
}

// quote returns a text from outside, shortened and escaped, in quotes.
func quote(text string) string {
	if len(text) > maxQuote {
		return `"` + Escape(text[:maxQuote]) + `"…`
	}
	return `"` + Escape(text) + `"`
}

// cause returns an error without the directory's path, which stands beside it anyway.
func cause(err error) string {
	if err == nil {
		return "no reason is known"
	}
	var p *fs.PathError
	if errors.As(err, &p) {
		return Escape(fmt.Sprintf("%s %s: %v", p.Op, path.Base(p.Path), p.Err))
	}
	return Escape(err.Error())
}

// capitalize returns a text with which a sentence can begin.
func capitalize(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// age returns a duration as people say it: 3s, 12m, 2h, 4d.
func age(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%dm", d/time.Minute)
	case d < 24*time.Hour:
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return fmt.Sprintf("%dd", d/(24*time.Hour))
}
