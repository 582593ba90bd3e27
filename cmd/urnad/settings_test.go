package main

import (
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

// odd gives every setting a value that is not its default.
func odd(t *testing.T) Config {
	t.Helper()
	c := defaultConfig()
	for _, s := range settings(&c) {
		text := ""
		switch s.Type() {
		case "string":
			text = `x "y" \ z`
		case "bool":
			text = map[string]string{"true": "false", "false": "true"}[s.String()]
		case "duration":
			text = "7m3s"
		case "size":
			text = "3MiB"
		case "list":
			text = "a,b c"
		default:
			text = "77"
		}
		if err := s.Set(text); err != nil {
			t.Fatalf("%s: %v", s.path, err)
		}
	}
	return c
}

func write(t *testing.T, text string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "config.toml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTheWrittenFileIsReadBack(t *testing.T) {
	for name, c := range map[string]Config{"default": defaultConfig(), "odd": odd(t), "dev": devConfig()} {
		got := Config{}
		if err := readConfig(&got, write(t, configText(&c))); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for i, s := range settings(&got) {
			if want := settings(&c)[i]; s.String() != want.String() {
				t.Errorf("%s: %s is %q, not %q", name, s.path, s, want)
			}
		}
	}
}

var update = flag.Bool("update", false, "write the table of settings in docs/operations/run.md again")

// The table of settings stands between these lines of the manual.
const tableHead, tableEnd = "<!-- settings: go test ./cmd/urnad -update -->\n", "<!-- end of settings -->\n"

func TestTheManualExplainsEverySetting(t *testing.T) {
	const path = "../../docs/operations/run.md"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(text), tableHead)
	_, after, ok2 := strings.Cut(rest, tableEnd)
	if !ok || !ok2 {
		t.Fatalf("%s has no place for the table", path)
	}
	table := "| setting | default | meaning |\n|--|--|--|\n"
	c := defaultConfig()
	for _, s := range settings(&c) {
		if len(s.doc) < 20 || !strings.HasSuffix(s.doc, ".") {
			t.Errorf("%s is explained by %q", s.path, s.doc)
		}
		table += "| `" + s.path + "` | " + documented(s) + " | " + s.doc + " |\n"
	}
	want := before + tableHead + table + tableEnd + after
	if want == string(text) {
		return
	}
	if !*update {
		t.Fatalf("the table of settings in %s is out of date; see -update", path)
	}
	if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}

// documented is a default as the manual shows it.
func documented(s setting) string {
	if s.path == "moniker" {
		return "name of the home"
	}
	return "`" + s.toml() + "`"
}

func TestAFlagWinsOverTheEnvironmentOverTheFile(t *testing.T) {
	path := write(t, "[log]\nlevel = \"warn\"\nformat = \"json\"\n[gateway]\nrate = 5\n[p2p]\npeers = [\"a\"]\n")
	t.Setenv("URNA_LOG_FORMAT", "text")
	t.Setenv("URNA_GATEWAY_RATE", "6")
	t.Setenv("URNA_P2P_PEERS", "b, c")
	t.Setenv("URNA_P2P_SEEDS", "")
	c := defaultConfig()
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	addFlags(flags, &c)
	if err := flags.Parse([]string{"--gateway-rate=7", "--public", "--consensus-block-time", "2s"}); err != nil {
		t.Fatal(err)
	}
	if err := loadConfig(&c, path, flags); err != nil {
		t.Fatal(err)
	}
	if c.Log.Level != "warn" || c.Log.Format != "text" || c.Gateway.Rate != 7 || !c.Public ||
		c.Consensus.BlockTime != 2*time.Second || !reflect.DeepEqual(c.P2P.Peers, []string{"b", "c"}) {
		t.Errorf("got %+v", c)
	}
}

func TestAKeyThatMeansNothingIsNamedWithItsLine(t *testing.T) {
	for text, want := range map[string]string{
		"a = 1\n":                               ":1: unknown setting a",
		"moniker = \"x\"\n\n[gatway]\nrate=1\n": ":3: unknown setting gatway",
		"[gateway]\n# c\nrote = 1\n":            ":3: unknown setting gateway.rote",
		"gateway.rote = 1\n":                    ":1: unknown setting gateway.rote",
		"public = 1\npublic = 2\n":              ":2: ",
		"[gateway]\nrate = \"x\"\n":             "gateway.rate",
		"[consensus]\nblock_time = \"soon\"\n":  "soon",
		"memory_limit = \"1TB\"\n":              "not a size",
	} {
		c := defaultConfig()
		if err := readConfig(&c, write(t, text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

func TestSizesAreReadAndWritten(t *testing.T) {
	for text, want := range map[string]Size{"0": 0, "1": 1, "2KiB": 2048, "512MiB": 512 << 20, "3GiB": 3 << 30, "1536MiB": 3 << 29} {
		var s Size
		if err := s.UnmarshalText([]byte(text)); err != nil || s != want {
			t.Errorf("%s: got %d, %v", text, s, err)
		}
		if s.String() != text {
			t.Errorf("%s became %s", text, s)
		}
	}
	for _, text := range []string{"", "-1", "1 MiB", "MiB", "1.5GiB", "99999999999999GiB", "1MB"} {
		var s Size
		if err := s.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q was taken for %d", text, s)
		}
	}
}

func TestTheDefaultsMakeSense(t *testing.T) {
	home := t.TempDir()
	for name, c := range map[string]Config{"node": defaultConfig(), "dev": devConfig()} {
		if c.Moniker == "" {
			c.Moniker = "x"
		}
		if err := c.check(home); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEveryNumberHasABound(t *testing.T) {
	for _, value := range []string{"-2", "9223372036854775807"} {
		c := defaultConfig()
		for i, s := range settings(&c) {
			if s.Type() != "int64" && s.Type() != "size" {
				continue
			}
			c := defaultConfig()
			c.Moniker = "x"
			c.StateSync.Servers, c.StateSync.TrustHash = []string{"a", "b"}, strings.Repeat("0", 64)
			if s.path != "state_sync.trust_height" {
				c.StateSync.TrustHeight = 1
			} else if value != "-2" {
				continue // any height may be trusted
			}
			if settings(&c)[i].Set(value) != nil {
				continue // refused at once
			}
			if err := c.check(t.TempDir()); err == nil || !strings.HasPrefix(err.Error(), s.path) {
				t.Errorf("%s = %s: got %v", s.path, value, err)
			}
		}
	}
}

func FuzzReadConfig(f *testing.F) {
	c := defaultConfig()
	f.Add(configText(&c))
	f.Add("[gateway]\nrate = 1\nx = [")
	f.Add("[[p2p]]\n")
	f.Fuzz(func(t *testing.T, text string) {
		c := defaultConfig()
		_ = readConfig(&c, write(t, text)) // an error, or settings; never a panic
	})
}
