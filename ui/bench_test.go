package ui

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"lockscope/scan/report"
	"lockscope/scan/report/reporttest"
	"lockscope/ui/show"
)

const many = 100_000

// bigModel is a model of 120×40 with 100,000 directories.
func bigModel(b *testing.B) *model {
	m, _ := testModel(120, 40, Options{})
	m.take(reporttest.Scanned(reporttest.Fleet(many)))
	b.ReportAllocs()
	return m
}

// BenchmarkKey is what a key costs up to the finished text of the frame.
func BenchmarkKey(b *testing.B) {
	for _, k := range []string{"down", "pgdown", "n", "!", "6", "s", "S", "a", "t", ">"} {
		b.Run(k, func(b *testing.B) {
			m := bigModel(b)
			for b.Loop() {
				m.Update(press(k))
				m.View()
			}
		})
	}
}

// BenchmarkFilter is what a filter costs, where it does not just narrow the one before.
func BenchmarkFilter(b *testing.B) {
	for _, text := range []string{"e", "kvd", "tenant-0500", "state:held !eu", "pid:1234", "7", "nonsense", "kvd|init", "user:root", "age:<10m",
		"~tenant-0[0-9]+5", "~[0-9]{3}5/"} {
		b.Run(text, func(b *testing.B) {
			m := bigModel(b)
			for b.Loop() {
				m.list.SetFilter("")
				m.list.SetFilter(text)
				m.View()
			}
		})
	}
}

// BenchmarkHolders is what the holders cost up to the finished text of the frame: to open them, to sort
// them, and to go on while the table changes. There are 80,000.
func BenchmarkHolders(b *testing.B) {
	b.Run("open", func(b *testing.B) {
		m := bigModel(b)
		for b.Loop() {
			m.typed("h")
			m.View()
			m.typed("q")
		}
	})
	b.Run("sort", func(b *testing.B) {
		m := bigModel(b)
		m.typed("h")
		for b.Loop() {
			m.typed("s")
			m.View()
		}
	})
	b.Run("change", func(b *testing.B) {
		m := bigModel(b)
		m.typed("h")
		for b.Loop() {
			m.take(reporttest.Scanned(reporttest.Changes(reporttest.Free("eu/shard-01/tenant-0100/data"))))
			m.View()
		}
	})
}

// BenchmarkLog is what a death of so many costs the screen, and a filter of its log.
func BenchmarkLog(b *testing.B) {
	before, after := died(many, 2500)
	b.Run("death", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			m, _ := testModel(120, 40, Options{})
			m.take(reporttest.Scanned(before))
			b.StartTimer()
			m.take(reporttest.Scanned(after))
			m.View()
		}
	})
	b.Run("filter", func(b *testing.B) {
		m, _ := testModel(120, 40, Options{})
		m.take(reporttest.Scanned(before))
		m.take(reporttest.Scanned(after))
		m.typed("l", "enter", "/")
		for b.Loop() {
			m.typed("7")
			m.View()
			m.typed("backspace")
		}
	})
}

// BenchmarkArrive is what the first walk costs the screen, all in all.
func BenchmarkArrive(b *testing.B) {
	changes := reporttest.Fleet(many)
	for _, batch := range []int{500, 5000, maxBatch} {
		b.Run(fmt.Sprint(batch), func(b *testing.B) {
			for b.Loop() {
				m, _ := testModel(120, 40, Options{})
				for at := 0; at < len(changes); at += batch {
					m.take(report.Update{Changes: changes[at:min(at+batch, len(changes))]})
					m.View()
				}
			}
		})
	}
}

// BenchmarkTick is what a second costs in which nothing happens, and a pass
// that finds a few changes.
func BenchmarkTick(b *testing.B) {
	b.Run("nothing", func(b *testing.B) {
		m := bigModel(b)
		for b.Loop() {
			m.Update(tickMsg{})
			m.View()
		}
	})
	b.Run("changes", func(b *testing.B) {
		m := bigModel(b)
		state := report.Held
		for b.Loop() {
			state = report.Held + report.Free - state
			m.take(reporttest.Scanned(reporttest.Changes(reporttest.Dir{Path: "eu/shard-01/tenant-0100/data", State: state})))
			m.View()
		}
	})
}

