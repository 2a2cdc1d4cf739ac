package proc

// Children returns the PIDs of the processes that this program may see, by the PID of their parent.
func (f FS) Children() map[int][]int {
	children := map[int][]int{}
	pids, _ := f.Processes()
	for _, pid := range pids {
		if stat, err := f.Task(pid).Stat(); err == nil {
			children[stat.Parent] = append(children[stat.Parent], pid)
		}
	}
	return children
}

// Descendants returns the PIDs of the processes that a process has started, and those that these have,
// given what [FS.Children] returned. It returns at most so many.
func Descendants(children map[int][]int, pid, most int) []int {
	found := []int{pid}
	for i := 0; i < len(found) && len(found) <= most; i++ {
		found = append(found, children[found[i]]...)
	}
	return found[1:min(len(found), most+1)]
}
