package scan

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"

	"lockscope/lock"
	"lockscope/scan/hosttest"
	"lockscope/scan/report"
)

// benchTree makes tenants, a hundred to a directory, with some files each: of twenty, 18 are
// held by this process, one is stale and one free. TMPDIR says on what file system.
func benchTree(b *testing.B, tenants, files int) (root string) {
	b.Helper()
	root = b.TempDir()
	var limit unix.Rlimit
	unix.Getrlimit(unix.RLIMIT_NOFILE, &limit)
	if need := uint64(tenants + 1000); limit.Max < need {
		unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: need, Max: need}) // root may
	}
	write := func(path, text string) {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	for i := range tenants {
		dir := fmt.Sprintf("%s/shard%03d/tenant%06d/data", root, i/100, i)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			b.Fatal(err)
		}
		for f := range files {
			write(fmt.Sprintf("%s/%06d.sst", dir, f), "")
		}
		lockfile, pidfile := filepath.Join(dir, lock.DefaultNames.Lock), filepath.Join(dir, lock.DefaultNames.Pidfile)
		write(lockfile, "")
		switch i % 20 {
		case 0:
		case 1:
			write(pidfile, hosttest.DeadPID)
		default:
			write(pidfile, fmt.Sprintln(os.Getpid()))
			fd, err := unix.Open(lockfile, unix.O_RDWR|unix.O_CLOEXEC, 0)
			if err != nil {
				b.Skip("cannot hold as many locks: ", err)
			}
			b.Cleanup(func() { unix.Close(fd) })
			if err := unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB); err != nil {
				b.Fatal(err)
			}
		}
	}
	return root
}

func perDir(b *testing.B, dirs int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*dirs), "ns/dir")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkScan is the whole job: find, establish, read, check, classify.
func BenchmarkScan(b *testing.B) {
	for _, size := range []struct{ tenants, files int }{{10, 5}, {1000, 5}, {10_000, 5}, {20, 5000}} {
		b.Run(fmt.Sprintf("%dx%d", size.tenants, size.files), func(b *testing.B) {
			root := benchTree(b, size.tenants, size.files)
			for _, probe := range probes {
				b.Run(probe.String(), func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						m := New(Config{Roots: []string{root}, MaxDepth: -1, Probe: probe, SummaryOnly: true})
						s, err := m.Once(context.Background(), func(report.Update) {})
						if err != nil || s.Dirs != size.tenants {
							b.Fatal(s, err)
						}
					}
					perDir(b, size.tenants)
				})
			}
		})
	}
}

// BenchmarkRefresh is one pass over known directories of which none has changed.
func BenchmarkRefresh(b *testing.B) {
	for _, tenants := range []int{1000, 10_000} {
		b.Run(fmt.Sprint(tenants), func(b *testing.B) {
			m := New(Config{Roots: []string{benchTree(b, tenants, 0)}, MaxDepth: -1})
			defer m.begin(func(report.Update) {})()
			advance := func() {
				s, err := m.advance(b.Context())
				for ; s == nil && err == nil; s, err = m.advance(b.Context()) {
				}
				if err != nil || s.Dirs != tenants {
					b.Fatal(s, err)
				}
			}
			advance()
			m.SetInterval(1) // the next poll is due at once
			b.ReportAllocs()
			for b.Loop() {
				m.agenda.pollTook = 0
				advance()
			}
			perDir(b, tenants)
		})
	}
}
