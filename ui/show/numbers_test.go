package show

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestDurations(t *testing.T) {
	const day = 24 * time.Hour
	for _, test := range []struct {
		d                  time.Duration
		age, long, seconds string
	}{
		{-time.Hour, "0s", "0s", "-3600000ms"},
		{0, "0s", "0s", "0ms"},
		{400 * time.Microsecond, "0s", "0s", "<1ms"},
		{40 * time.Millisecond, "0s", "0s", "40ms"},
		{412 * time.Millisecond, "0s", "0s", "0.4s"},
		{2 * time.Second, "2s", "2s", "2s"},
		{59999 * time.Millisecond, "59s", "59s", "59s"},
		{12*time.Minute + 30*time.Second, "12m", "12m", "12m"},
		{2*time.Hour + 4*time.Minute, "2h", "2h 4m", "2h"},
		{2*time.Hour + 59*time.Second, "2h", "2h", "2h"},
		{4*day + 3*time.Hour, "4d", "4d 3h", "4d"},
		{4*day + 59*time.Minute, "4d", "4d", "4d"},
	} {
		if age, long, seconds := Age(test.d), LongAge(test.d), Seconds(test.d); age != test.age || long != test.long || seconds != test.seconds {
			t.Errorf("%v: %s, %s and %s, want %s, %s and %s", test.d, age, long, seconds, test.age, test.long, test.seconds)
		}
	}
}

func TestProportions(t *testing.T) {
	for _, test := range []struct {
		counts string
		want   string
	}{
		{"[0 0]", "[0 0]"}, {"[1 1]", "[5 5]"}, {"[1 0 8866]", "[1 0 9]"}, {"[3 3 3]", "[4 3 3]"}, {"[1 99999 1]", "[1 8 1]"},
		{"[1 1 1 1 1 1 1 1 1 1]", "[1 1 1 1 1 1 1 1 1 1]"},
	} {
		var counts []int
		for _, word := range strings.Fields(strings.Trim(test.counts, "[]")) {
			n, _ := strconv.Atoi(word)
			counts = append(counts, n)
		}
		if got := fmt.Sprint(Proportions(counts, 10)); got != test.want {
			t.Errorf("%s: %s, want %s", test.counts, got, test.want)
		}
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1000: "-1,000", -100: "-100"} {
		if got := Count(n); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	for n, want := range map[int]string{0: "0 dirs", 1: "1 dir", 1000: "1,000 dirs"} {
		if got := Counted(n, "dir", "dirs"); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
