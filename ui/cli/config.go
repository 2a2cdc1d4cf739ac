package cli

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

const systemConfig = "/etc/lockscope/config.toml"

// findConfig returns the path of the first default config file that is there, or
// "". A home that may not be entered, as under su(1), has none for this user.
func findConfig() string {
	paths := []string{systemConfig}
	if dir, err := os.UserConfigDir(); err == nil { // else there is no home
		paths = []string{filepath.Join(dir, "lockscope", "config.toml"), systemConfig}
	}
	for _, path := range paths {
		if _, err := os.Stat(path); err == nil {
			return path
		}
	}
	return ""
}

// loadConfig reads the TOML file at path over c. Relative roots in it are below
// the file's own directory, so that it means the same wherever it is used from.
func loadConfig(path string, c *config) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	d := toml.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(c); err != nil {
		return configError(path, err)
	}
	for i, root := range c.Roots {
		if root != "" && !filepath.IsAbs(root) {
			c.Roots[i] = filepath.Join(filepath.Dir(path), root)
		}
	}
	if err := c.validate(); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// configError says on one line where in the file what is wrong.
func configError(path string, err error) error {
	var unknown *toml.StrictMissingError
	if errors.As(err, &unknown) {
		first := unknown.Errors[0]
		line, _ := first.Position()
		return fmt.Errorf("%s:%d: unknown key %q (valid: %s)",
			path, line, strings.Join(first.Key(), "."), strings.Join(configKeys(reflect.TypeFor[config](), ""), ", "))
	}
	var bad *toml.DecodeError
	if errors.As(err, &bad) {
		line, _ := bad.Position()
		what := strings.TrimPrefix(bad.Error(), "toml: ")
		if key := bad.Key(); len(key) > 0 {
			what = strings.Join(key, ".") + ": " + what
		}
		return fmt.Errorf("%s:%d: %s", path, line, what)
	}
	return fmt.Errorf("%s: %w", path, err)
}

// configKeys lists the keys that a struct takes, those of tables as table.key.
func configKeys(t reflect.Type, table string) []string {
	var keys []string
	for f := range t.Fields() {
		key := table + f.Tag.Get("toml")
		if f.Tag.Get("toml") == "names" {
			keys = append(keys, configKeys(f.Type, key+".")...)
		} else {
			keys = append(keys, key)
		}
	}
	return keys
}
