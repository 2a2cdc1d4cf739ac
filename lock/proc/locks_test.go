package proc

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// These are lines as the kernel prints them, and lines that it might print.
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
	var lines []Lock
	err := ParseLocks(strings.NewReader(text), func(l Lock) { lines = append(lines, l) })
	want := []Lock{{Posix, 612, unix.Mkdev(0, 0x19), 1053}, {Flock, 2201, unix.Mkdev(0xfe, 0), 9977869}, {OFD, 0, unix.Mkdev(0, 6), 1028}, {Flock, 2201, unix.Mkdev(0xfe, 0), 9977870}}
	if err != nil || !slices.Equal(lines, want) {
		t.Errorf("%+v, %v; want %+v", lines, err, want)
	}
}

// A lock that was read, printed as the kernel prints it, is read as the same lock.
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
		lines := 0
		err := ParseLocks(strings.NewReader(text), func(Lock) { lines++ })
		if most := strings.Count(text, "FLOCK") + strings.Count(text, "POSIX") + strings.Count(text, "OFDLCK"); lines > most {
			t.Errorf("%d locks from %d mentions (%v)", lines, most, err)
		}
	})
}
