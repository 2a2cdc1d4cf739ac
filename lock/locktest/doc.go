// Package locktest makes real data directories in every state there is: with
// real processes that hold real flocks, and die real deaths. It is for the tests of
// everything that looks at data directories, and for lockscope --demo. Nothing
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
// [World.Make] makes a state in its plainest form, [World.Play] any of
// [Scenes]: the other ways into the same states, such as a pidfile whose PID
// was reused. The [Site] tells what was truly made, for a test to hold against
// what was found. [Demo] makes a small tree of them, and [Sandbox.Live] has its
// daemons come and go.
//
// The processes are the running program itself, started anew under names like
// "kvd --data DIR"; [Main] makes them what they are to be. The daemons among
// them take and release locks by package lock.
//
// Nothing is left running. Every process has the read end of a pipe whose write
// end only the maker has: when the maker is gone, even by SIGKILL, each sees the
// end of the pipe and exits, also the children that inherited a lock, and also
// those that were stopped, which the kernel then continues. All of them are
// children of the maker, which signals a PID only while it has not reaped it,
// so that no other process can be hit.
package locktest
