package proc

import "strings"

// Comm is the name of the program, of which the kernel keeps 15 bytes. The process can change it, so
// escape it before printing. It is empty if it cannot be read.
func (t Task) Comm() string {
	name, _ := t.comm()
	return name
}

func (t Task) comm() (name string, err error) {
	err = readText(string(t)+"/comm", func(text []byte) { name = strings.TrimSuffix(string(text), "\n") })
	return name, err
}

// Name is the Comm in brackets, as ps(1) shows a process without a command line. It is empty if the
// Comm cannot be read.
func (t Task) Name() string {
	name, err := t.comm()
	if err != nil {
		return ""
	}
	return "[" + name + "]"
}

// Command is the command line as it is shown to people, with spaces between the arguments and cut at
// [MaxCommand] bytes. The process can change it, so escape it before printing. A kernel thread and a
// zombie have none: then it is the Name.
func (t Task) Command() string {
	line := t.commandLine(MaxCommand)
	if text := strings.TrimRight(line, "\x00 "); text != "" {
		return strings.ReplaceAll(text, "\x00", " ")
	}
	return t.Name()
}

// Arguments are the arguments of the command line, the program's name first. The list is empty if it
// cannot be read.
func (t Task) Arguments() []string {
	return strings.FieldsFunc(t.commandLine(maxArguments), func(r rune) bool { return r == 0 })
}

// commandLine is the start of the command line, at most so many bytes. There is a NUL after each
// argument.
func (t Task) commandLine(most int) string {
	buf := make([]byte, most)
	n, _ := readStart(string(t)+"/cmdline", buf)
	return string(buf[:n])
}
