package remote

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// link is a running ssh.
type link struct {
	cmd  *exec.Cmd
	in   *os.File // the far side's standard input
	out  *patient // its standard output
	errs *tail
	end  context.CancelFunc // ends ssh at once, where it does not end by itself
}

// dial starts ssh to run a command line on a target. The link lasts until close, or the end of ctx.
func (c *Config) dial(ctx context.Context, t Target, command string) (*link, error) {
	argv := append([]string{}, c.SSH...)
	argv = append(argv,
		"-T", "-x", "-a", // no terminal, and nothing of this host is lent to the other one
		"-o", "BatchMode=yes", // nobody is there to be asked for a password
		"-o", "ClearAllForwardings=yes", // those of the user's are for sessions of his own, and may exist once only
		"-o", "RemoteCommand=none",
		"-o", "ControlMaster=no", // one that is there is used; sessions of the user would end with one that this made
	)
	argv = append(append(argv, t.args()...), command)
	ctx, end := context.WithCancel(ctx)
	l := &link{end: end}
	l.cmd = exec.CommandContext(ctx, argv[0], argv[1:]...)
	// A group of its own: a ctrl-c is for lockscope, which ends ssh and what that has started.
	l.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	l.cmd.Cancel = func() error { return syscall.Kill(-l.cmd.Process.Pid, syscall.SIGTERM) }
	l.cmd.WaitDelay = endWait
	var files []*os.File
	for range 3 {
		r, w, err := os.Pipe()
		if err != nil {
			end()
			closeAll(files)
			return nil, err
		}
		files = append(files, r, w)
	}
	l.cmd.Stdin, l.cmd.Stdout, l.cmd.Stderr = files[0], files[3], files[5]
	l.in, l.out, l.errs = files[1], &patient{File: files[2]}, newTail(files[4])
	err := l.cmd.Start()
	closeAll([]*os.File{files[0], files[3], files[5]})
	context.AfterFunc(ctx, func() { l.out.Close() }) // nobody waits for what is still to come
	if err != nil {
		end()
		closeAll([]*os.File{l.in, files[4]})
		return nil, err
	}
	return l, nil
}

func closeAll(files []*os.File) {
	for _, f := range files {
		f.Close()
	}
}

// close ends the link, and returns ssh's exit status: the far command's, or 255 where ssh itself failed. It is
// -1 where neither came to its end. With atOnce it does not wait for that.
func (l *link) close(atOnce bool) int {
	l.in.Close() // the far side ends with its input
	if atOnce {
		l.end()
	}
	late := time.AfterFunc(endWait, l.end)
	err := l.cmd.Wait()
	wasTold := atOnce || !late.Stop()
	if status := l.cmd.ProcessState.ExitCode(); wasTold || status == sshFailed || status < 0 {
		l.killRest()
	}
	l.end()
	l.out.Close()
	l.errs.finish()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return -1
	}
	return l.cmd.ProcessState.ExitCode()
}

// whyEnded says why a link ended before there was an answer, with this error of a read and this status of close.
func (l *link) whyEnded(status int, err error) string {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		return l.errs.or(fmt.Sprintf("no answer in %v", l.out.silence))
	case !errors.Is(err, io.EOF):
		return l.errs.or(err.Error())
	case status == sshFailed || status < 0:
		return l.errs.or("ssh failed")
	}
	return l.errs.or(fmt.Sprintf("it ended with status %d", status))
}

// sshFailed is ssh's exit status where ssh itself failed: see ssh(1).
const sshFailed = 255

// killRest ends what ssh has started and left behind, such as a ProxyCommand that does not end when it is
// told to. It is not called where ssh has done its work: what it left then may serve a shared connection
// (ControlPersist). The number of the process group is no other's as long as one process of it is there.
func (l *link) killRest() { syscall.Kill(-l.cmd.Process.Pid, syscall.SIGKILL) }

// patient is a file that is read with a limit on the time in which nothing comes, and on that of the whole.
type patient struct {
	*os.File
	silence time.Duration // the longest without a byte
	by      time.Time     // when what is being read has to be there
}

func (p *patient) Read(b []byte) (int, error) {
	at := time.Now().Add(p.silence)
	if p.by.Before(at) {
		at = p.by
	}
	if err := p.SetReadDeadline(at); err != nil {
		return 0, err
	}
	return p.File.Read(b)
}

// tail keeps the end of what comes from a file. A goroutine of its own reads that, until finish.
type tail struct {
	from *os.File
	done chan struct{} // closed when nothing more comes
	text []byte        // to be read after that
}

func newTail(from *os.File) *tail {
	t := &tail{from: from, done: make(chan struct{})}
	go t.read()
	return t
}

func (t *tail) read() {
	defer close(t.done)
	for buf := make([]byte, maxStderr); ; {
		n, err := t.from.Read(buf)
		t.text = append(t.text, buf[:n]...)
		if over := len(t.text) - maxStderr; over > 0 {
			t.text = append(t.text[:0], t.text[over:]...)
		}
		if err != nil {
			return
		}
	}
}

// finish takes what is there, once the writer has ended. It does not wait for the end of the file: where ssh shares
// a connection, another ssh stays behind and keeps it open.
func (t *tail) finish() {
	t.from.SetReadDeadline(time.Now().Add(stderrWait))
	<-t.done
	t.from.Close()
}

// last returns the last line that says something. It is untrusted.
func (t *tail) last() string {
	lines := strings.FieldsFunc(string(t.text), func(r rune) bool { return r == '\n' || r == '\r' })
	for i := len(lines) - 1; i >= 0; i-- {
		if line := strings.TrimSpace(lines[i]); line != "" {
			return line[:min(len(line), maxReason)]
		}
	}
	return ""
}

// or returns the last line, or else another text.
func (t *tail) or(text string) string { return cmp.Or(t.last(), text) }
