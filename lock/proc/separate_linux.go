package proc

import (
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// What kcmp(2) compares: these numbers are not in the unix package.
const (
	kcmpFiles = 2
	kcmpFS    = 3
)

// separate returns the threads of a process of this host that do not share its descriptors, or its working and
// root directory: those that called unshare(2), or were made so by clone(2). File servers have such threads, to act for
// one client each. Where the kernel does not compare, since it is built without kcmp(2) or we may not, none is found.
func (t Task) separate() (threads []Task) {
	number, ok := strings.CutPrefix(string(t), string(Host)+"/")
	leader, err := strconv.Atoi(number)
	if !ok || err != nil {
		return nil
	}
	numbers, _ := t.Threads()
	for _, number := range numbers {
		if number != leader && (differs(leader, number, kcmpFiles) || differs(leader, number, kcmpFS)) {
			threads = append(threads, t.thread(number))
		}
	}
	return threads
}

// differs reports whether two tasks do not share such a thing. An error, as where one has ended, is no
// difference.
func differs(a, b int, kind uintptr) bool {
	order, _, err := unix.Syscall6(unix.SYS_KCMP, uintptr(a), uintptr(b), kind, 0, 0, 0)
	return err == 0 && order != 0
}
