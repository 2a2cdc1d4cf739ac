package notify

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lockscope/lock"
)

// place is where benchmarks make directories: on tmpfs, where there is one.
func place(b *testing.B) string {
	b.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "lockscope-bench-")
	if err != nil {
		return b.TempDir()
	}
	b.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// BenchmarkArm is what it takes to open a directory, watch it and close it.
func BenchmarkArm(b *testing.B) {
	limits := hostLimits()
	limits.watches = 1 << 30
	l := listen(b, Config{}, limits)
	dirs := makeDirs(b, place(b), min(b.N, 10_000))
	var watches []*Watch
	b.ResetTimer()
	for i := range b.N {
		if i > 0 && i%len(dirs) == 0 {
			b.StopTimer()
			for _, w := range watches {
				l.Unwatch(w)
			}
			watches = watches[:0]
			b.StartTimer()
		}
		watches = append(watches, l.watch(dirs[i%len(dirs)], Data))
	}
}

// BenchmarkFollow is what it takes to follow a process, and no more.
func BenchmarkFollow(b *testing.B) {
	l := listen(b, Config{}, hostLimits())
	p := identity(b, os.Getpid())
	for b.Loop() {
		l.follow(p)
		l.Unfollow(p)
	}
}

// BenchmarkEvent is what an event costs after it was read.
func BenchmarkEvent(b *testing.B) {
	for name, entry := range map[string]string{"counts": lock.DefaultNames.Pidfile, "other": "000017.log"} {
		b.Run(name, func(b *testing.B) {
			l := listen(b, Config{}, hostLimits())
			w := l.watch(place(b), Data)
			var buf []byte
			for len(buf) < bufferSize/2 {
				buf = append(buf, raw(w.mark.wd, unix.IN_CREATE, 0, entry, 16-len(entry)%16)...)
			}
			events, now := 0, time.Now()
			parseEvents(buf, func(event) { events++ })
			b.ReportAllocs()
			for b.Loop() {
				l.entriesChanged(buf, Moment{At: now})
				l.Take()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*events), "ns/event")
		})
	}
}

// BenchmarkTold is how long after a file was created, with some calm before, that has been read.
func BenchmarkTold(b *testing.B) {
	l := listen(b, Config{}, hostLimits())
	dir := place(b)
	w := l.watch(dir, Data)
	name := filepath.Join(dir, lock.DefaultNames.Pidfile)
	var took []time.Duration
	for b.Loop() {
		began := time.Now()
		fd, err := unix.Open(name, unix.O_CREAT|unix.O_WRONLY|unix.O_CLOEXEC, 0o644)
		try(b, err)
		l.until("it is told", func() bool { return len(l.at(w).Entries) > 0 })
		took = append(took, l.at(w).Entries[0].When.At.Sub(began))
		unix.Close(fd)
		try(b, os.Remove(name))
		l.until("it is told", func() bool { return len(l.at(w).Entries) > 1 })
		delete(l.heard, w)
		time.Sleep(2 * rest) // what comes thick and fast waits for the rest
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "us-p50")
	b.ReportMetric(float64(took[len(took)*99/100].Microseconds()), "us-p99")
}

// BenchmarkMany is what 100,000 watched directories take: memory of this program for each, the time
// to give half of them back, and the time until all are closed.
func BenchmarkMany(b *testing.B) {
	const n = 100_000
	if most := maxUserWatches(); most < n+n/10 {
		b.Skipf("needs more than %d watches", most)
	}
	dirs := makeDirs(b, place(b), n)
	for b.Loop() {
		var before, after runtime.MemStats
		keys := make([]any, n)
		for i, dir := range dirs {
			keys[i] = &dir
		}
		runtime.GC()
		runtime.ReadMemStats(&before)
		slab := kernelMemory(b)
		limits := hostLimits()
		limits.watches = n
		s, err := newSource(Config{Counts: counts}, limits)
		try(b, err)
		watches := make([]*Watch, n)
		for i, dir := range dirs {
			fd := openPath(b, dir)
			watches[i], err = s.Watch(fd, Data, keys[i])
			unix.Close(fd)
			try(b, err)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric((float64(after.HeapAlloc)-float64(before.HeapAlloc))/n-8, "B/watch") // without our slice
		b.ReportMetric((kernelMemory(b)-slab)/n, "kernel-B/watch")
		began := time.Now()
		s.giveHalfBack(began)
		b.ReportMetric(float64(time.Since(began).Milliseconds()), "ms-half")
		began = time.Now()
		s.Close()
		b.ReportMetric(float64(time.Since(began).Milliseconds()), "ms-close")
		runtime.KeepAlive(watches)
	}
}

// kernelMemory is what the kernel has for small objects, in bytes.
func kernelMemory(b *testing.B) float64 {
	b.Helper()
	f, err := os.ReadFile("/proc/meminfo")
	try(b, err)
	_, rest, _ := strings.Cut(string(f), "\nSlab:")
	var kb float64
	_, err = fmt.Sscan(rest, &kb)
	try(b, err)
	return kb * 1024
}

// BenchmarkDaemon is what a daemon's work takes in a watched directory, to the same in one that is
// not: the median of many pairs, one right after the other.
func BenchmarkDaemon(b *testing.B) {
	l := listen(b, Config{}, hostLimits())
	base := place(b)
	dirs := makeDirs(b, base, 2)
	l.watch(dirs[0], Data)
	done := make(chan bool)
	defer close(done)
	go func() { // somebody takes what there is
		for {
			select {
			case <-l.Ready():
				l.Take()
			case <-done:
				return
			}
		}
	}()
	var at, data [2]int
	for i, dir := range dirs {
		var err error
		at[i] = openPath(b, dir)
		defer unix.Close(at[i])
		data[i], err = unix.Openat(at[i], "data", unix.O_CREAT|unix.O_RDWR|unix.O_CLOEXEC, 0o644)
		try(b, err)
		defer unix.Close(data[i])
	}
	page := make([]byte, 4096)
	for name, do := range map[string]func(i int) error{
		"pwrite": func(i int) error {
			_, err := unix.Pwrite(data[i], page, 0)
			return err
		},
		"open": func(i int) error {
			fd, err := unix.Openat(at[i], "data", unix.O_RDWR|unix.O_CLOEXEC, 0)
			if err == nil {
				err = unix.Close(fd)
			}
			return err
		},
		"create+unlink": func(i int) error {
			fd, err := unix.Openat(at[i], "000017.log", unix.O_CREAT|unix.O_RDWR|unix.O_CLOEXEC, 0o644)
			if err == nil {
				unix.Close(fd)
				err = unix.Unlinkat(at[i], "000017.log", 0)
			}
			return err
		},
	} {
		b.Run(name, func(b *testing.B) {
			var ratios []float64
			var took [2]time.Duration
			for b.Loop() {
				for i := range took {
					i := i ^ len(ratios)&1 // who is first changes
					began := time.Now()
					for range 200 {
						if err := do(i); err != nil {
							b.Fatal(err)
						}
					}
					took[i] = time.Since(began)
				}
				ratios = append(ratios, float64(took[0])/float64(took[1]))
			}
			slices.Sort(ratios)
			b.ReportMetric(ratios[len(ratios)/2], "watched/alone")
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(took[1].Nanoseconds())/200, "ns/alone")
		})
	}
}
