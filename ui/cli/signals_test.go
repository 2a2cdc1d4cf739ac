package cli

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"syscall"
	"testing"

	"lockscope/scan/hosttest"
)

func TestSecondSignalKills(t *testing.T) {
	if os.Getenv("LOCKSCOPE_TEST_WAIT") != "" {
		ctx, _ := untilSignal()
		os.Stdout.WriteString("waits\n")
		<-ctx.Done()
		var sig stopSignal
		if errors.As(context.Cause(ctx), &sig) && sig.Signal == syscall.SIGINT {
			os.Stdout.WriteString("waits\n")
		}
		select {} // something hangs
	}
	hosttest.HearSignals()
	cmd := exec.Command("/proc/self/exe", "-test.run", "^TestSecondSignalKills$")
	cmd.Env = append(os.Environ(), "LOCKSCOPE_TEST_WAIT=1")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	lines := bufio.NewReader(stdout)
	for range 2 { // each line says that it waits for a signal
		if _, err := lines.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
	}
	cmd.Wait()
	if status := cmd.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGINT {
		t.Errorf("ended with %v, want to be killed by the second signal", cmd.ProcessState)
	}
}
