package proc

import "strings"

// Comm is the name of the program that runs, as far as the kernel keeps it: 15 bytes, which the process may have
// changed. It is empty where it cannot be read.
func (t Task) Comm() string {
	name, _ := t.comm()
	return name
}

func (t Task) comm() (name string, err error) {
	err = readText(string(t)+"/comm", func(text []byte) { name = strings.TrimSuffix(string(text), "\n") })
	return name, err
}

// Name is the Comm in brackets, as ps(1) shows a process that has no command line. It is empty where that cannot be read.
func (t Task) Name() string {
	name, err := t.comm()
	if err != nil {
		return ""
	}
	return "[" + name + "]"
}

// Command is the command line as it is shown to people, at most [MaxCommand] bytes of it: the process has written it, so escape it
// before printing. Where there is none, as kernel threads and zombies have none, it is the Name.
func (t Task) Command() string {
	line := t.commandLine(MaxCommand)
	if text := strings.TrimRight(line, "\x00 "); text != "" {
		return strings.ReplaceAll(text, "\x00", " ")
	}
	return t.Name()
}

// Arguments are those of the command line, the program's name first, as far as it can be read.
func (t Task) Arguments() []string {
	return strings.FieldsFunc(t.commandLine(maxArguments), func(r rune) bool { return r == 0 })
}

// commandLine is the start of the command line, with a NUL after each argument.
func (t Task) commandLine(most int) string {
	buf := make([]byte, most)
	n, _ := readStart(string(t)+"/cmdline", buf)
	return string(buf[:n])
}
