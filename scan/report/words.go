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

// who is a process as a person would call it: kvd 8121.
func who(p *Process) string { return fmt.Sprintf("%s %d", Program(p), p.PID) }

// program is the last part of a command line's first word, escaped.
func Program(p *Process) string {
	if p == nil {
		return "process"
	}
	if strings.HasPrefix(p.Command, "[") { // the name of one that has no command line
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

// maxProgram is how many bytes of a program's name a sentence has: a process
// chooses its own, and how long it is.
const maxProgram = 64

// maxNames is how many holders a sentence names.
const maxNames = 3

// The processes that a sentence names have what they do with the lock beside them.

func (p *Process) process() *Process { return p }
func (h Holder) process() *Process   { return h.Process }
func (o Opener) process() *Process   { return o.Process }

func names[P person](people []P) string {
	return sentence(people, func(p P) string { return who(p.process()) })
}

func commands[P person](people []P) string {
	return sentence(people, func(p P) string { return Program(p.process()) })
}

type person interface{ process() *Process }

func sentence[P person](people []P, word func(P) string) string {
	var words []string
	for i, p := range people {
		if i == maxNames {
			words = append(words, fmt.Sprintf("%d more", len(people)-maxNames))
			break
		}
		words = append(words, word(p))
	}
	if n := len(words); n > 1 {
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
	return strings.Join(words, "")
}

func pidList[P person](people []P) string {
	pids := make([]string, len(people))
	for i, p := range people {
		pids[i] = fmt.Sprint(p.process().PID)
	}
	return strings.Join(pids, ",")
}

func only[T any](all []T, is func(T) bool) (some []T) {
	for _, one := range all {
		if is(one) {
			some = append(some, one)
		}
	}
	return some
}

// psOf is the command that shows what they are and who started them.
func psOf[P person](people []P) string { return "ps -o pid,ppid,lstart,args -p " + pidList(people) }

func tempNames(temps []lock.Temp) string {
	names := make([]string, len(temps))
	for i, t := range temps {
		names[i] = Escape(t.Name)
	}
	return strings.Join(names, ", ")
}

// quote shows a text from outside, shortened.
func quote(text string) string {
	const most = 20
	if len(text) > most {
		return `"` + Escape(text[:most]) + `"…`
	}
	return `"` + Escape(text) + `"`
}

// cause is an error without the path, which stands beside it anyway.
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

// capital begins a sentence with a text.
func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// age is a duration as people say it: 3s, 12m, 2h, 4d.
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
