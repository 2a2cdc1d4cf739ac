// Package hosttest makes hosts for tests: directories, mounted file systems, some of which hang, and
// processes, also of other users. What a host does not allow or have skips the test. Only tests import
// it.
package hosttest
