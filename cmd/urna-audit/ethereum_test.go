package main

import (
	"encoding/json"
	"strings"
	"testing"

	"urna/anchor"
	"urna/anchor/anchortest"
	"urna/app/apptest"
	"urna/audit"
)

func TestAReplayLooksAtEthereum(t *testing.T) {
	c := votes(t)
	g := show(t, c)
	e := anchortest.New(t)
	at := e.Deploy(anchortest.Deployment(t, c).Code())
	registry := e.Deploy(anchor.RegistryCode(at), nil)
	e.Anchor(at, 3, c.Signed)
	args := []string{"--gateway", g.url(), "--ethereum", e.URL, "--anchor", at.Hex(), "--registry", registry.Hex()}
	code, out, errs := program(t, append([]string{"replay"}, args...)...)
	if code != 0 || errs != "" || !strings.Contains(out, "ok     V33  anchored blocks          1 checked\nok     V34") || !strings.Contains(out, "on Ethereum says the same") {
		t.Fatalf("ends with %d: %s\n%s", code, errs, out)
	}
	code, out, _ = program(t, append([]string{"replay", "--json"}, args...)...)
	var v audit.Verdict
	if err := json.Unmarshal([]byte(out), &v); err != nil || code != 0 || v.Anchor == nil || v.Anchor.Height != 3 || v.Anchor.Anchor != at.Hex() {
		t.Errorf("%d %v: %s", code, err, out)
	}
	if code, out, errs := program(t, append([]string{"watch", "--once", "--late", "1s"}, args...)...); code != 0 {
		t.Errorf("a watch ends with %d: %s\n%s", code, errs, out)
	}

	// Of another chain with the same validators.
	other := apptest.New(t, apptest.Options{})
	for range 4 {
		other.Mine()
	}
	of := show(t, other)
	args[1] = of.url()
	if code, out, errs := program(t, append([]string{"replay"}, args...)...); code != 8 || !strings.Contains(errs, "V33") || !strings.Contains(out, "FAILED V33") || !strings.Contains(out, "is NOT what was replayed") {
		t.Errorf("ends with %d: %s\n%s", code, errs, out)
	}
	if code, out, errs := program(t, append([]string{"watch", "--once", "--late", "1s"}, args...)...); code != 7 || !strings.Contains(out, "ALARM V33 block 3 anchor-disagrees at Ethereum") {
		t.Errorf("a watch ends with %d: %s\n%s", code, errs, out)
	}
	args[5] = registry.Hex()
	if code, _, errs := program(t, append([]string{"replay"}, args...)...); code != 8 || !strings.Contains(errs, "V35") {
		t.Errorf("ends with %d: %s", code, errs)
	}
}

func TestEthereumIsNamedAsAWhole(t *testing.T) {
	const address = "0x00000000000000000000000000000000000000aa"
	for words, args := range map[string][]string{
		"belong together":    {"--anchor", address},
		"--ethereum and":     {"--ethereum", "http://127.0.0.1:1"},
		"and --anchor":       {"--ethereum-from", "7"},
		"--anchor belong":    {"--registry", address},
		"--anchor: ":         {"--anchor", "0x12", "--ethereum", "http://127.0.0.1:1"},
		"--registry: ":       {"--anchor", address, "--registry", "x", "--ethereum", "http://127.0.0.1:1"},
		"no known transport": {"--anchor", address, "--ethereum", "gopher://x"},
	} {
		for _, command := range []string{"replay", "watch"} {
			code, _, errs := program(t, append([]string{command, "--gateway", "http://127.0.0.1:1/v2"}, args...)...)
			if code != 64 || !strings.Contains(errs, words) {
				t.Errorf("%s %v ends with %d: %s", command, args, code, errs)
			}
		}
	}
	if code, _, errs := program(t, "replay", "--gateway", show(t, votes(t)).url(), "--anchor", address, "--ethereum", "http://127.0.0.1:1"); code != 1 || !strings.Contains(errs, "refused") {
		t.Errorf("when nobody answers it ends with %d: %s", code, errs)
	}
}
