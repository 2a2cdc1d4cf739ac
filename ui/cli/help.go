package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/spf13/pflag"

	"lockscope/ui/show"
)

// usage is what a terminal of 80x24 has room for.
const usage = `Usage: lockscope [flags] [ROOT...]

Shows who owns each data directory (.handoff.lock, .handoff.pidfile) below the
roots, and what is wrong with it. Looking never disturbs a daemon. On a
terminal it is a screen, on which ? helps; else, or as below, it only prints.

      --once             print the table; or -o json, ndjson, prometheus
  -w, --watch            with -o ndjson: go on, one line per change
      --check            print one line, and let the exit status tell
  -s, --state LIST       only these states, such as stale,split; also attention
      --filter TEXT      only what matches, as after / on the screen
      --host HOST        another host too, over ssh; repeatable
      --listen ADDR      serve /metrics and /healthz for a monitoring system
      --break-stale      break every stale lock; --dry-run only tells
      --read-only        never offer to break one
      --doctor           how much can be seen from here, and what would help
      --config FILE      else ~/.config/lockscope/config.toml (--write-config)
      --demo             try it in a sandbox with every state

All flags: lockscope --help=all      The manual: lockscope --man | man -l -
Exit status: 0 done; 1 --check: attention needed, --break-stale: one refused;
2 bad usage or config; 3 a root could not be scanned, or the output not written
Example: lockscope --check -s split,unguarded /srv/tenants || page-someone
`

// usageAll has every flag.
func usageAll() string {
	var b strings.Builder
	b.WriteString("Usage: lockscope [flags] [ROOT...]\n\nRoots: the arguments, else the config file's, else the current directory.\n")
	for _, g := range flagGroups {
		fmt.Fprintf(&b, "\n%s\n", g.title)
		for _, f := range g.flags {
			head := fmt.Sprintf("%-*s", usageIndent-1, f.synopsis())
			lines := show.Wrap(f.text, usageWidth-usageIndent)
			if len(head) >= usageIndent {
				b.WriteString(head + "\n")
				head = strings.Repeat(" ", usageIndent-1)
			}
			for _, line := range lines {
				b.WriteString(strings.TrimRight(head+" "+line, " ") + "\n")
				head = strings.Repeat(" ", usageIndent-1)
			}
		}
	}
	return b.String()
}

// synopsis is a flag as it is typed: "  -o, --output FORMAT".
func (f *flagDoc) synopsis() string {
	text := "      --" + f.name
	if short := f.short(); short != "" {
		text = "  -" + short + ", --" + f.name
	}
	if f.value != "" {
		text += " " + f.value
	}
	return text
}

// short is the letter that stands for a flag; empty if there is none.
func (f *flagDoc) short() string {
	return allFlags().Lookup(f.name).Shorthand
}

// allFlags are the flags of nothing: they only tell what there is.
var allFlags = sync.OnceValue(func() *pflag.FlagSet { return newFlags(&settings{config: defaultConfig()}) })

// version is one line that says which build this is.
func version() string {
	return fmt.Sprintf("lockscope %s %s %s/%s\n", buildVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// release is the version of a release: contrib/release sets it as the program is linked.
var release string

// buildVersion is which version this is; what the go command knows of it where it is no release.
func buildVersion() string {
	if release != "" {
		return release
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version
	}
	return "(unknown)"
}
