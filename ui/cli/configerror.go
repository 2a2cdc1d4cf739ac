package cli

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// configError returns an error that says on one line what is wrong in the file of this text, and where.
func configError(path string, text []byte, err error) error {
	var unknown *toml.StrictMissingError
	if errors.As(err, &unknown) {
		first := unknown.Errors[0]
		line, _ := first.Position()
		key := strings.Join(first.Key(), ".")
		return fmt.Errorf("%s:%d: unknown key %.80q%s", path, line, key, suggestion(key, configKeys(reflect.TypeFor[config](), "")))
	}
	var bad *toml.DecodeError
	if errors.As(err, &bad) {
		line, _ := bad.Position()
		what, key := strings.TrimPrefix(bad.Error(), "toml: "), strings.Join(bad.Key(), ".")
		if kind := wrongKind.FindStringSubmatch(what); kind != nil {
			what = fmt.Sprintf("%s is wanted, and this is %s", wanted(key), toldKind(kind[1]))
		}
		if key != "" {
			what = key + ": " + what
		}
		return fmt.Errorf("%s:%d: %s", path, line, what)
	}
	if line := lineOf(text, err); line > 0 {
		return fmt.Errorf("%s:%d: %w", path, line, err)
	}
	return fmt.Errorf("%s: %w", path, err)
}

// wrongKind is what the TOML reader says of a value of another kind than the Go type of its key.
var wrongKind = regexp.MustCompile(`^cannot (?:decode TOML|store a) (\w+) (?:into struct field|in a) `)

func toldKind(kind string) string {
	switch kind {
	case "array", "integer", "inline":
		return "an " + kind
	}
	return "a " + kind
}

// wanted says what the value of a key is to be.
func wanted(key string) string {
	t := reflect.TypeFor[config]()
	for name := range strings.SplitSeq(key, ".") {
		if t.Kind() != reflect.Struct {
			break
		}
		for f := range t.Fields() {
			if f.Tag.Get("toml") == name {
				t = f.Type
				break
			}
		}
	}
	switch {
	case t.Kind() == reflect.Slice:
		return `a list such as ["a", "b"]`
	case t.Kind() == reflect.Bool:
		return "true or false"
	case t.Kind() == reflect.Int:
		return "a whole number"
	case isTable(t):
		return "a table of keys"
	}
	return `a text such as "a"`
}

// lineOf finds the line of an error that does not say it: the last one of the shortest beginning of the text that has
// the same error. It returns 0 where there is none, or the file is so long that this would take long.
func lineOf(text []byte, err error) int {
	end, n := 0, 0
	for line := range bytes.Lines(text) {
		end += len(line)
		if n++; n > mostSearched {
			break
		}
		c := defaultConfig()
		if e := decodeConfig(text[:end], &c); e != nil && e.Error() == err.Error() {
			return n
		}
	}
	return 0
}

// configKeys returns the keys that a struct takes, those of tables as table.key.
func configKeys(t reflect.Type, table string) []string {
	var keys []string
	for f := range t.Fields() {
		key := table + f.Tag.Get("toml")
		if isTable(f.Type) {
			keys = append(keys, configKeys(f.Type, key+".")...)
		} else {
			keys = append(keys, key)
		}
	}
	return keys
}

// isTable reports whether a field of config is a table of keys.
func isTable(t reflect.Type) bool { return t.Kind() == reflect.Struct && t.Name() == "" }
