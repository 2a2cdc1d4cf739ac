package scan

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// Lines as the kernel prints them, and lines that it might.
func TestParseFlock(t *testing.T) {
	for _, tt := range []struct {
		line string
		want flockLine
		ok   bool
	}{
		{"1: FLOCK  ADVISORY  WRITE 2201 fe:00:9977869 0 EOF", flockLine{2201, unix.Mkdev(0xfe, 0), 9977869}, true},
		{"26: FLOCK  ADVISORY  READ  311 00:1a:5 0 EOF", flockLine{311, unix.Mkdev(0, 0x1a), 5}, true},
		{"1: FLOCK  ADVISORY  WRITE 0 fe:00:1 0 EOF", flockLine{0, unix.Mkdev(0xfe, 0), 1}, true}, // taken in another PID namespace
		{"1: FLOCK  ADVISORY  WRITE 7 103:f4240:18446744073709551615 0 EOF", flockLine{7, unix.Mkdev(0x103, 1000000), 1<<64 - 1}, true},
		{"1: FLOCK  MSNFS     READ  7 08:01:12 0 EOF", flockLine{7, unix.Mkdev(8, 1), 12}, true}, // of a mandatory kind, before Linux 5.15
		{"12345678901: FLOCK  ADVISORY  WRITE 2147483647 fe:00:1 0 EOF\n", flockLine{1<<31 - 1, unix.Mkdev(0xfe, 0), 1}, true},

		{line: "1: -> FLOCK  ADVISORY  WRITE 2202 fe:00:9977869 0 EOF"}, // waits for it
		{line: "1:  -> FLOCK  ADVISORY  WRITE 2202 fe:00:9977869 0 EOF"},
		{line: "2: POSIX  ADVISORY  WRITE 2201 fe:00:9977869 0 EOF"},
		{line: "2: POSIX  ADVISORY  READ 2201 fe:00:9977869 1073741824 1073742335"},
		{line: "3: OFDLCK ADVISORY  WRITE -1 fe:00:9977869 0 EOF"},
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
		if got, ok := parseFlock([]byte(tt.line)); got != tt.want || ok != tt.ok {
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
	lines, err := parseLocks(strings.NewReader(text))
	want := []flockLine{{2201, unix.Mkdev(0xfe, 0), 9977869}, {2201, unix.Mkdev(0xfe, 0), 9977870}}
	if err != nil || !slices.Equal(lines, want) {
		t.Errorf("%+v, %v; want %+v", lines, err, want)
	}
}

func TestParseFdinfo(t *testing.T) {
	const head = "pos:\t0\nflags:\t02100002\nmnt_id:\t29\nino:\t9977869\n"
	want := fdinfo{9977869, flockLine{2201, unix.Mkdev(0xfe, 0), 9977869}, true}
	for _, tt := range []struct {
		name, text string
		want       fdinfo
	}{
		{"held", head + "lock:\t1: FLOCK  ADVISORY  WRITE 2201 fe:00:9977869 0 EOF\n", want},
		{"beside locks of other kinds", head + "lock:\t1: OFDLCK ADVISORY  WRITE -1 fe:00:9977869 0 EOF\n" +
			"lock:\t3: FLOCK  ADVISORY  WRITE 2201 fe:00:9977869 0 EOF\n" +
			"lock:\t2: POSIX  ADVISORY  WRITE 77 fe:00:9977869 0 EOF\n", want},
		{"last line cut short of its newline", head + "lock:\t1: FLOCK  ADVISORY  WRITE 2201 fe:00:9977869 0 EOF", want},
		{"before Linux 5.14", "pos:\t0\nlock:\t1: FLOCK  ADVISORY  WRITE 2201 fe:00:9977869 0 EOF\n", fdinfo{0, want.flock, true}},
		{"not locked", head, fdinfo{ino: 9977869}},
		{"waiting", head + "lock:\t1: -> FLOCK  ADVISORY  WRITE 2201 fe:00:9977869 0 EOF\n", fdinfo{ino: 9977869}},
		{"a lock line that is none", head + "clock:\t1: FLOCK  ADVISORY  WRITE 2201 fe:00:9977869 0 EOF\n", fdinfo{ino: 9977869}},
		{"an inode number that is none", "ino:\t-1\n", fdinfo{}},
		{"empty", "", fdinfo{}},
	} {
		if got := parseFdinfo([]byte(tt.text)); got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

// The kernel of this host prints a lock that is held as the parsers read it.
func TestParseRealLock(t *testing.T) {
	for place, dir := range places(t) {
		file := holdHere(t, dir)
		if info := parseFdinfo(readProc(t, file.fdinfo)); !info.locked || info.flock.Ino != file.ino || info.flock.PID != file.pid {
			t.Errorf("%s: fdinfo says %+v", place, info)
		}
		lines, err := parseLocks(strings.NewReader(string(readProc(t, "/proc/locks"))))
		if err != nil || !slices.ContainsFunc(lines, func(l flockLine) bool { return l.Ino == file.ino && l.PID == file.pid }) {
			t.Errorf("%s: no line of inode %d in the table (%v)", place, file.ino, err)
		}
	}
}

// What is read, printed as the kernel prints it, is read as the same.
func FuzzParseFlock(f *testing.F) {
	f.Add("1: FLOCK  ADVISORY  WRITE 2201 fe:00:9977869 0 EOF")
	f.Add("1: -> FLOCK  ADVISORY  WRITE 0 fe:00:1 0 EOF")
	f.Add("1: FLOCK  MSNFS     READ  -1 <none>:0 0 EOF")
	f.Fuzz(func(t *testing.T, line string) {
		l, ok := parseFlock([]byte(line))
		if !ok {
			if l != (flockLine{}) {
				t.Errorf("refused, yet %+v", l)
			}
			return
		}
		if l.PID < 0 || strings.Fields(line)[1] != "FLOCK" {
			t.Errorf("%q read as %+v", line, l)
		}
		printed := fmt.Sprintf("1: FLOCK  ADVISORY  WRITE %d %02x:%02x:%d 0 EOF", l.PID, unix.Major(l.Dev), unix.Minor(l.Dev), l.Ino)
		if again, ok := parseFlock([]byte(printed)); !ok || again != l {
			t.Errorf("%q read as %+v, and %q as %+v", line, l, printed, again)
		}
	})
}

func FuzzParseLocks(f *testing.F) {
	f.Add("1: POSIX  ADVISORY  WRITE 612 00:19:1053 0 EOF\n2: FLOCK  ADVISORY  WRITE 2201 fe:00:9977869 0 EOF\n")
	f.Fuzz(func(t *testing.T, text string) {
		lines, err := parseLocks(strings.NewReader(text))
		if most := strings.Count(text, "FLOCK"); len(lines) > most {
			t.Errorf("%d locks from %d mentions (%v)", len(lines), most, err)
		}
	})
}

// What fdinfo is read as is one of its lock lines, and they are the same to
// the parser of the table.
func FuzzParseFdinfo(f *testing.F) {
	f.Add([]byte("pos:\t0\nlock:\t1: FLOCK  ADVISORY  WRITE 2201 fe:00:9977869 0 EOF\n"))
	f.Add([]byte("lock:1: -> FLOCK\nlock:\t3: OFDLCK ADVISORY  READ -1 00:06:1028 0 EOF\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		info := parseFdinfo(text)
		if !info.locked && info.flock != (flockLine{}) {
			t.Errorf("no lock, yet %+v", info)
		}
		if !info.locked {
			return
		}
		for line := range strings.Lines(string(text)) {
			if l, ok := parseFlock([]byte(strings.TrimPrefix(line, "lock:"))); ok && l == info.flock {
				return
			}
		}
		t.Errorf("%q read as %+v", text, info)
	})
}
