package proc

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// Lines as the kernel prints them, and lines that it might.
func TestParseLock(t *testing.T) {
	for _, tt := range []struct {
		line string
		want Lock
		ok   bool
	}{
		{"1: FLOCK  ADVISORY  WRITE 2201 fe:00:9977869 0 EOF", Lock{Flock, 2201, unix.Mkdev(0xfe, 0), 9977869}, true},
		{"26: FLOCK  ADVISORY  READ  311 00:1a:5 0 EOF", Lock{Flock, 311, unix.Mkdev(0, 0x1a), 5}, true},
		{"1: FLOCK  ADVISORY  WRITE 0 fe:00:1 0 EOF", Lock{Flock, 0, unix.Mkdev(0xfe, 0), 1}, true}, // taken in another PID namespace
		{"1: FLOCK  ADVISORY  WRITE 7 103:f4240:18446744073709551615 0 EOF", Lock{Flock, 7, unix.Mkdev(0x103, 1000000), 1<<64 - 1}, true},
		{"1: FLOCK  MSNFS     READ  7 08:01:12 0 EOF", Lock{Flock, 7, unix.Mkdev(8, 1), 12}, true}, // of a mandatory kind, before Linux 5.15
		{"12345678901: FLOCK  ADVISORY  WRITE 2147483647 fe:00:1 0 EOF\n", Lock{Flock, 1<<31 - 1, unix.Mkdev(0xfe, 0), 1}, true},
		{"2: POSIX  ADVISORY  WRITE 2201 fe:00:9977869 0 EOF", Lock{Posix, 2201, unix.Mkdev(0xfe, 0), 9977869}, true},
		{"2: POSIX  ADVISORY  READ 2201 fe:00:9977869 1073741824 1073742335", Lock{Posix, 2201, unix.Mkdev(0xfe, 0), 9977869}, true},
		{"2: POSIX  *NOINODE* WRITE -1 fe:00:9977869 0 EOF", Lock{Posix, 0, unix.Mkdev(0xfe, 0), 9977869}, true}, // of another host
		{"3: OFDLCK ADVISORY  WRITE -1 fe:00:9977869 0 EOF", Lock{OFD, 0, unix.Mkdev(0xfe, 0), 9977869}, true},

		{line: "1: -> FLOCK  ADVISORY  WRITE 2202 fe:00:9977869 0 EOF"}, // waits for it
		{line: "1:  -> FLOCK  ADVISORY  WRITE 2202 fe:00:9977869 0 EOF"},
		{line: "4: LEASE  ACTIVE    READ 2201 fe:00:9977869 0 EOF"},
		{line: "4: DELEG  BREAKING  READ 2201 fe:00:9977869 0 EOF"},
		{line: "1: FLOCK  ADVISORY  WRITE -1 fe:00:9977869 0 EOF"},
		{line: "1: FLOCK  ADVISORY  WRITE 2147483648 fe:00:1 0 EOF"},
		{line: "1: FLOCK  ADVISORY  WRITE 22O1 fe:00:1 0 EOF"},
		{line: "1: FLOCK  ADVISORY  WRITE 2201 <none>:0 0 EOF"},
		{line: "1: FLOCK  ADVISORY  WRITE 2201 fe:00 0 EOF"},
		{line: "1: FLOCK  ADVISORY  WRITE 2201 fe:00:1:2 0 EOF"},
		{line: "1: FLOCK  ADVISORY  WRITE 2201 fg:00:1 0 EOF"},
		{line: "1: FLOCK  ADVISORY  WRITE 2201 -1:00:1 0 EOF"},
		{line: "1: FLOCK  ADVISORY  WRITE 2201 100000000:00:1 0 EOF"},
		{line: "1: FLOCK  ADVISORY  WRITE 2201 fe:00:18446744073709551616 0 EOF"},
		{line: "1: FLOCK  ADVISORY  WRITE 2201"},
		{line: "FLOCK"},
		{line: ""},
	} {
		if got, ok := ParseLock([]byte(tt.line)); got != tt.want || ok != tt.ok {
			t.Errorf("%q: %+v, %t; want %+v, %t", tt.line, got, ok, tt.want, tt.ok)
		}
	}
}