// BenchmarkView is what a frame costs.
func BenchmarkView(b *testing.B) {
	for _, size := range []tea.WindowSizeMsg{{Width: 80, Height: 24}, {Width: 200, Height: 60}} {
		b.Run(fmt.Sprintf("%dx%d", size.Width, size.Height), func(b *testing.B) {
			m := bigModel(b)
			m.Update(size)
			m.now = time.Now
			for b.Loop() {
				m.View()
			}
		})
	}
}

// BenchmarkFrame is what passes between a key and its frame on the terminal,
// with 100,000 directories: the median and the 95th percentile.
func BenchmarkFrame(b *testing.B) {
	start := func(b *testing.B) *running {
		term := runScreen(b, 120, 40, Options{Color: true})
		term.show(reporttest.Scanned(reporttest.Fleet(many)))
		term.see("100,012 dirs")
		term.send("j")
		term.see(" 2 of 100,012")
		return term
	}
	b.Run("down", func(b *testing.B) {
		term := start(b)
		var took durations
		for at := 3; b.Loop(); at++ {
			took.measure(func() {
				term.send("j")
				term.see(" " + show.Count(at) + " of 100,012")
			})
		}
		took.report(b)
	})
	b.Run("holders", func(b *testing.B) {
		term := start(b)
		var took durations
		for b.Loop() {
			took.measure(func() {
				term.send("h")
				term.see("HAND-OFFS")
			})
			term.send("q")
			term.see("DIRECTORY")
		}
		took.report(b)
	})
	// Filters key by key. The letter that is added, or taken away again, is on the screen once the table is.
	for _, text := range []string{"7", "nonsense", "~0[0-9]+5/d"} {
		b.Run("filter="+text, func(b *testing.B) {
			term := start(b)
			term.send("/")
			term.see("enter keeps it")
			var took durations
			for b.Loop() {
				for i := range text {
					took.measure(func() {
						term.send(text[i : i+1])
						term.see("/ " + strings.TrimRight(text[:i+1], " "))
					})
				}
				for i := range text {
					took.measure(func() {
						term.send("\x7f")
						term.unsee("/ " + strings.TrimRight(text[:len(text)-i], " "))
					})
				}
			}
			took.report(b)
		})
	}
}

type durations []time.Duration

// measure waits a little first: nobody presses keys in step with the frames.
func (d *durations) measure(f func()) {
	time.Sleep(rand.N(50 * time.Millisecond))
	start := time.Now()
	f()
	*d = append(*d, time.Since(start))
}

func (d durations) report(b *testing.B) {
	slices.Sort(d)
	b.ReportMetric(float64(d[len(d)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(d[len(d)*95/100].Microseconds())/1000, "p95-ms")
}

// BenchmarkMemory is what the screen holds for each directory, beyond its report.
func BenchmarkMemory(b *testing.B) {
	reports := reporttest.Fleet(many)
	for b.Loop() {
		before := inUse()
		m, _ := testModel(120, 40, Options{})
		for batch := range slices.Chunk(reports, 500) {
			m.take(report.Update{Changes: batch})
		}
		m.typed("S", "S")
		b.ReportMetric(float64(inUse()-before)/float64(len(reports)), "B/row")
		runtime.KeepAlive(m)
	}
}

// inUse is how many bytes of the heap are in use.
func inUse() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// BenchmarkFoldAll is what it costs to fold or unfold the groups of all directories.
func BenchmarkFoldAll(b *testing.B) {
	m := bigModel(b)
	m.typed("t", "t")
	for b.Loop() {
		m.Update(press("T"))
		m.View()
	}
}
