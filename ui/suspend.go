package ui

import (
	"bytes"
	"fmt"
	"os"
	"strconv"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/sys/unix"
)

// noticeMsg is something to say at the foot of the screen.
type noticeMsg string

// suspend stops the program as the shell's job that it is. Without a shell
// that could wake it, as under ssh -t HOST lockscope, the system would not stop it,
// and it would wait for ever.
func suspend() tea.Msg {
	if orphaned() {
		return noticeMsg("not suspended: there is no shell to resume it")
	}
	return tea.SuspendMsg{}
}

// suspend suspends, but for a break that is under way: it would keep the lock for as long as nobody
// wakes the program, and each daemon that starts meanwhile would be refused.
func (m *model) suspend() tea.Cmd {
	if m.mode == modeDialog && m.dialog.phase == phaseBreak {
		m.notice = "not suspended before this is done"
		return nil
	}
	m.suspending = true
	return suspend
}

// orphaned reports whether no process of our session, outside our process
// group, is the parent of one in it.
func orphaned() bool {
	group := unix.Getpgrp()
	session, err := unix.Getsid(0)
	if err != nil {
		return true
	}
	for pid := os.Getppid(); pid > 0; pid = parent(pid) {
		g, err := unix.Getpgid(pid)
		if err != nil {
			return true
		}
		if g != group {
			s, err := unix.Getsid(pid)
			return err != nil || s != session
		}
	}
	return true
}

// parent is the parent of a process, 0 if that cannot be told.
func parent(pid int) int {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	// PID (name) state parent …, where the name may hold anything.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 2 {
		return 0
	}
	ppid, _ := strconv.Atoi(string(fields[1]))
	return ppid
}
