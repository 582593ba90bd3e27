package issuer_test

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha512"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
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
	"urna/tx"
)

const chainID = "urna/test/1"

var (
	plainID = election.ID{1}
	blindID = election.ID{2}
	start   = time.Unix(1_800_000_000, 0)
)

// home is an issuer with a plain and a blind election of the same members: n of
// weight 1, and one of weight 300.
type home struct {
	t       testing.TB
	dir     string
	classes []census.Class
}

func newHome(t testing.TB, auth string, method issuer.Method, members ...string) *home {
	t.Helper()
	h := &home{t: t, dir: filepath.Join(t.TempDir(), "home")}
	ctx := t.Context()
	if err := issuer.Init(ctx, h.dir, chainID, auth); err != nil {
		t.Fatal(err)
	}
	s := h.open()
	list, err := issuer.ReadMembers(strings.NewReader(strings.Join(members, "\n")), method.Key)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.New(ctx, "plain", false, list); err != nil {
		t.Fatal(err)
	}
	if h.classes, err = s.New(ctx, "blind", true, list); err != nil {
		t.Fatal(err)
	}
	if err := s.Bind(ctx, "plain", issuer.OnChain{ID: plainID, Starts: start, Issuer: s.PublicKey()}); err != nil {
		t.Fatal(err)
	}
	if err := s.Bind(ctx, "blind", issuer.OnChain{ID: blindID, Starts: start, Classes: h.hashes()}); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *home) hashes() map[uint256.Int]census.KeyHash {
	out := map[uint256.Int]census.KeyHash{}
	for i := range h.classes {
		w, _ := h.classes[i].Amount()
		out[w] = h.classes[i].Hash()
	}
	return out
}

// open opens the home an hour before the blind election starts.
func (h *home) open() *issuer.Service { return h.openAt(start.Add(-time.Hour)) }

func (h *home) openAt(now time.Time) *issuer.Service {
	h.t.Helper()
	s, err := issuer.Open(h.t.Context(), h.dir, func() time.Time { return now })
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() {
		if err := s.Close(); err != nil {
			h.t.Error(err)
		}
	})
	return s
}

// request is a blinded request of the first class.
func (h *home) request(seed byte) *blindrsa.Request {
	h.t.Helper()
	weight, _ := h.classes[0].Amount()
	message := census.CredentialMessage(chainID, blindID, &weight, ethkey.Address{seed})
	r, err := blindrsa.Blind(h.classes[0].PublicKey(), message, [32]byte{seed})
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

func bundle(voter byte, weight ...byte) []byte {
	return tx.EncodeBundle(&census.Signed{Election: plainID, Voter: ethkey.Address{voter}, Weight: weight})
}

func wantErr(t testing.TB, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("got %v, want %v", err, want)
	}
}

func mustAudit(t testing.TB, s *issuer.Service, want uint64) {
	t.Helper()
	if lines, _, err := s.Audit(t.Context()); err != nil || lines != want {
		t.Errorf("%d lines in the journal, want %d: %v", lines, want, err)
	}
}

// named takes a name for a member.
type named struct{ issuer.Codes }

func (named) Key(s string) (string, error) { return s, nil }

func TestAMemberGetsOneCredentialWhateverIsAskedAtTheSameTime(t *testing.T) {
	h := newHome(t, "code", named{}, "ada", "bob,300", "eve")
	first, second := h.open(), h.open() // as two processes would
	answers := make([][]byte, 100)
	errs := make([]error, 100)
	requests := make([][]byte, 10)
	for i := range requests {
		requests[i] = h.request(byte(i)).Blinded
	}
	var all sync.WaitGroup
	for i := range answers {
		s := first
		if i%2 == 1 {
			s = second
		}
		all.Go(func() { answers[i], errs[i] = s.SignBlind(t.Context(), blindID, "ada", requests[i%len(requests)]) })
	}
	all.Wait()
	got := map[string]int{}
	for i, err := range errs {
		switch {
		case err == nil:
			got[string(answers[i])]++
		case !errors.Is(err, issuer.ErrTaken):
			t.Error(err)
		}
	}
	if len(got) != 1 {
		t.Fatalf("%d different credentials of one member", len(got))
	}
	for _, n := range got {
		if n != 10 {
			t.Errorf("the request that was signed got %d answers of 10", n)
		}
	}
	mustAudit(t, h.open(), 1) // and after a restart
	for i, request := range requests {
		if answer, err := h.open().SignBlind(t.Context(), blindID, "ada", request); err == nil && got[string(answer)] == 0 {
			t.Errorf("request %d has another answer after a restart", i)
		}
	}
	mustAudit(t, h.open(), 1)
	counts, err := first.Shut(t.Context(), "blind")
	if err != nil || len(counts) != 2 || counts[0].Issued != 1 || counts[1].Issued != 0 {
		t.Errorf("counted %v, %v", counts, err)
	}
}

