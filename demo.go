package main

import "lockscope/lock/locktest"

// openSandbox makes directories in every state in a temporary directory, with
// real processes and locks, and points the scan there. The world's Close ends
// the processes and removes it all; so does the end of this program, however it comes.
func openSandbox(s *settings) (*locktest.World, error) {
	world, err := locktest.Demo("")
	if err != nil {
		return nil, err
	}
	s.Roots = []string{world.Root}
	return world, nil
}
