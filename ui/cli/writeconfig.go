package cli

import (
	"encoding"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/sys/unix"

	"lockscope/scan/report"
	"lockscope/ui/show"
)

// written is the settings as a config file, which says the same wherever it is put.
func (s *settings) written() (string, error) {
	c := s.config
	c.Roots = s.globs.written(s.Roots)
	for _, file := range []*string{&c.HostsFile, &c.AuditLog} {
		if *file == "" {
			continue
		}
		var err error
		if *file, err = filepath.Abs(*file); err != nil {
			return "", err
		}
	}
	return configText(&c)
}

// refusedWhere says why a config file with these settings will be refused where it is written to; nil if it will not. A
// umask such as 002 makes it so, and whoever wrote it is no longer there when it is read.
func (s *settings) refusedWhere(out *os.File) error {
	var st unix.Stat_t
	key := s.trusting()
	if key == "" || unix.Fstat(int(out.Fd()), &st) != nil || st.Mode&unix.S_IFMT != unix.S_IFREG || !othersMayWrite(&st) {
		return nil
	}
	return fmt.Errorf("others may write the file that standard output is: it cannot set %s before chmod go-w", key)
}

// configText is a config file that says what c does, with a comment on each key. The error is that a path is no
// UTF-8, which TOML has to be.
func configText(c *config) (string, error) {
	var b strings.Builder
	b.WriteString("# The settings of lockscope. What is left out here has its default; flags override it.\n" +
		"# Where others than its user and root may write it (chmod go-w), it cannot set ssh_command, remote_command, hosts,\n" +
		"# hosts_file, push or audit_log.\n")
	err := writeKeys(&b, reflect.ValueOf(c).Elem(), "")
	return b.String(), err
}

// writeKeys writes the keys of a struct, those of tables last: what follows the head of a table belongs to it.
func writeKeys(b *strings.Builder, v reflect.Value, table string) error {
	for tables := range 2 {
		for f, value := range v.Fields() {
			key := f.Tag.Get("toml")
			switch isTable := isTable(f.Type); {
			case isTable != (tables == 1):
			case isTable:
				fmt.Fprintf(b, "\n[%s]\n", key)
				if err := writeKeys(b, value, key+"."); err != nil {
					return err
				}
			default:
				text, err := tomlValue(value)
				if err != nil {
					return fmt.Errorf("%s: %w", table+key, err)
				}
				if table == "" {
					b.WriteByte('\n')
				}
				for _, line := range show.Wrap(keyText(table+key), commentWidth) {
					fmt.Fprintf(b, "# %s\n", line)
				}
				fmt.Fprintf(b, "%s = %s\n", key, text)
			}
		}
	}
	return nil
}

// tomlValue writes a value as TOML does.
func tomlValue(v reflect.Value) (string, error) {
	if m, ok := v.Interface().(encoding.TextMarshaler); ok {
		text, err := m.MarshalText()
		if err != nil {
			return "", err
		}
		return tomlString(string(text))
	}
	switch v.Kind() {
	case reflect.String:
		return tomlString(v.String())
	case reflect.Slice:
		words := make([]string, v.Len())
		for i := range words {
			var err error
			if words[i], err = tomlString(v.Index(i).String()); err != nil {
				return "", err
			}
		}
		return "[" + strings.Join(words, ", ") + "]", nil
	case reflect.Bool:
		return strconv.FormatBool(v.Bool()), nil
	}
	return strconv.FormatInt(v.Int(), 10), nil
}

// tomlString writes a basic string. What a terminal could take for something else than text is an escape in it.
func tomlString(text string) (string, error) {
	if !utf8.ValidString(text) {
		return "", fmt.Errorf("%q is not UTF-8, and cannot be in a config file", text)
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case report.Escape(string(r)) == string(r):
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	b.WriteByte('"')
	return b.String(), nil
}
