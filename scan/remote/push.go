package remote

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// pushedMark begins the line that says where the copy is on the far side.
const pushedMark = "lockscope-pushed "

// pushScript is what a shell runs on a host without lockscope. %[1]s is the size of the program, %[2]s what
// "uname -sm" has to print there, both as words. %[3]s is the command line, in which $d is where the program
// is. It makes a directory that nobody else can enter, and removes it at the end: also when the connection
// drops, for then the program's input ends, and with it the program.
//
// head(1) may read more than it prints. Nothing is sent after the program before that has said hello.
const pushScript = `umask 077;
have=$(uname -sm);
if [ "$have" != %[2]s ]; then
	echo "it is $have, and the lockscope here is for" %[2]s >&2;
	exit 125;
fi;
d=$(mktemp -d) || exit 125;
trap 'rm -rf "$d"' EXIT;
trap 'exit 129' HUP;
trap 'exit 130' INT;
trap 'exit 141' PIPE;
trap 'exit 143' TERM;
head -c %[1]s >"$d/lockscope" || exit 125;
if [ "$(wc -c <"$d/lockscope")" -ne %[1]s ]; then
	echo "the copy of lockscope was cut short" >&2;
	exit 125;
fi;
chmod 700 "$d/lockscope";
echo "` + pushedMark + `$d/lockscope";
%[3]s
`

// onOneLine is for a script that a login shell passes on: a line feed ends a command in csh even in quotes.
var onOneLine = strings.NewReplacer("\n", " ", "\t", "")

// push is a program that can be copied to other hosts.
type push struct {
	path     string
	size     int64
	platform string // as "uname -sm" prints it
}

// ownProgram is this program.
func ownProgram() (*push, error) {
	const path = "/proc/self/exe"
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	var u unix.Utsname
	if err := unix.Uname(&u); err != nil {
		return nil, os.NewSyscallError("uname", err)
	}
	platform := unix.ByteSliceToString(u.Sysname[:]) + " " + unix.ByteSliceToString(u.Machine[:])
	return &push{path, info.Size(), platform}, nil
}

// command is the command line that takes the program from its input and runs it. command are the words that run
// lockscope there, of which the last names the program.
func (p *push) command(command, args []string) string {
	run := quoteAll(command[:len(command)-1]) + ` "$d/lockscope" ` + quoteAll(args)
	script := fmt.Sprintf(onOneLine.Replace(pushScript), quote(fmt.Sprint(p.size)), quote(p.platform), strings.TrimSpace(run))
	return "exec sh -c " + quote(script)
}

// send writes the program to the far side. It ends early where that takes no more, or with ctx.
func (p *push) send(ctx context.Context, to *os.File) error {
	from, err := os.Open(p.path)
	if err != nil {
		return err
	}
	defer from.Close()
	defer context.AfterFunc(ctx, func() { to.Close() })()
	_, err = io.CopyN(to, from, p.size)
	return err
}
