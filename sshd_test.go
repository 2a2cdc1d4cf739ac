package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"lockscope/scan/hosttest"
)

// sshNet are hosts that can be reached over ssh: each is an sshd on this one, with an alias in a configuration of
// ssh of its own. They run as the user who runs the test.
type sshNet struct {
	t      *testing.T
	dir    string // keys and configurations
	config string // ssh's
	bin    string // where the hosts find lockscope
}

// sshHost is one of them.
type sshHost struct {
	net   *sshNet
	name  string
	port  int
	file  string // the configuration of sshd
	sshd  *exec.Cmd
	state string // $XDG_STATE_HOME there
}

const sshdPath = "/usr/sbin/sshd"

func newSSHNet(t *testing.T) *sshNet {
	t.Helper()
	hosttest.NeedTool(t, "ssh", "ssh-keygen", sshdPath)
	if os.Geteuid() == 0 { // it insists on the directory to which it confines itself
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			t.Fatal(err)
		}
	}
	n := &sshNet{t: t, dir: hosttest.OpenDir(t)}
	n.config, n.bin = n.dir+"/ssh_config", n.dir+"/bin"
	for _, key := range []string{"host", "user"} {
		hosttest.Run(t, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", filepath.Join(n.dir, key))
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	hosttest.MakeDir(t, n.bin)
	if err := os.Symlink(self, n.bin+"/lockscope"); err != nil {
		t.Fatal(err)
	}
	hosttest.WriteFile(t, n.config, fmt.Sprintf(`Host *
	HostName 127.0.0.1
	IdentityFile %s/user
	IdentitiesOnly yes
	UserKnownHostsFile /dev/null
	StrictHostKeyChecking no
	LogLevel ERROR
`, n.dir))
	return n
}

// start starts a host, which an alias leads to. It finds its programs in path or, where that is empty, those of the
// system and lockscope. more are lines for its sshd.
func (n *sshNet) start(name, path string, more ...string) *sshHost {
	n.t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		n.t.Fatal(err)
	}
	h := &sshHost{net: n, name: name, port: free.Addr().(*net.TCPAddr).Port}
	free.Close()
	home := filepath.Join(n.dir, name)
	h.state = home + "/state"
	for _, dir := range []string{"", "/tmp", "/config", "/state"} {
		hosttest.MakeDir(n.t, home+dir)
	}
	if path == "" {
		path = n.bin + ":/usr/bin:/bin"
	}
	h.file = home + "/sshd_config"
	// A home of its own: what the user's shell runs at its start, from ~/.bashrc, may take long.
	hosttest.WriteFile(n.t, h.file, fmt.Sprintf(`ListenAddress 127.0.0.1
Port %d
HostKey %s/host
AuthorizedKeysFile %s/user.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin yes
MaxStartups 500
SetEnv HOME=%s PATH=%s TMPDIR=%s/tmp XDG_CONFIG_HOME=%s/config XDG_STATE_HOME=%s
%s
`, h.port, n.dir, n.dir, home, path, home, home, h.state, strings.Join(more, "\n")))
	n.alias(fmt.Sprintf("Host %s\n\tPort %d\n", name, h.port))
	h.listen()
	return h
}

// alias puts lines in front of ssh's configuration.
func (n *sshNet) alias(lines string) {
	old, err := os.ReadFile(n.config)
	if err != nil {
		n.t.Fatal(err)
	}
	hosttest.WriteFile(n.t, n.config, lines+string(old))
}

// listen starts the sshd of a host.
func (h *sshHost) listen() {
	t := h.net.t
	t.Helper()
	h.sshd = exec.Command(sshdPath, "-D", "-e", "-f", h.file)
	if err := h.sshd.Start(); err != nil {
		t.Fatal(err)
	}
	sshd := h.sshd
	t.Cleanup(func() { h.kill(sshd) })
	hosttest.Eventually(t, "sshd listens", func() bool {
		c, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(h.port)))
		if err != nil {
			return false
		}
		return c.Close() == nil
	})
}

// kill ends an sshd and all that it has started, at once.
func (h *sshHost) kill(sshd *exec.Cmd) {
	for _, pid := range descendants(sshd.Process.Pid) {
		syscall.Kill(pid, syscall.SIGKILL)
	}
	sshd.Process.Kill()
	sshd.Wait()
}

// lose ends the host as a power cut would.
func (h *sshHost) lose() { h.kill(h.sshd) }

// drop ends the connections to the host, and nothing else.
func (h *sshHost) drop() {
	for _, pid := range descendants(h.sshd.Process.Pid) {
		if name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid)); err == nil && strings.HasPrefix(string(name), "sshd") {
			syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// signal sends a signal to what runs on the host, not to its sshd that listens.
func (h *sshHost) signal(sig syscall.Signal) {
	for _, pid := range descendants(h.sshd.Process.Pid) {
		syscall.Kill(pid, sig)
	}
}

// descendants are the processes that a process has started, and those that these have, the youngest first.
func descendants(of int) (pids []int) {
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	children := map[int][]int{}
	for _, path := range stats {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		var parent int
		var state string
		fmt.Sscan(string(text[strings.LastIndexByte(string(text), ')')+1:]), &state, &parent)
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		children[parent] = append(children[parent], pid)
	}
	for queue := children[of]; len(queue) > 0; queue = queue[1:] {
		pids = append([]int{queue[0]}, pids...)
		queue = append(queue, children[queue[0]]...)
	}
	return pids
}

// command is lockscope on this host, told of the network, with a place of its own for its state.
func (n *sshNet) command(args ...string) *exec.Cmd {
	cmd := command(append(n.flags(), args...)...)
	cmd.Env = n.env()
	return cmd
}

func (n *sshNet) flags() []string {
	return []string{"--config=/dev/null", "--ssh-command=ssh -F " + n.config, "--timeout=1m"}
}

func (n *sshNet) env() []string {
	return append(os.Environ(), "XDG_STATE_HOME="+n.dir+"/here", "LC_ALL=C.UTF-8")
}

// untilLine reads lines until one is as it is to be.
func untilLine(t *testing.T, next func() fleetLine, what string, is func(fleetLine) bool) fleetLine {
	t.Helper()
	for deadline := time.Now().Add(hosttest.Patience); time.Now().Before(deadline); {
		if l := next(); is(l) {
			return l
		}
	}
	t.Fatalf("no line is %s", what)
	return fleetLine{}
}
