package locktest

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"testing"
	"time"
)

const makerVar = "LOCKTEST_TEST_MAKER"

func TestMain(m *testing.M) {
	Main()
	if os.Getenv(makerVar) != "" {
		makeAndWait()
	}
	os.Exit(m.Run())
}

// makeAndWait makes a demo, for a test to kill. It prints the root after processes have come and
// gone. One of them is stopped.
func makeAndWait() {
	b, err := Demo("")
	if err == nil {
		err = pauseOne(b.World)
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	first := b.living[0].actor
	go b.live(context.Background(), time.Millisecond)
	for first.Alive() {
		time.Sleep(time.Millisecond)
	}
	fmt.Println(b.Root)
	bufio.NewReader(os.Stdin).ReadByte() // until the test kills this, or ends
	os.Exit(1)
}
