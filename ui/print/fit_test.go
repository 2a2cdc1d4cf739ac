package print

import (
	"fmt"
	"strings"
	"testing"

	"lockscope/ui/golden"

	"github.com/charmbracelet/x/ansi"

	"lockscope/scan/report"
	"lockscope/ui/show"
)

// On a terminal no line of the table is wider than it, whatever there is in it.
func TestTableFitsTheTerminal(t *testing.T) {
	all := assorted()
	all = append(all, reportAt("/srv/"+strings.Repeat("長い", 60)+"/data", report.Stale), reportAt("/srv/"+strings.Repeat("\x1b", 60), report.Stale))
	for _, ascii := range []bool{false, true} {
		for w := 1; w <= 250; w++ {
			opt := printOptions()
			opt.Width, opt.ASCII, opt.Color = w, ascii, true
			opt.States = report.States
			got := printed(t, Table, opt, updateOf(all...), summaryOf(all...))
			for line := range strings.Lines(got) {
				if n := show.Width(strings.TrimSuffix(line, "\n")); n > w {
					t.Errorf("at %d: %d cells in %q", w, n, line)
				}
			}
			if plain := ansi.Strip(got); w >= 60 && !strings.Contains(plain, "us/tenant-1180/data ") {
				t.Errorf("at %d there is room for what is not there:\n%s", w, plain)
			}
		}
	}
	for _, w := range []int{80, 60, 40, 20} {
		opt := printOptions()
		opt.Width = w
		golden.Check(t, fmt.Sprintf("table-%d", w), printed(t, Table, opt, updateOf(all...), summaryOf(all...)))
	}
}

func TestFitColumns(t *testing.T) {
	for _, test := range []struct {
		widths []int
		line   int
		want   []int
	}{
		{[]int{5, 0, 9, 7, 6, 7, 5}, 80, []int{5, 0, 9, 7, 6, 7, 5}},
		{[]int{9, 0, 30, 10, 11, 90, 5}, 120, []int{9, 0, 30, 10, 11, 45, 5}},     // the command gives way first
		{[]int{9, 0, 90, 10, 11, 90, 5}, 120, []int{9, 0, 55, 10, 11, 20, 5}},     // but not for a long path alone
		{[]int{9, 0, 200, 10, 11, 200, 5}, 80, []int{9, 0, 27, 10, 11, 8, 5}},     // then both
		{[]int{9, 0, 200, 10, 11, 200, 5}, 60, []int{9, 0, 24, 10, 11, 0, 0}},     // then the command goes, and the age
		{[]int{9, 0, 200, 10, 11, 200, 5}, 40, []int{9, 0, 29, 0, 0, 0, 0}},       // then all but these
		{[]int{9, 0, 200, 10, 11, 200, 5}, 20, []int{9, 0, 9, 0, 0, 0, 0}},        // of which the path gives way
		{[]int{9, 0, 4, 10, 1, 7, 5}, 50, []int{9, 0, 4, 10, 1, 7, 5}},            // what is short stays
		{[]int{9, 0, 200, 10, 11, 200, 5}, 3, []int{9, 0, 1, 0, 0, 0, 0}},         // the line is cut
		{[]int{9, 60, 200, 10, 11, 200, 5}, 120, []int{9, 16, 40, 10, 11, 17, 5}}, // so does a long name of a host
		{[]int{9, 60, 200, 10, 11, 200, 5}, 50, []int{9, 16, 21, 0, 0, 0, 0}},
	} {
		if got := fitColumns(test.widths, test.line); fmt.Sprint(got) != fmt.Sprint(test.want) {
			t.Errorf("%v in %d cells: %v, want %v", test.widths, test.line, got, test.want)
		}
	}
}
