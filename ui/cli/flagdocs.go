package cli

import (
	"strings"

	"lockscope/scan/report"
	"lockscope/ui/show"
)

// flagDoc is what there is to say of a flag, in the help, the manual, the completion and the config file alike.
type flagDoc struct {
	name  string
	value string   // what its value is called; empty for one without
	text  string   // what it does: a part of a sentence
	words []string // values to complete; those of a list are divided by commas where list is set
	list  bool
	path  string // "file" or "dir" where the value is one
	key   string // the key of the same in the config file; empty for what is only for this once
}

// flagGroup has flags that belong together.
type flagGroup struct {
	title string
	flags []flagDoc
}

var flagGroups = []flagGroup{
	{"Output", []flagDoc{
		{name: "once", text: "scan once, print the table"},
		{name: "output", value: "FORMAT", text: "scan once, print table, json, ndjson or prometheus", words: []string{"table", "json", "ndjson", "prometheus"}},
		{name: "watch", text: "with -o ndjson: go on, one line per change"},
		{name: "check", text: "print one summary line, and let the exit status tell"},
		{name: "allow-empty", text: "with --check: no data directory at all is fine", key: "allow_empty"},
		{name: "listen", value: "ADDR", text: "no screen: watch, and serve /metrics and /healthz; an address without a host, such as :9767, is loopback"},
		{name: "problem-metrics", value: "N", text: "a metric for each of the worst N directories in trouble (0; at most 1000)", key: "problem_metrics"},
		{name: "state", value: "LIST", text: "only these states, such as stale,split; also attention, healthy; on the screen, to begin with", words: stateWords(), list: true},
		{name: "filter", value: "TEXT", text: "only what matches, as after / on the screen: in the table, on the screen to begin with, and of what --break-stale breaks", key: "view.filter"},
		{name: "sort", value: "COLUMN", text: "sort the table and the screen by a column; -COLUMN for the other way round", words: columnWords(), key: "view.sort"},
		{name: "columns", value: "LIST", text: "the columns beside STATE and DIRECTORY, in the table and on the screen", words: columnWords(), list: true, key: "view.columns"},
		{name: "color", value: "WHEN", text: "when to use colour: auto, always or never; NO_COLOR is respected", words: []string{"auto", "always", "never"}, key: "color"},
		{name: "ascii", text: "no other characters than ASCII, in names too, except in JSON and metrics; the default where the locale is not UTF-8", key: "ascii"},
	}},
	{"Scan", []flagDoc{
		{name: "glob", text: "the ROOTs are globs, as those in the config file are: quote them; new matches are found, too"},
		{name: "interval", value: "DUR", text: "refresh interval (2s); 0 = only on request", key: "interval"},
		{name: "probe", value: "MODE", text: "how to ask for locks: auto (disturbs no daemon), flock (at once: a daemon that starts in that microsecond fails) or never (so no lock is known to be free)", words: []string{"auto", "flock", "never"}, key: "probe"},
		{name: "timeout", value: "DUR", text: "time limit for each directory (5s)", key: "timeout"},
		{name: "max-depth", value: "N", text: "how far to go down; the roots are depth 0; or unlimited", key: "max_depth"},
		{name: "one-file-system", text: "do not cross into other file systems", key: "one_file_system"},
		{name: "exclude", value: "GLOB", text: "skip this name or, with a /, path below the root; repeatable", key: "exclude"},
		{name: "descend", text: "look for data directories inside data directories", key: "descend"},
		{name: "jobs", value: "N", text: "parallel workers (0 = as many as suit the machine)", key: "jobs"},
		{name: "lock-name", value: "NAME", text: "another name of the lock file, of the same protocol", key: "names.lock"},
		{name: "pid-name", value: "NAME", text: "another name of the pidfile", key: "names.pidfile"},
	}},
	{"Other hosts, over your ssh; each runs its own lockscope", []flagDoc{
		{name: "host", value: "HOST", text: "a host, as user@host:port or an alias; repeatable; . is this host too", key: "hosts"},
		{name: "hosts-file", value: "FILE", text: "hosts, one a line, # comments", path: "file", key: "hosts_file"},
		{name: "push", text: "copy this program to hosts without it, for as long as it runs", key: "push"},
		{name: "ssh-jobs", value: "N", text: "connect to so many at a time (32)", key: "ssh_jobs"},
		{name: "ssh-command", value: "CMD", text: "what to run in place of ssh, such as \"ssh -F FILE\"", key: "ssh_command"},
		{name: "remote-command", value: "CMD", text: "what to run there, such as \"sudo -n lockscope\"", key: "remote_command"},
	}},
	{"Break", []flagDoc{
		{name: "break-stale", text: "break every stale lock: nobody holds it, and what a dead daemon left is removed, with the same guards as on the screen"},
		{name: "dry-run", text: "with --break-stale: only say what would be removed"},
		{name: "yes", text: "with --break-stale: do not ask"},
		{name: "audit-log", value: "FILE", text: "where attempts are put on record ($XDG_STATE_HOME/lockscope/audit.ndjson)", path: "file", key: "audit_log"},
		{name: "read-only", text: "never offer to break a stale lock", key: "read_only"},
	}},
	{"Other", []flagDoc{
		{name: "config", value: "FILE", text: "the settings, in TOML; else $LOCKSCOPE_CONFIG, else $XDG_CONFIG_HOME/lockscope/config.toml, then /etc/lockscope/config.toml, if there", path: "file"},
		{name: "doctor", text: "say what this kernel, namespace, privilege and file system let it see, root by root, what it will therefore not claim, and what would help; or -o json"},
		{name: "write-config", text: "print the settings that are in effect, with comments, as a config file"},
		{name: "completion", value: "SHELL", text: "print the completion for bash, zsh or fish", words: []string{"bash", "zsh", "fish"}},
		{name: "man", text: "print the manual: lockscope --man | man -l -"},
		{name: "demo", text: "try it in a sandbox with every state"},
		{name: "version", text: "say which build this is"},
		{name: "help", text: "the most important flags; --help=all has them all"},
	}},
}

// keyTexts are about keys that no flag is a twin of, or whose flag says more than the key.
var keyTexts = map[string]string{
	"view.sort":          "the column to sort the table and the screen by: --sort",
	"roots":              "where to look; one with * ? or [ is a glob, and what it matches is looked for again at each walk",
	"view.reverse":       "sort the other way round",
	"view.filter":        "what the screen and the table begin with, as after / on the screen; --break-stale heeds the flag alone: --filter",
	"view.groups":        "what to group by: none, host, root, parent, or how many parts of the paths",
	"view.problems_only": "begin with the problems alone",
	"view.detail":        "whether the detail is shown or hidden",
	"bell":               "ring the terminal's bell when a problem comes up",
	"title":              "say in the title of the terminal's window what problems came up",
}

// keyText says what a key of the config file is for.
func keyText(key string) string {
	if text, ok := keyTexts[key]; ok {
		return text
	}
	for _, g := range flagGroups {
		for _, f := range g.flags {
			if f.key == key {
				return f.text + ": --" + f.name
			}
		}
	}
	return ""
}

func stateWords() []string {
	words := []string{"attention", "healthy"}
	for _, s := range report.States {
		words = append(words, s.String())
	}
	return words
}

func columnWords() []string {
	var words []string
	for c := range show.ColumnCount {
		words = append(words, strings.ToLower(c.String()))
	}
	return words
}
