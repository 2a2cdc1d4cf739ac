package cli

import "testing"

// The heap grows by leastGrowth where that is more than its share, and a small one to leastGrowth. The runtime takes
// leastHeap times the percentage for the least size of any heap.
func TestGrowthOf(t *testing.T) {
	for _, test := range []struct{ live, growth, want int }{
		{0, 12, 400}, {1 << 20, 12, 400}, {4 << 20, 12, 400}, {8 << 20, 12, 200}, {100 << 20, 12, 16}, {200 << 20, 12, 12}, {200 << 20, 200, 200},
	} {
		if got := growthOf(test.live, test.growth); got != test.want {
			t.Errorf("%d MB grow by %d%%, want %d%%", test.live>>20, got, test.want)
		}
	}
}
