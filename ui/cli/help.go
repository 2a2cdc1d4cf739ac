package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

const usage = `Usage: lockscope [flags] [ROOT...]

Shows who owns each data directory (.handoff.lock, .handoff.pidfile) below the
roots, and what is wrong with it. Looking never disturbs a daemon. On a terminal
it is a screen; otherwise, or with --once, -o or --check, it prints and exits.
Roots: the arguments, else the config file's, else the current directory.

Output
      --once             scan once, print the table
  -o, --output FORMAT    scan once, print table, json, ndjson or prometheus
  -w, --watch            with -o ndjson: go on, one line per change
      --listen ADDR      no screen: watch, and serve /metrics and /healthz; an
                         address without a host, such as :9767, is loopback
      --problem-metrics N    a metric for each of the worst N directories in trouble
      --check            print one summary line, and let the exit status tell
      --allow-empty      with --check: no data directory at all is fine
  -s, --state LIST       only these states, such as stale,split; also attention, healthy;
                         on the screen, to begin with
      --color WHEN       auto, always or never; NO_COLOR is respected
      --ascii            no other characters than ASCII, in names too, except in JSON;
                         the default where the locale is not UTF-8
Scan
  -i, --interval DUR     refresh interval (2s); 0 = only on request
      --probe MODE       auto; flock = always probe; never = never probe
      --timeout DUR      time limit for each directory (5s)
  -d, --max-depth N      how far to go down; the roots are depth 0
  -x, --one-file-system  do not cross into other file systems
  -e, --exclude GLOB     skip this name or, with a /, path below the root; repeatable
      --descend          look for data directories inside data directories
  -j, --jobs N           parallel workers
      --lock-name NAME, --pid-name NAME    other file names of the same protocol
Other hosts, over your ssh; each runs its own lockscope (README, "A fleet")
      --host HOST        user@host:port or an alias; repeatable; . is this host too
      --hosts-file FILE  one a line, # comments
      --push             copy this program to hosts without it, for as long as it runs
      --ssh-jobs N       connect to so many at a time (32)
      --ssh-command CMD, --remote-command CMD    such as "ssh -F FILE"; "sudo -n lockscope"
Break
      --break-stale      break every stale lock: nobody holds it, and what a dead
                         daemon left is removed, with the same guards as on the screen
      --dry-run, --yes   only say what would be removed; do not ask
      --audit-log FILE   where attempts are put on record
                         ($XDG_STATE_HOME/lockscope/audit.ndjson)
      --read-only        never offer to break a stale lock
Other
      --config FILE      TOML; else $XDG_CONFIG_HOME/lockscope/config.toml, then
                         /etc/lockscope/config.toml, if there
      --demo             try it in a sandbox with every state
      --version, -h, --help

Exit status: 0 done; 1 with --check: attention needed or nothing found,
with --break-stale: one was refused or failed; 2 bad usage or config;
3 a root could not be scanned, or the output not written.
Examples: lockscope /srv/tenants
          lockscope --check -s split,unguarded /srv/tenants || page-someone
`

// version is one line that says which build this is.
func version() string {
	return fmt.Sprintf("lockscope %s %s %s/%s\n", buildVersion(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

func buildVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version
	}
	return "(unknown)"
}