func TestParseLocks(t *testing.T) {
	const text = `1: POSIX  ADVISORY  WRITE 612 00:19:1053 0 EOF
2: FLOCK  ADVISORY  WRITE 2201 fe:00:9977869 0 EOF
2: -> FLOCK  ADVISORY  WRITE 2202 fe:00:9977869 0 EOF
2: -> FLOCK  ADVISORY  READ  2203 fe:00:9977869 0 EOF
3: OFDLCK ADVISORY  READ -1 00:06:1028 0 EOF
4: FLOCK  ADVISORY  WRITE 2201 fe:00:9977870 0 EOF
`
	lines, err := ParseLocks(strings.NewReader(text))
	want := []Lock{{Posix, 612, unix.Mkdev(0, 0x19), 1053}, {Flock, 2201, unix.Mkdev(0xfe, 0), 9977869}, {OFD, 0, unix.Mkdev(0, 6), 1028}, {Flock, 2201, unix.Mkdev(0xfe, 0), 9977870}}
	if err != nil || !slices.Equal(lines, want) {
		t.Errorf("%+v, %v; want %+v", lines, err, want)
	}
}

func TestParseFDInfo(t *testing.T) {
	const head = "pos:\t0\nflags:\t02100002\nmnt_id:\t29\nino:\t9977869\n"
	flock := Lock{Flock, 2201, unix.Mkdev(0xfe, 0), 9977869}
	want := FDInfo{Ino: 9977869, MountID: 29, Flock: flock}
	for _, tt := range []struct {
		name, text string
		want       FDInfo
	}{
		{"held", head + "lock:\t1: FLOCK  ADVISORY  WRITE 2201 fe:00:9977869 0 EOF\n", want},
		{"beside a lock of another kind", head + "lock:\t3: FLOCK  ADVISORY  WRITE 2201 fe:00:9977869 0 EOF\n" +
			"lock:\t2: POSIX  ADVISORY  WRITE 77 fe:00:9977869 0 EOF\n", FDInfo{9977869, 29, flock, Lock{Posix, 77, flock.Dev, 9977869}}},
		{"a lock of another kind", head + "lock:\t1: OFDLCK ADVISORY  WRITE -1 fe:00:9977869 0 EOF\n",
			FDInfo{Ino: 9977869, MountID: 29, Other: Lock{OFD, 0, flock.Dev, 9977869}}},
		{"last line cut short of its newline", head + "lock:\t1: FLOCK  ADVISORY  WRITE 2201 fe:00:9977869 0 EOF", want},
		{"before Linux 5.14", "pos:\t0\nlock:\t1: FLOCK  ADVISORY  WRITE 2201 fe:00:9977869 0 EOF\n", FDInfo{Flock: flock}},
		{"not locked", head, FDInfo{Ino: 9977869, MountID: 29}},
		{"leased", head + "lock:\t1: LEASE  ACTIVE    WRITE 2201 fe:00:9977869 0 EOF\n", FDInfo{Ino: 9977869, MountID: 29}},
		{"waiting", head + "lock:\t1: -> FLOCK  ADVISORY  WRITE 2201 fe:00:9977869 0 EOF\n", FDInfo{Ino: 9977869, MountID: 29}},
		{"a lock line that is none", head + "clock:\t1: FLOCK  ADVISORY  WRITE 2201 fe:00:9977869 0 EOF\n", FDInfo{Ino: 9977869, MountID: 29}},
		{"an inode number that is none", "ino:\t-1\n", FDInfo{}},
		{"empty", "", FDInfo{}},
	} {
		if got := ParseFDInfo([]byte(tt.text)); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

// The kernel of this host prints a lock that is held as the parsers read it.
func TestParseRealLock(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "lock"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	fd := int(f.Fd())
	var st unix.Stat_t
	if err := errors.Join(unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB), unix.Fstat(fd, &st)); err != nil {
		t.Fatal(err)
	}
	is := func(l Lock) bool { return l.Kind == Flock && l.Ino == st.Ino && l.PID == os.Getpid() }
	if info := ReadFDInfo("/proc/self", fd); !is(info.Flock) {
		t.Errorf("fdinfo says %+v", info)
	}
	table, err := os.Open("/proc/locks")
	if err != nil {
		t.Fatal(err)
	}
	defer table.Close()
	if locks, err := ParseLocks(table); err != nil || !slices.ContainsFunc(locks, is) {
		t.Errorf("no line of inode %d in the table (%v)", st.Ino, err)
	}
}

// What is read, printed as the kernel prints it, is read as the same.
func FuzzParseLock(f *testing.F) {
	f.Add("1: FLOCK  ADVISORY  WRITE 2201 fe:00:9977869 0 EOF")
	f.Add("1: -> FLOCK  ADVISORY  WRITE 0 fe:00:1 0 EOF")
	f.Add("1: FLOCK  MSNFS     READ  -1 <none>:0 0 EOF")
	f.Fuzz(func(t *testing.T, line string) {
		l, ok := ParseLock([]byte(line))
		if !ok {
			if l != (Lock{}) {
				t.Errorf("refused, yet %+v", l)
			}
			return
		}
		word := map[Kind]string{Flock: "FLOCK", Posix: "POSIX", OFD: "OFDLCK"}[l.Kind]
		if l.PID < 0 || strings.Fields(line)[1] != word {
			t.Errorf("%q read as %+v", line, l)
		}
		printed := fmt.Sprintf("1: "+word+"  ADVISORY  WRITE %d %02x:%02x:%d 0 EOF", l.PID, unix.Major(l.Dev), unix.Minor(l.Dev), l.Ino)
		if again, ok := ParseLock([]byte(printed)); !ok || again != l {
			t.Errorf("%q read as %+v, and %q as %+v", line, l, printed, again)
		}
	})
}

func FuzzParseLocks(f *testing.F) {
	f.Add("1: POSIX  ADVISORY  WRITE 612 00:19:1053 0 EOF\n2: FLOCK  ADVISORY  WRITE 2201 fe:00:9977869 0 EOF\n")
	f.Fuzz(func(t *testing.T, text string) {
		lines, err := ParseLocks(strings.NewReader(text))
		if most := strings.Count(text, "FLOCK") + strings.Count(text, "POSIX") + strings.Count(text, "OFDLCK"); len(lines) > most {
			t.Errorf("%d locks from %d mentions (%v)", len(lines), most, err)
		}
	})
}

// What fdinfo is read as is one of its lock lines, and they are the same to
// the parser of the table.
func FuzzParseFDInfo(f *testing.F) {
	f.Add([]byte("pos:\t0\nlock:\t1: FLOCK  ADVISORY  WRITE 2201 fe:00:9977869 0 EOF\n"))
	f.Add([]byte("lock:1: -> FLOCK\nlock:\t3: OFDLCK ADVISORY  READ -1 00:06:1028 0 EOF\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		info := ParseFDInfo(text)
		if info.Flock.Kind != Flock && info.Flock != (Lock{}) || info.Other.Kind == Flock {
			t.Errorf("locks of the wrong kind: %+v", info)
		}
		found := map[Lock]bool{{}: true}
		for line := range strings.Lines(string(text)) {
			l, _ := ParseLock([]byte(strings.TrimPrefix(line, "lock:")))
			found[l] = true
		}
		if found[info.Flock] && found[info.Other] {
			return
		}
		t.Errorf("%q read as %+v", text, info)
	})
}