func TestACredentialServesTheLaw(t *testing.T) {
	h := newHome(t, "code", named{}, "ada", "bob,300")
	s := h.open()
	r := h.request(7)
	answer, err := s.SignBlind(t.Context(), blindID, "ada", r.Blinded)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := r.Finish(answer)
	if err != nil {
		t.Fatal(err)
	}
	proof := census.Blind{Class: h.classes[0], Signature: signature}
	hash, weight, err := proof.Prove(chainID, blindID, ethkey.Address{7})
	if err != nil || hash != h.classes[0].Hash() || weight.Uint64() != 1 {
		t.Errorf("%x, %s, %v", hash, weight.Dec(), err)
	}
	digest := sha512.Sum384(census.CredentialMessage(chainID, blindID, &weight, ethkey.Address{7}))
	if err := rsa.VerifyPSS(h.classes[0].PublicKey(), crypto.SHA384, digest[:], signature, nil); err != nil {
		t.Error(err)
	}
	for who, b := range map[string][]byte{"ada": bundle(1), "bob": bundle(2, 1, 44)} {
		sig, err := s.SignBundle(t.Context(), plainID, who, b)
		if err != nil {
			t.Fatal(err)
		}
		p, err := tx.DecodeBundle(b)
		if err != nil {
			t.Fatal(err)
		}
		p.Signature = sig
		address, err := ethkey.PublicKeyAddress(s.PublicKey())
		if err != nil {
			t.Fatal(err)
		}
		if root, _, err := p.Prove(b, plainID, p.Voter); err != nil || root != census.IssuerRoot(address) {
			t.Errorf("%s: %s, %v", who, root, err)
		}
	}
	mustAudit(t, s, 3)
}

func TestWhoMayNotHaveACredentialIsTold(t *testing.T) {
	h := newHome(t, "code", named{}, "ada", "bob,300", "eve", "dan")
	s, ctx := h.open(), t.Context()
	blind := func(s *issuer.Service, id election.ID, who string, request []byte) error {
		_, err := s.SignBlind(ctx, id, who, request)
		return err
	}
	plain := func(who string, b []byte) error {
		_, err := s.SignBundle(ctx, plainID, who, b)
		return err
	}
	good := h.request(1).Blinded
	wantErr(t, blind(s, election.ID{9}, "ada", good), issuer.ErrNoElection)
	wantErr(t, blind(s, blindID, "mallory", good), issuer.ErrNoMember)
	wantErr(t, blind(s, plainID, "ada", good), issuer.ErrRequest)
	wantErr(t, blind(s, blindID, "ada", good[1:]), issuer.ErrRequest)
	wantErr(t, blind(h.openAt(start), blindID, "ada", good), issuer.ErrClosed)
	wantErr(t, plain("ada", []byte("text")), issuer.ErrRequest)
	wantErr(t, plain("ada", bundle(1, 2)), issuer.ErrRequest)
	wantErr(t, plain("bob", bundle(1)), issuer.ErrRequest)
	wantErr(t, plain("ada", tx.EncodeBundle(&census.Signed{Election: blindID, Voter: ethkey.Address{1}})), issuer.ErrRequest)
	mustAudit(t, s, 0)

	if err := blind(s, blindID, "ada", good); err != nil {
		t.Fatal(err)
	}
	wantErr(t, blind(s, blindID, "ada", h.request(2).Blinded), issuer.ErrTaken)
	if err := plain("ada", bundle(1)); err != nil {
		t.Fatal(err)
	}
	wantErr(t, plain("ada", bundle(2)), issuer.ErrTaken)
	if err := plain("ada", bundle(1)); err != nil {
		t.Errorf("the same request again: %v", err)
	}
	if _, err := s.Shut(ctx, "blind"); err != nil {
		t.Fatal(err)
	}
	wantErr(t, blind(s, blindID, "eve", h.request(3).Blinded), issuer.ErrClosed)
	if err := blind(h.openAt(start.Add(time.Hour)), blindID, "ada", good); err != nil {
		t.Errorf("the same request after the end: %v", err)
	}
	if _, err := s.Shut(ctx, "none"); err == nil {
		t.Error("an election that is not there was shut")
	}
	mustAudit(t, s, 2)
}

