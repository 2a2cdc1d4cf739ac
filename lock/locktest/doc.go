// Package locktest makes data directories in every state, for the tests of whatever looks at data
// directories and for lockscope --demo. The processes, their flocks and their deaths are real: nothing
// of the kernel is imitated.
//
// A [World] starts processes and brings directories into states with them:
//
//	func TestMain(m *testing.M) {
//		locktest.Main() // where the processes begin
//		os.Exit(m.Run())
//	}
//
//	func TestOrphaned(t *testing.T) {
//		w := locktest.TestWorld(t)
//		site, err := w.Make(filepath.Join(t.TempDir(), "data"), locktest.Orphaned)
//		…
//		site.Holders[0].Kill() // and now it is stale
//	}
//
// [World.Make] makes a state in its simplest form. [World.Play] makes any of [Scenes], which are all the
// ways into the states, such as a pidfile whose PID was reused. The [Site] says what was made, so that
// a test can compare it with what was found. [Demo] makes a small tree of directories, and
// [Sandbox.Live] has their daemons come and go.
//
// The processes are the running program itself, started again under names like "kvd --data DIR".
// [Main] turns them into what they are to be. The daemons take and release locks by package lock.
//
// No process is left behind. Each has the read end of a pipe, and only the maker has the write end.
// When the maker is gone, even by SIGKILL, each process sees the end of the pipe and exits: also the
// children that inherited a lock, and those that were stopped, which the kernel then continues.
//
// All processes are children of the maker. It sends a signal to a PID only until it has reaped that
// process, so it cannot hit another one.
package locktest
