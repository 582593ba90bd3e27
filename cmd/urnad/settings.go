package main

import (
	"bytes"
	"encoding"
	"errors"
	"fmt"
	"os"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"github.com/spf13/pflag"
)

// setting is one field of a Config with all its names: gateway.listen in the
// file, URNA_GATEWAY_LISTEN in the environment, --gateway-listen as a flag. It
// is a pflag.Value.
type setting struct {
	path  string
	doc   string
	value reflect.Value
}

// settings lists the fields of c in the order of the file.
func settings(c *Config) []setting {
	var out []setting
	var walk func(prefix string, v reflect.Value)
	walk = func(prefix string, v reflect.Value) {
		for i := range v.NumField() {
			f := v.Type().Field(i)
			path := prefix + f.Tag.Get("toml")
			if f.Type.Kind() == reflect.Struct {
				walk(path+".", v.Field(i))
				continue
			}
			out = append(out, setting{path, f.Tag.Get("doc"), v.Field(i)})
		}
	}
	walk("", reflect.ValueOf(c).Elem())
	return out
}

func (s setting) flag() string {
	return strings.NewReplacer(".", "-", "_", "-").Replace(s.path)
}

func (s setting) env() string {
	return "URNA_" + strings.ToUpper(strings.ReplaceAll(s.path, ".", "_"))
}

// Type implements pflag.Value.
func (s setting) Type() string {
	switch s.value.Interface().(type) {
	case time.Duration:
		return "duration"
	case Size:
		return "size"
	case Gwei:
		return "gwei"
	case []string:
		return "list"
	}
	return s.value.Kind().String()
}

// String implements pflag.Value.
func (s setting) String() string {
	if !s.value.IsValid() { // pflag asks a zero value
		return ""
	}
	if list, ok := s.value.Interface().([]string); ok {
		return strings.Join(list, ",")
	}
	return fmt.Sprint(s.value.Interface())
}

// Set implements pflag.Value.
func (s setting) Set(text string) error {
	switch p := s.value.Addr().Interface().(type) {
	case encoding.TextUnmarshaler:
		return p.UnmarshalText([]byte(text))
	case *time.Duration:
		d, err := time.ParseDuration(text)
		*p = d
		return err
	case *[]string:
		*p = nil
		for _, item := range strings.Split(text, ",") {
			if item = strings.TrimSpace(item); item != "" {
				*p = append(*p, item)
			}
		}
		return nil
	}
	switch s.value.Kind() {
	case reflect.String:
		s.value.SetString(text)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		s.value.SetBool(b)
		return err
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, 64)
		s.value.SetInt(n)
		return err
	case reflect.Uint64:
		n, err := strconv.ParseUint(text, 10, 64)
		s.value.SetUint(n)
		return err
	default:
		panic("urnad: a setting of kind " + s.value.Kind().String())
	}
	return nil
}

// IsBoolFlag lets pflag take --x for --x=true.
func (s setting) IsBoolFlag() bool { return s.value.Kind() == reflect.Bool }

// addFlags gives f a flag for each setting of c, to which loadConfig listens.
// It returns the settings under their flags' names.
func addFlags(f *pflag.FlagSet, c *Config) {
	for _, s := range settings(c) {
		flag := f.VarPF(s, s.flag(), "", s.doc)
		if s.IsBoolFlag() {
			flag.NoOptDefVal = "true"
		}
	}
}

// loadConfig fills c, which holds the defaults, from the file at path, then the
// environment, then the flags that were given. path may be empty.
func loadConfig(c *Config, path string, flags *pflag.FlagSet) error {
	given := map[string]string{}
	flags.Visit(func(f *pflag.Flag) { given[f.Name] = f.Value.String() })
	if path != "" {
		if err := readConfig(c, path); err != nil {
			return err
		}
	}
	for _, s := range settings(c) {
		if text := os.Getenv(s.env()); text != "" {
			if err := s.Set(text); err != nil {
				return fmt.Errorf("%s: %w", s.env(), err)
			}
		}
		if text, ok := given[s.flag()]; ok {
			if err := s.Set(text); err != nil {
				return fmt.Errorf("--%s: %w", s.flag(), err)
			}
		}
	}
	return nil
}

// readConfig reads a file. A key that means nothing is an error that names its
// line: a misspelt setting must not be silently the default.
func readConfig(c *Config, path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	m, err := toml.NewDecoder(bytes.NewReader(text)).Decode(c)
	var bad toml.ParseError
	if errors.As(err, &bad) {
		return fmt.Errorf("%s:%d: %s", path, bad.Position.Line, bad.Message)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	for _, key := range m.Undecoded() {
		return fmt.Errorf("%s:%d: unknown setting %s", path, lineOf(string(text), key), key)
	}
	return nil
}

// lineOf finds the line of a key: the parser tells it only for errors of its
// own.
func lineOf(text string, key toml.Key) int {
	section := ""
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if head, ok := strings.CutPrefix(line, "["); ok {
			section = strings.TrimSpace(strings.Trim(head, "[] ")) + "."
			if section == key.String()+"." {
				return i + 1
			}
			continue
		}
		name, _, ok := strings.Cut(line, "=")
		if ok && strings.TrimPrefix(section+strings.TrimSpace(name), ".") == key.String() {
			return i + 1
		}
	}
	return 0
}

// configText is c as a file in which every setting is explained.
func configText(c *Config) string {
	var b strings.Builder
	b.WriteString("# Configuration of urnad. A flag (--gateway-listen) wins over the environment\n" +
		"# (URNA_GATEWAY_LISTEN), which wins over this file, which wins over the defaults.\n")
	section := ""
	for _, s := range settings(c) {
		name := s.path
		if i := strings.LastIndexByte(s.path, '.'); i >= 0 {
			if head := s.path[:i]; head != section {
				section = head
				fmt.Fprintf(&b, "\n[%s]\n", section)
			}
			name = s.path[i+1:]
		}
		b.WriteString("\n")
		for _, line := range wrap(s.doc, 78) {
			fmt.Fprintf(&b, "# %s\n", line)
		}
		fmt.Fprintf(&b, "%s = %s\n", name, s.toml())
	}
	return b.String()
}

// toml is the value as the file has it.
func (s setting) toml() string {
	switch v := s.value.Interface().(type) {
	case time.Duration, Size, Gwei:
		return strconv.Quote(fmt.Sprint(v))
	case []string:
		quoted := make([]string, len(v))
		for i, item := range v {
			quoted[i] = strconv.Quote(item)
		}
		return "[" + strings.Join(quoted, ", ") + "]"
	case string:
		return strconv.Quote(v)
	}
	return s.String()
}

// wrap breaks text into lines of at most width bytes.
func wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && len(line)+1+len(word) > width {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// Size is a number of bytes, written as 512MiB, 2GiB or a plain number; 0 means
// none.
type Size int64

var sizeUnits = []struct {
	name  string
	bytes int64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"", 1}}

// String writes the size in the largest unit that needs no fraction.
func (s Size) String() string {
	for _, u := range sizeUnits {
		if s != 0 && int64(s)%u.bytes == 0 {
			return strconv.FormatInt(int64(s)/u.bytes, 10) + u.name
		}
	}
	return "0"
}

// UnmarshalText reads what String writes.
func (s *Size) UnmarshalText(text []byte) error {
	for _, u := range sizeUnits {
		digits, ok := strings.CutSuffix(string(text), u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || n < 0 || n > (1<<62)/u.bytes {
			break
		}
		*s = Size(n * u.bytes)
		return nil
	}
	return fmt.Errorf("%q is not a size such as 512MiB", text)
}
