package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/holiman/uint256"

	"urna/census"
	"urna/crypto/blindrsa"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/issuer"
)

// With this in its environment the test binary is the program.
const childMark = "URNA_ISSUER_IS_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childMark) != "" {
		main()
	}
	os.Exit(m.Run())
}

const chainID = "urna/test/1"

// result is what the program printed and its exit code.
func result(t *testing.T, args ...string) (out, errs string, code int) {
	t.Helper()
	var o, e bytes.Buffer
	code = run(t.Context(), args, &o, &e)
	return o.String(), e.String(), code
}

func mustRun(t *testing.T, args ...string) string {
	t.Helper()
	out, errs, code := result(t, args...)
	if code != 0 {
		t.Fatalf("%q: exit code %d, %s", args, code, errs)
	}
	return out
}

// server is a running urna-issuer.
type server struct {
	cmd *exec.Cmd
	url string
}

func start(t *testing.T, home string) *server {
	t.Helper()
	cmd := exec.Command(os.Args[0], "--home", home, "serve", "--listen", "127.0.0.1:0")
	cmd.Env = append(os.Environ(), childMark+"=1")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the service did not start: %v", err)
	}
	return &server{cmd, strings.TrimSpace(strings.TrimPrefix(line, "issuer at ")) + "/auth/elections/"}
}

// kill ends the process as a power cut would.
func (s *server) kill(t *testing.T) {
	t.Helper()
	if err := s.cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = s.cmd.Wait() // says that it was killed
}

// post asks; while the service is down there is no answer.
func post(ctx context.Context, url string, body any) (out map[string]any, status int) {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(text))
	if err != nil {
		panic(err)
	}
	sum := sha256.Sum256(text[:min(len(text), 24)])
	r.Header.Set("X-Forwarded-For", netip.AddrFrom4([4]byte(sum[:4])).String()) // each member from elsewhere
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, 0
	}
	defer w.Body.Close()
	if json.NewDecoder(w.Body).Decode(&out) != nil {
		return nil, 0
	}
	return out, w.StatusCode
}

func TestKillingTheServiceGivesNobodyASecondCredential(t *testing.T) {
	const members, requests, kills = 10, 10, 4
	home := filepath.Join(t.TempDir(), "home")
	mustRun(t, "--home", home, "init", "--chain", chainID)
	codes := mustRun(t, "codes", fmt.Sprint(members))
	list := filepath.Join(t.TempDir(), "codes.csv")
	if err := os.WriteFile(list, []byte(codes), 0o600); err != nil {
		t.Fatal(err)
	}
	settings := filepath.Join(home, settingsFile)
	text, err := os.ReadFile(settings)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(settings, bytes.Replace(text, []byte("trusted_proxies = []"), []byte(`trusted_proxies = ["127.0.0.1/32"]`), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	var keys struct {
		Classes []struct{ Key string } `json:"weightClasses"`
	}
	if err := json.Unmarshal([]byte(mustRun(t, "--home", home, "new", "e", "--members", list, "--blind")), &keys); err != nil {
		t.Fatal(err)
	}
	modulus, err := hex.DecodeString(keys.Classes[0].Key)
	if err != nil {
		t.Fatal(err)
	}
	class, id, one := census.Class{Weight: []byte{1}, Key: modulus}, election.ID{7}, *uint256.NewInt(1)
	books, err := issuer.Open(t.Context(), home, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer books.Close()
	on := issuer.OnChain{ID: id, Starts: time.Now().Add(time.Hour), Classes: map[uint256.Int]census.KeyHash{one: class.Hash()}}
	if err := books.Bind(t.Context(), "e", on); err != nil {
		t.Fatal(err)
	}

	var mu sync.Mutex // guards s and got
	s := start(t, home)
	got := map[string]map[string]bool{} // member -> credentials
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	progress := make(chan struct{}, members*requests)
	ask := func(code string, n int) bool { // until there is an answer
		mu.Lock()
		base := s.url + id.String() + "/rsa/"
		mu.Unlock()
		may, status := post(ctx, base+"code/0", map[string]any{"authData": []string{code}})
		if status != http.StatusOK {
			return false
		}
		message := census.CredentialMessage(chainID, id, &one, ethkey.Address{byte(n + 1)})
		r, err := blindrsa.Blind(class.PublicKey(), message, [32]byte{byte(n + 1)})
		if err != nil {
			t.Error(err)
			return true
		}
		answer, status := post(ctx, base+"sign", map[string]any{"token": may["token"], "payload": hex.EncodeToString(r.Blinded)})
		if status == http.StatusOK {
			mu.Lock()
			if got[code] == nil {
				got[code] = map[string]bool{}
			}
			got[code][fmt.Sprint(n, answer["signature"])] = true
			mu.Unlock()
			progress <- struct{}{}
		}
		return status == http.StatusOK || status == http.StatusConflict
	}
	var all sync.WaitGroup
	for _, code := range strings.Fields(codes) {
		for n := range requests {
			all.Go(func() {
				for !ask(code, n) {
					if ctx.Err() != nil {
						t.Error("no answer")
						return
					}
				}
			})
		}
	}
	for range kills {
		select { // so that each kill meets requests on their way
		case <-progress:
		case <-ctx.Done():
		}
		mu.Lock()
		s.kill(t)
		s = start(t, home)
		mu.Unlock()
	}
	all.Wait()
	s.kill(t)
	for code, credentials := range got {
		if len(credentials) != 1 {
			t.Errorf("the member with code %s has %d credentials", code, len(credentials))
		}
	}
	if len(got) != members {
		t.Errorf("%d of %d members have a credential", len(got), members)
	}
	if out := mustRun(t, "--home", home, "audit"); !strings.HasPrefix(out, fmt.Sprintf("%d credentials", members)) {
		t.Error(out)
	}
	var counts []struct{ Count int }
	if err := json.Unmarshal([]byte(mustRun(t, "--home", home, "shut", "e")), &counts); err != nil || len(counts) != 1 || counts[0].Count != members {
		t.Errorf("counted %v, %v", counts, err)
	}
}

func TestCommandLinesThatMakeNoSenseAreRefused(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	for _, args := range [][]string{
		{"init", "--auth", "sms", "--chain", "c"},
		{"codes", "0"},
		{"codes", "x"},
		{"codes"},
		{"sing"},
		{"serve", "--no"},
		{"bind", "name", "no-id"},
		{"new", "name"},
	} {
		if _, errs, code := result(t, append([]string{"--home", home}, args...)...); code != 64 || errs == "" {
			t.Errorf("%q: exit code %d, %s", args, code, errs)
		}
	}
	if _, errs, code := result(t, "--home", home, "audit"); code != 1 || !strings.Contains(errs, "urna-issuer init") {
		t.Errorf("exit code %d, %s", code, errs)
	}
	mustRun(t, "--home", home, "init", "--auth", "oidc", "--chain", chainID)
	list := filepath.Join(t.TempDir(), "list.csv")
	if err := os.WriteFile(list, []byte("ada@example.org\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"serve"}, {"new", "e", "--members", list}, {"new", "e", "--members", list + "x"}} {
		if _, errs, code := result(t, append([]string{"--home", home}, args...)...); code != 1 || errs == "" {
			t.Errorf("%q: exit code %d, %s", args, code, errs)
		}
	}
	if err := os.WriteFile(filepath.Join(home, settingsFile), []byte("lisen = 1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, errs, code := result(t, "--home", home, "audit"); code != 1 || !strings.Contains(errs, "lisen") {
		t.Errorf("exit code %d, %s", code, errs)
	}
}
