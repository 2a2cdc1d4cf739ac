package chaos

import (
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	switch os.Getenv(roleVar) {
	case roleDaemon:
		serveDaemon()
	case roleHeir:
		serveHeir()
	case roleInit:
		serveInit()
	default:
		os.Exit(m.Run())
	}
}
