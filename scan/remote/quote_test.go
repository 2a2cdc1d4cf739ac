package remote

import (
	"os/exec"
	"strings"
	"testing"
)

var hostileWords = []string{
	"", "plain", "/srv/tenants", "it's", `a\b`, `\`, `'`, `a'\''b`, "$(reboot)", "`reboot`", "${HOME}", "a b", "*", "~", "!x", "a!b", "a;b", "&", "|", "#x",
	"{a,b}", "[x]", "%x", "=ls", "^a", "é日本", "\xff", "-n", "--", `"`, "<", ">", "a=b", "?", "(x)", "\u202e",
}

// Every shell that is here takes a quoted word for that word.
func TestQuote(t *testing.T) {
	tried := 0
	for _, shell := range []string{"sh", "dash", "bash", "zsh", "ksh", "mksh", "busybox", "csh", "tcsh", "fish"} {
		path, err := exec.LookPath(shell)
		if err != nil {
			continue
		}
		tried++
		argv := []string{"-c"}
		if shell == "busybox" {
			argv = []string{"sh", "-c"}
		}
		for _, word := range hostileWords {
			out, err := exec.Command(path, append(argv, "/usr/bin/printf %s "+quote("<"+word+">")+" "+quote(word))...).CombinedOutput()
			if want := "<" + word + ">" + word; err != nil || string(out) != want {
				t.Errorf("%s: %s gives %q, %v, want %q", shell, quote(word), out, err, want)
			}
		}
	}
	if tried == 0 {
		t.Skip("needs a shell")
	}
}

func TestCheckWords(t *testing.T) {
	if err := checkWords(hostileWords); err != nil {
		t.Error(err)
	}
	for _, word := range []string{"a\nb", "\x1b[2J", "\x00", "\u0085"} {
		if checkWords([]string{word}) == nil {
			t.Errorf("%q may be sent", word)
		}
	}
}

func FuzzQuote(f *testing.F) {
	for _, w := range hostileWords {
		f.Add(w)
	}
	f.Fuzz(func(t *testing.T, word string) {
		if checkWords([]string{word}) != nil {
			return
		}
		var back strings.Builder // as sh(1) reads it
		quoted, in := quote(word), false
		for i := 0; i < len(quoted); i++ {
			switch c := quoted[i]; {
			case c == '\'':
				in = !in
			case c == '\\' && !in:
				i++
				back.WriteByte(quoted[i])
			case !in && special(rune(c)):
				t.Fatalf("%q is given as %s", word, quoted)
			default:
				back.WriteByte(c)
			}
		}
		if in || back.String() != word {
			t.Fatalf("%q is given as %s, which is %q", word, quoted, back.String())
		}
	})
}