func TestAnElectionIsBoundToItsOwnKeysOnly(t *testing.T) {
	h := newHome(t, "code", named{}, "ada", "bob,300")
	s, ctx := h.open(), t.Context()
	other := h.hashes()
	other[*uint256.NewInt(1)] = census.KeyHash{1}
	fewer := h.hashes()
	delete(fewer, *uint256.NewInt(300))
	for name, err := range map[string]error{
		"another election":     s.Bind(ctx, "blind", issuer.OnChain{ID: election.ID{5}, Starts: start, Classes: h.hashes()}),
		"another key":          s.Bind(ctx, "blind", issuer.OnChain{ID: blindID, Starts: start, Classes: other}),
		"fewer classes":        s.Bind(ctx, "blind", issuer.OnChain{ID: blindID, Starts: start, Classes: fewer}),
		"another issuer":       s.Bind(ctx, "plain", issuer.OnChain{ID: plainID, Starts: start, Issuer: make([]byte, 33)}),
		"a name that is not":   s.Bind(ctx, "none", issuer.OnChain{ID: plainID}),
		"an id that is bound":  s.Bind(ctx, "plain", issuer.OnChain{ID: blindID, Starts: start, Issuer: s.PublicKey()}),
		"a home that is there": issuer.Init(ctx, h.dir, chainID, "code"),
	} {
		if err == nil {
			t.Errorf("%s was taken", name)
		}
	}
	if err := s.Bind(ctx, "blind", issuer.OnChain{ID: blindID, Starts: start, Classes: h.hashes()}); err != nil {
		t.Errorf("the same again: %v", err)
	}
	if _, err := s.New(ctx, "plain", false, []issuer.Member{{ID: "x"}}); err == nil {
		t.Error("a second election of one name")
	}
	if _, err := issuer.Open(ctx, t.TempDir(), nil); err == nil {
		t.Error("an empty directory was opened")
	}
}

func TestTheAuditSeesWhatWasChanged(t *testing.T) {
	for name, change := range map[string]string{
		"a count":            `UPDATE class SET issued = issued + 1 WHERE election = 'blind' AND weight = '1'`,
		"a line":             `UPDATE journal SET issued = 2 WHERE seq = 1`,
		"a line less":        `DELETE FROM journal WHERE seq = 1`,
		"the last line less": `DELETE FROM journal WHERE seq = 2`,
		"a holder":           `UPDATE member SET request = x'00' WHERE election = 'blind' AND id = 'dan'`,
	} {
		t.Run(name, func(t *testing.T) {
			h := newHome(t, "code", named{}, "ada", "eve", "dan")
			s := h.open()
			for i, who := range []string{"ada", "eve"} {
				if _, err := s.SignBlind(t.Context(), blindID, who, h.request(byte(i)).Blinded); err != nil {
					t.Fatal(err)
				}
			}
			mustAudit(t, s, 2)
			db, err := sql.Open("sqlite", filepath.Join(h.dir, "issuer.db"))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.ExecContext(t.Context(), change); err != nil {
				t.Fatal(err)
			}
			if err := db.Close(); err != nil {
				t.Fatal(err)
			}
			if _, _, err := s.Audit(t.Context()); err == nil {
				t.Error("nothing was seen")
			}
		})
	}
}

func TestAListOfMembersNamesTheBadLine(t *testing.T) {
	list, err := issuer.ReadMembers(strings.NewReader("member,weight\nada\nbob, 300\neve,\n"), named{}.Key)
	if err != nil || len(list) != 3 || list[1].Weight.Uint64() != 300 || list[2].Weight.Uint64() != 1 {
		t.Errorf("%v, %v", list, err)
	}
	for text, line := range map[string]string{
		"":                               "nobody",
		"ada\nada":                       "line 2",
		"ada\nbob,0":                     "line 2",
		"ada\nbob,-1":                    "line 2",
		"ada\n\nbob,x":                   "line 3",
		"ada,1,2":                        "line 1",
		"ada," + strings.Repeat("9", 40): "line 1",
		strings.Repeat("x", 400):         "line 1",
		"\"ada":                          "line 1",
	} {
		if _, err := issuer.ReadMembers(strings.NewReader(text), named{}.Key); err == nil || !strings.Contains(err.Error(), line) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := issuer.ReadMembers(strings.NewReader("short"), issuer.Codes{}.Key); err == nil {
		t.Error("a short code was taken")
	}
}

func TestCodesAreOfOneKindHoweverTheyAreTyped(t *testing.T) {
	code := issuer.NewCode()
	want, err := issuer.Codes{}.Key(code)
	if err != nil {
		t.Fatal(err)
	}
	typed := " " + strings.ToLower(strings.ReplaceAll(code, "-", " "))
	p, err := issuer.Codes{}.Answer(context.Background(), 0, "", []string{typed})
	if err != nil || p.Member != want || code == issuer.NewCode() {
		t.Errorf("%q leads to %+v, %v", typed, p, err)
	}
	if _, err := hex.DecodeString(want); err != nil || strings.Contains(fmt.Sprint(p), code) {
		t.Error("a member is known by more than a hash")
	}
	if listed, err := (issuer.Codes{}).Key("sha256:" + want); err != nil || listed != want {
		t.Errorf("a listed hash is %q, %v", listed, err)
	}
	// What stands in the list is no secret and lets nobody in.
	for _, bad := range []string{"sha256:" + want, want, ""} {
		if _, err := (issuer.Codes{}).Answer(t.Context(), 0, "", []string{bad}); err == nil {
			t.Errorf("%q was taken for a code", bad)
		}
	}
	for _, bad := range []string{"sha256:", "sha256:xx", "sha256:" + strings.ToUpper(want)} {
		if _, err := (issuer.Codes{}).Key(bad); err == nil {
			t.Errorf("%q was taken for a hash", bad)
		}
	}
}
