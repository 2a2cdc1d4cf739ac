package repair

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/scan/hosttest"
	"lockscope/scan/report"
)

// Whatever a tenant swaps in while its locks are broken: nothing outside its
// directory is written, truncated, unlinked or made.
func TestBreakHostile(t *testing.T) {
	root := t.TempDir()
	dir, outside, spare := hosttest.MakeStale(t, filepath.Join(root, "kv")), hosttest.MakeDir(t, filepath.Join(root, "outside")), hosttest.MakeDir(t, filepath.Join(root, "spare"))
	names := []string{lockName, pidfileName, tempName, pidfileName + ".1.tmp"}
	for _, name := range append(names, "precious") {
		hosttest.WriteFile(t, filepath.Join(outside, name), hosttest.DeadPID)
	}
	hosttest.WriteFile(t, filepath.Join(hosttest.MakeDir(t, filepath.Join(outside, "dir")), "precious"), "")
	before, is := treeOf(t, outside), staleReport(t, dir).Evidence
	changed := watchChanges(t, outside, filepath.Join(outside, "dir"))

	file := func(path string) { os.WriteFile(path, []byte(hosttest.DeadPID), 0o644) }
	plant := []func(path string){
		file, file, file, file, file, file,
		func(path string) { os.Symlink(filepath.Join(outside, "precious"), path) },
		func(path string) { os.Symlink(filepath.Join(outside, "new"), path) },
		func(path string) { os.Symlink(filepath.Join(outside, "dir"), path) },
		func(path string) { os.Link(filepath.Join(outside, "precious"), path) },
		func(path string) { os.Link(filepath.Join(outside, lockName), path) },
		func(path string) { unix.Mkfifo(path, 0o666) },
		func(path string) { unix.Mknod(path, unix.S_IFCHR|0o666, int(unix.Mkdev(1, 3))) },
		func(path string) { os.Mkdir(path, 0o755); os.WriteFile(path+"/in", nil, 0o644) },
		func(path string) {},
	}
	stop, stopped := make(chan bool), make(chan bool)
	go func() {
		defer close(stopped)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			fresh := filepath.Join(spare, fmt.Sprint(i))
			plant[rand.IntN(len(plant))](fresh)
			path := filepath.Join(dir, names[rand.IntN(len(names))])
			if unix.Renameat2(unix.AT_FDCWD, fresh, unix.AT_FDCWD, path, unix.RENAME_EXCHANGE) != nil {
				os.Rename(fresh, path)
			}
			os.RemoveAll(fresh)
			if i%50 == 0 { // the directory itself, for a moment
				os.Rename(dir, fresh)
				os.Symlink(outside, dir)
				os.Remove(dir)
				os.Rename(fresh, dir)
			}
		}
	}()
	b := Breaker{Audit: &AuditLog{Path: filepath.Join(t.TempDir(), "audit.ndjson")}}
	came := map[string]int{}
	for end := time.Now().Add(hostileTime()); time.Now().Before(end); {
		seen, err := lock.Inspect(dir)
		if err != nil || !seen.Dir.SameFile(is.Dir) { // a scan follows no link
			continue
		}
		seen.Process = lock.ProcessGone
		report := &report.Report{Path: dir, Evidence: report.Evidence{Evidence: seen}, Verdict: report.Verdict{State: report.Stale}}
		b.Check(report)
		a := b.Break(report)
		came[a.Outcome.String()+" "+a.Reason()]++
	}
	close(stop)
	<-stopped
	if t.Log(came); len(came) == 0 {
		t.Error("nothing was tried")
	}
	changed()
	wantTree(t, outside, before)
	readLog(t, b.Audit.Path)
}

func hostileTime() time.Duration {
	if testing.Short() {
		return time.Second / 2
	}
	return 3 * time.Second
}

// watchChanges lets the test fail if anybody opened something in these directories for writing,
// or changed it, until check.
func watchChanges(t *testing.T, dirs ...string) (check func()) {
	t.Helper()
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	const wrong = unix.IN_MODIFY | unix.IN_CLOSE_WRITE | unix.IN_CREATE | unix.IN_DELETE | unix.IN_MOVE
	for _, dir := range dirs {
		if _, err := unix.InotifyAddWatch(fd, dir, wrong); err != nil {
			t.Fatal(err)
		}
	}
	return func() {
		t.Helper()
		var events [4096]byte
		n, err := unix.Read(fd, events[:])
		if err == unix.EAGAIN {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		t.Errorf("outside, something was written: event %#x, %q", binary.NativeEndian.Uint32(events[4:]), events[:n])
	}
}
