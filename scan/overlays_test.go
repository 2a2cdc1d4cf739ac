package scan

import (
	"lockscope/lock/locktest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// A layer may be named by a link, as container engines do to keep the options short.
func TestOverlayLayerByLink(t *testing.T) {
	base := mount(t, "-t", "tmpfs", "tmpfs")
	upper, lower, work := makeDir(t, base+"/upper"), makeDir(t, base+"/lower"), makeDir(t, base+"/work")
	for link, dir := range map[string]string{"l": ".", "u": upper} {
		if err := os.Symlink(dir, filepath.Join(base, link)); err != nil {
			t.Fatal(err)
		}
	}
	makeStale(t, lower+"/image")
	merged := mount(t, "-t", "overlay", "-o", "lowerdir="+base+"/l/lower,upperdir="+base+"/u,workdir="+work, "overlay")
	for _, dir := range []string{merged + "/held", merged + "/image"} {
		if _, err := locktest.TestWorld(t).Make(dir, locktest.Held); err != nil {
			t.Fatal(err)
		}
	}
	f := once(t, Config{Roots: []string{upper, lower}})
	for _, dir := range []string{upper + "/held", upper + "/image", lower + "/image"} {
		expect(t, f, dir, Unknown, NotVisible)
	}
}

// A container's overlay may be mounted in its own namespace alone.
func TestOverlayOfAnotherNamespace(t *testing.T) {
	needTool(t, "unshare", "flock")
	base := mount(t, "-t", "tmpfs", "tmpfs")
	for _, name := range []string{"upper", "lower", "work", "merged"} {
		makeDir(t, filepath.Join(base, name))
	}
	makeData(t, base+"/lower/data")
	script := `cd "$0" && mount -t overlay -o lowerdir=$0/lower,upperdir=$0/upper,workdir=$0/work overlay merged &&
		cd merged/data && exec 9>>.handoff.lock && flock -n 9 && echo $$ >.handoff.pidfile && echo ok && read line`
	daemon := exec.Command("unshare", "--mount", "sh", "-c", script, base)
	daemon.Stderr = os.Stderr
	talk(t, daemon)

	f := once(t, Config{Roots: []string{base + "/upper"}})
	expect(t, f, base+"/upper/data", Unknown, NotVisible)
}
