//go:build linux

package lock_test

import (
	"slices"
	"testing"
	"time"

	"lockscope/lock"
)

// Nearly all of the time of an acquire on a disk is for syncing the pidfile and the directory.
func BenchmarkAcquireRelease(b *testing.B) {
	dir := b.TempDir()
	for b.Loop() {
		if err := acquireRelease(dir); err != nil {
			b.Fatal(err)
		}
	}
}

func acquireRelease(dir string) error {
	l, err := lock.Acquire(dir)
	if err != nil {
		return err
	}
	return l.Release()
}

func BenchmarkAcquireHeld(b *testing.B) {
	dir := b.TempDir()
	acquire(b, dir)
	for b.Loop() {
		if l, err := lock.Acquire(dir); err == nil {
			b.Fatal(l)
		}
	}
}

func BenchmarkProbeLock(b *testing.B) {
	for _, want := range []lock.LockState{lock.LockFree, lock.LockHeld, lock.LockMissing} {
		b.Run(want.String(), func(b *testing.B) {
			dir := b.TempDir()
			d := openDir(b, dir)
			switch want {
			case lock.LockHeld:
				acquire(b, dir)
			case lock.LockFree:
				write(b, dir, lockfile, "")
			}
			b.ReportAllocs()
			for b.Loop() {
				if got := d.ProbeLock(); got.State != want {
					b.Fatalf("%+v", got)
				}
			}
		})
	}
}

func BenchmarkPidfile(b *testing.B) {
	dir := b.TempDir()
	stalePidfile(b, dir)
	d := openDir(b, dir)
	b.ReportAllocs()
	for b.Loop() {
		if got := d.Pidfile(); got.PID != deadPID {
			b.Fatalf("%+v", got)
		}
	}
}

func BenchmarkInspect(b *testing.B) {
	dir := b.TempDir()
	write(b, dir, lockfile, "")
	stalePidfile(b, dir)
	b.ReportAllocs()
	for b.Loop() {
		inspect(b, dir)
	}
}

// This measures how long a break holds the lock. A daemon that starts then has to wait for so long.
func BenchmarkBreakHold(b *testing.B) {
	dir := b.TempDir()
	write(b, dir, lockfile, "")
	var held []time.Duration
	for b.Loop() {
		stalePidfile(b, dir)
		var since time.Time
		_, err := lock.BreakStaleAt(dir, inspect(b, dir), func(step string) {
			switch step {
			case "locked":
				since = time.Now()
			case "released":
				held = append(held, time.Since(since))
			}
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	slices.Sort(held)
	b.ReportMetric(0, "ns/op") // hides it: most of that time is not under the lock
	b.ReportMetric(float64(held[len(held)/2].Nanoseconds()), "ns-median")
	b.ReportMetric(float64(held[len(held)*99/100].Nanoseconds()), "ns-p99")
}

// Most of the time of a break is for syncing the directory, after the lock was released.
func BenchmarkBreakStale(b *testing.B) {
	dir := b.TempDir()
	write(b, dir, lockfile, "")
	for b.Loop() {
		b.StopTimer()
		stalePidfile(b, dir)
		seen := inspect(b, dir)
		b.StartTimer()
		if _, err := lock.BreakStale(dir, seen); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParsePID(b *testing.B) {
	for b.Loop() {
		if pid, _ := lock.ParsePID("2147483647\n"); pid != deadPID {
			b.Fatal(pid)
		}
	}
}
