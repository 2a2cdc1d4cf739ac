package cli

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"lockscope/scan/report"
	"lockscope/ui/show"
)

// manual is the manual page, in the language of man(7).
func manual() string {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH LOCKSCOPE 1 \"\" \"lockscope %s\" \"User Commands\"\n", roff(buildVersion()))
	b.WriteString(manualBegin)
	for _, g := range flagGroups {
		fmt.Fprintf(&b, ".SS %s\n", g.title)
		for _, f := range g.flags {
			b.WriteString(".TP\n")
			if short := f.short(); short != "" {
				fmt.Fprintf(&b, ".BR \\-%s \", \"", short)
			} else {
				b.WriteString(".BR") // bold and roman, by turns
			}
			b.WriteString(" \\-\\-" + roff(f.name))
			if f.value != "" {
				b.WriteString(" \" " + f.value + "\"")
			}
			b.WriteString("\n" + sentence(f.text) + "\n" + f.choice())
		}
	}
	b.WriteString(".SH STATES\nThe worst first. All but the last two need attention.\n")
	for _, s := range report.States {
		fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", s, sentence(show.ClassOfState(s).Meaning()))
	}
	b.WriteString(manualConfig)
	for _, key := range configKeys(reflect.TypeFor[config](), "") {
		fmt.Fprintf(&b, ".TP\n.B %s\n%s\n", roff(key), sentence(keyText(key)))
	}
	b.WriteString(manualEnd)
	return b.String()
}

// choice is a sentence on what the value may be, where the text does not say it.
func (f *flagDoc) choice() string {
	said := func(word string) bool { return strings.Contains(f.text, word) }
	switch {
	case !slices.ContainsFunc(f.words, func(word string) bool { return !said(word) }):
		return ""
	case f.list:
		return "Any of, divided by commas: " + roff(strings.Join(f.words, ", ")) + ".\n"
	}
	return "One of: " + roff(strings.Join(f.words, ", ")) + ".\n"
}

// sentence is a text for the manual, that ends as a sentence does.
func sentence(text string) string { return roff(strings.ToUpper(text[:1])+text[1:]) + "." }

// roff is a text in which nothing is an instruction.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`).Replace(text)
	if strings.HasPrefix(text, ".") {
		text = `\&` + text
	}
	return text
}

const manualBegin = `.SH NAME
lockscope \- who owns each data directory, and which locks are lying
.SH SYNOPSIS
.B lockscope
.RI [ flags ]
.RI [ root ...]
.SH DESCRIPTION
Shows who owns each of many data directories by its lock file,
.IR \%.handoff.lock ,
whose
.BR flock (2)
is the truth, and by its
.IR \%.handoff.pidfile ,
a hint that can lie; says what is wrong and what to do; and can clear away what a dead daemon left behind.
Looking never disturbs a daemon.
.P
On a terminal it is a screen, on which ? helps.
Otherwise, or with
.BR \-\-once ", " \-o " or " \-\-check ,
it prints and exits.
The roots are the arguments, else those of the config file, else the current directory.
Run it as root to see the processes of all users.
.SH OPTIONS
`

const manualConfig = `.SH FILTER
Each of its words must match, in the path, the state, the PID or the command.
.TP
.B stale tenant\-04
Both.
.TP
.B kvd|init !backup
Either; not.
.TP
.B ~tenant\-0[0\-9]+5
A regular expression.
.TP
.B state:stale,split pid:8121 cmd:kvd user:db root:/srv reason:pid\-reused host:web\-01
In one field.
.TP
.B age:<10m
The state began less than ten minutes ago.
.SH CONFIGURATION
The config file is TOML.
.B lockscope \-\-write\-config
prints one that says what is in effect: into a new file, since the shell empties one that is there before it is read.
Flags override it.
A dot divides the name of a table from that of a key in it.
Relative paths are below the file's directory.
A file that others than this user and root can write cannot set
.BR ssh_command ", " remote_command ", " hosts ", " hosts_file ", " push " or " audit_log :
after a umask of 002 it needs a
.BR "chmod go\-w" .
`

const manualEnd = `.SH EXIT STATUS
.TP
.B 0
Done; with
.BR \-\-check :
all healthy.
.TP
.B 1
With
.BR \-\-check :
attention needed, or no data directory found; with
.BR \-\-break\-stale :
a stale one was refused or failed.
.TP
.B 2
Bad usage or config.
.TP
.B 3
A root could not be scanned (the others were, and are printed), or the output could not be written.
.TP
.BI 128+ N
Ended by signal
.IR N .
.SH ENVIRONMENT
.TP
.B LOCKSCOPE_CONFIG
The config file, where
.B \-\-config
names none.
.TP
.B NO_COLOR
Where it is not empty there is no colour.
.TP
.BR LC_ALL ", " LC_CTYPE ", " LANG
Where none of them says UTF\-8,
.B \-\-ascii
is the default.
.SH FILES
.TP
.IR $XDG_CONFIG_HOME/lockscope/config.toml ", " /etc/lockscope/config.toml
The config file: the first that is there.
.TP
.I $XDG_STATE_HOME/lockscope/audit.ndjson
The record of each attempt to break a stale lock.
.SH EXAMPLES
.TP
.B lockscope /srv/tenants
The screen.
.TP
.B lockscope \-\-check \-s split,unguarded /srv/tenants
One line, for a monitoring system.
.TP
.B lockscope \-\-break\-stale \-\-dry\-run /srv/tenants
What a break would remove.
.TP
.B lockscope \-\-listen :9767 /srv/tenants
Metrics for Prometheus, on the loopback interface.
.SH SEE ALSO
.BR flock (2),
.BR lslocks (8),
.BR lsof (8)
`
