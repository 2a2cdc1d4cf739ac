package proc

import "testing"

func TestParseStatus(t *testing.T) {
	const text = "Name:\tNSpid: 7\\nUid:\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t9034\nPid:\t9034\n" +
		"Uid:\t0\t65534\t0\t0\nGid:\t1\t2\t3\t4\nNStgid:\t9034\t12\t1\nNSpid:\t9034\t12\t1\nNSpgid:\t9\t8\t7\n"
	if got, want := ParseStatus([]byte(text)), (Status{UID: "65534", TGID: 9034, NSPID: 1}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	for _, text := range []string{"", "NSpid:", "NSpid:\tx\n", "Uid:\t0\n", "\n\n:::\n"} {
		if got := ParseStatus([]byte(text)); got != (Status{}) {
			t.Errorf("ParseStatus(%q) = %+v", text, got)
		}
	}
}

func TestStatus(t *testing.T) {
	f := fixture(t)
	if got, err := f.Task(1).Status(); got != (Status{UID: "65534", TGID: 1, NSPID: 1}) || err != nil {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := f.Task(2).Status(); got != (Status{}) || !IsGone(err) {
		t.Errorf("of nobody: %+v, %v", got, err)
	}
}

func TestHasThread(t *testing.T) {
	task := fixture(t).Task(5000002)
	for number, want := range map[int]bool{12: true, 14: true, 15: false, 0: false, 5000004: false} {
		if task.HasThread(number) != want {
			t.Errorf("thread %d: %v", number, !want)
		}
	}
}
