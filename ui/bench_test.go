package ui

import (
	"fmt"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"lockscope/scan"
)

const many = 100_000

// bigModel is a model of 120×40 with 100,000 directories.
func bigModel(b *testing.B) *model {
	m, _ := testModel(120, 40, Options{})
	m.take(scanned(fleet(many)))
	b.ReportAllocs()
	return m
}

// BenchmarkKey is what a key costs up to the finished text of the frame.
func BenchmarkKey(b *testing.B) {
	for _, k := range []string{"down", "pgdown", "n", "!", "6", "s", "S", "a"} {
		b.Run(k, func(b *testing.B) {
			m := bigModel(b)
			for b.Loop() {
				m.Update(press(k))
				m.View()
			}
		})
	}
}

// BenchmarkFilter is what one more letter in the filter costs.
func BenchmarkFilter(b *testing.B) {
	for _, text := range []string{"e", "kvd", "tenant-0500", "state:held !eu", "pid:1234", "nonsense"} {
		b.Run(text, func(b *testing.B) {
			m := bigModel(b)
			for b.Loop() {
				m.rows.setQuery(query{terms: parseTerms(text)})
				m.View()
			}
		})
	}
}

// BenchmarkArrive is what the first walk costs the screen, all in all.
func BenchmarkArrive(b *testing.B) {
	changes := fleet(many)
	for _, batch := range []int{500, 5000, feedBatch} {
		b.Run(fmt.Sprint(batch), func(b *testing.B) {
			for b.Loop() {
				m, _ := testModel(120, 40, Options{})
				for at := 0; at < len(changes); at += batch {
					m.take(scan.Update{Changes: changes[at:min(at+batch, len(changes))]})
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
			m.Update(secondMsg{})
			m.View()
		}
	})
	b.Run("changes", func(b *testing.B) {
		m := bigModel(b)
		state := scan.Held
		for b.Loop() {
			state = scan.Held + scan.Free - state
			m.take(scanned(changes(sample{path: "eu/shard-01/tenant-0100/data", state: state})))
			m.View()
		}
	})
}

// BenchmarkScroll moves down through rows as fast as it goes, in one size.
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
