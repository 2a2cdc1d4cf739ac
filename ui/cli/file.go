package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"

	"lockscope/scan/pool"
	"lockscope/ui/show"
)

// await returns what f does, or the cause of the context's end where that has come. A file that the user names may be
// anything: a FIFO that nobody writes to, or on a file system that hangs. It must not keep the program from ending.
func await[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	r, ok := pool.Await(ctx, func() (r result) { r.value, r.err = f(); return r })
	if !ok || ctx.Err() != nil {
		return r.value, context.Cause(ctx)
	}
	return r.value, r.err
}

// textFile is what was read of a file that the user names.
type textFile struct {
	text []byte
	// untrusted is why others than this user and root can choose what is in it; nil if they cannot.
	untrusted error
}

// readText reads a file that is text and not endless, as a device may be. It may be a pipe, as of a shell's <(...).
func readText(path string) (textFile, error) {
	f, err := os.Open(path)
	if err != nil {
		return textFile{}, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, mostText+1))
	switch {
	case err != nil:
		return textFile{}, err
	case len(text) > mostText:
		return textFile{}, fmt.Errorf("%s: a file of more than %d bytes", path, mostText)
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff")) // some editors begin a file with that mark
	return textFile{text, untrusted(f)}, nil
}

// untrusted says why others than this user and root can choose what is in an open file, as ssh(1) does of its own
// config file, and what to do about it.
func untrusted(f *os.File) error {
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return err
	}
	switch {
	case st.Mode&unix.S_IFMT == unix.S_IFCHR: // a terminal: whoever types is the user
		return nil
	case st.Uid != 0 && int(st.Uid) != os.Geteuid():
		return fmt.Errorf("it belongs to user %d: chown %d %s", st.Uid, os.Geteuid(), show.ShellWord(f.Name()))
	case othersMayWrite(&st):
		return fmt.Errorf("others may write it: chmod go-w %s", show.ShellWord(f.Name()))
	}
	return nil
}

func othersMayWrite(st *unix.Stat_t) bool { return st.Mode&0o022 != 0 }
