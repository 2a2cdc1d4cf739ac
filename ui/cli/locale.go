package cli

import (
	"os"
	"strings"
)

// utf8Locale reports whether the locale says that the terminal reads UTF-8. The first of these variables
// that is not empty decides alone (POSIX, XBD 8.2). Where all are empty the locale is C, which is ASCII.
// A value that is only "UTF-8" is what macOS sends over ssh.
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
