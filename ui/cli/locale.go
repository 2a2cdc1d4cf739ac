package cli

import (
	"os"
	"strings"
)

// utf8Locale reports whether the terminal is said to read UTF-8: by the first of
// these that is set and not empty, which decides alone (POSIX, XBD 8.2). Where none
// is, the locale is C, which is ASCII. A mere "UTF-8" is what macOS sends over ssh.
func utf8Locale() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if value := os.Getenv(name); value != "" {
			charset := value[strings.LastIndexByte(value, '.')+1:]
			charset, _, _ = strings.Cut(charset, "@")
			return strings.EqualFold(strings.ReplaceAll(charset, "-", ""), "utf8")
		}
	}
	return false
}
