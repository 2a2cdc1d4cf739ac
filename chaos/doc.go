// Package chaos is a test: dozens of real daemons do everything that daemons and people do with data directories,
// at random, while lockscope watches, serves metrics and breaks what is stale. A referee knows the truth from the
// daemons themselves, and judges every line that lockscope printed. It has no code besides the test.
//
// Each directory has a driver, which carries out one action after the other. Whatever it does has a beginning and an
// end, by the one clock of the kernel that all processes share (CLOCK_MONOTONIC). In between either may be so,
// what was before or what comes after. So the history of a path is a list of what was the case in it and when, and what
// is listed may overlap. A verdict is false if nothing that was the case when lockscope looked agrees with it.
//
// The plan is random but comes from a seed, which is printed:
//
//	go test ./chaos                                             # some seconds
//	LOCKSCOPE_CHAOS_TIME=10m go test -timeout 20m -v ./chaos
//	LOCKSCOPE_CHAOS_SEED=17 go test -v ./chaos                  # the same plan again; the scheduler differs
//
// As root it also mounts over directories, and has daemons in PID namespaces. The Rust daemon, rs-holder, takes part
// where LOCKSCOPE_RS_HOLDER is its path.
package chaos
