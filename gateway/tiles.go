package gateway

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"

	"urna/chain/light"
	"urna/election"
	"urna/state"
)

// The vote log of every election as static files in the layout of C2SP
// tlog-tiles, for any client of transparency logs. docs/spec/proofs.md section 7
// is the list of them.

const textType = "text/plain; charset=utf-8"

// origin is the name of an election's log.
func (g *Gateway) origin(id election.ID) string { return g.app.ChainID() + "/votes/" + id.String() }

// logVerifier is the key that checkpoints of an election are signed with, under
// the name of the log, in which spaces and plus signs may not stand.
func (g *Gateway) logVerifier(id election.ID) (text string, v note.Verifier, err error) {
	name := strings.NewReplacer(" ", "_", "+", "_").Replace(g.origin(id))
	if text, err = note.NewEd25519VerifierKey(name, g.logKey.Public().(ed25519.PublicKey)); err == nil {
		v, err = note.NewVerifier(text)
	}
	return text, v, err
}

// logSigner signs notes under the name of its verifier.
type logSigner struct {
	note.Verifier
	key ed25519.PrivateKey
}

// Sign implements note.Signer.
func (s logSigner) Sign(msg []byte) ([]byte, error) { return ed25519.Sign(s.key, msg), nil }

func (g *Gateway) logKeyText(w http.ResponseWriter, r *http.Request) error {
	id, err := pathElection(r, "election")
	if err != nil {
		return err
	}
	text, _, err := g.logVerifier(id)
	if err != nil {
		return err
	}
	return replyBytes(w, textType, []byte(text+"\n"))
}

// logCheckpoint answers with size and root of a log at the newest height that
// can be proved.
func (g *Gateway) logCheckpoint(w http.ResponseWriter, r *http.Request) error {
	id, err := pathElection(r, "election")
	if err != nil {
		return err
	}
	var log state.Log
	height, err := g.provable(r.Context())
	if err == nil {
		log, err = g.youngLog(height, id)
	}
	if errors.Is(err, state.ErrUncommitted) {
		return replyNotYet(w)
	}
	if err != nil {
		return err
	}
	_, v, err := g.logVerifier(id)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("%s\n%d\n%s\n", g.origin(id), log.Size, base64.StdEncoding.EncodeToString(log.Root[:]))
	signed, err := note.Sign(&note.Note{Text: text}, logSigner{v, g.logKey})
	if err != nil {
		return err
	}
	return replyBytes(w, textType, signed)
}

// logAt opens a height and reads an election's log record there.
func (g *Gateway) logAt(height int64, id election.ID) (*state.View, state.Log, error) {
	view, err := g.app.Store().ViewAt(height)
	if err != nil {
		return nil, state.Log{}, pruned(err)
	}
	log, err := view.Log(id)
	return view, log, missing(pruned(err), codeElectionNotFound, "election not found")
}

// youngLog is logAt for the newest height that can be proved: an election that is
// younger is state.ErrUncommitted.
func (g *Gateway) youngLog(height int64, id election.ID) (state.Log, error) {
	_, log, err := g.logAt(height, id)
	if err == nil {
		return log, nil
	}
	if _, now := g.app.View().Log(id); now == nil {
		return log, state.ErrUncommitted
	}
	return log, err
}

// logProof answers with the document that makes a checkpoint the election's: of
// the newest log record that can be proved, or of the one with a size.
func (g *Gateway) logProof(w http.ResponseWriter, r *http.Request) error {
	id, err := pathElection(r, "election")
	if err != nil {
		return err
	}
	p, err := g.proofOf(r)
	if err == nil {
		_, err = g.youngLog(p.height, id)
	}
	if size := param(r, "size"); err == nil && size != "" {
		err = g.atSize(&p, id, size)
	}
	if errors.Is(err, state.ErrUncommitted) {
		return replyNotYet(w)
	}
	if err != nil {
		return err
	}
	d, err := light.NewDocument(p.view, state.LogKey(id))
	if err != nil {
		return pruned(err)
	}
	return g.replyDocument(r.Context(), w, p, d)
}

// atSize moves a proof of the newest height back to the first one that is kept
// at which a log had a size.
func (g *Gateway) atSize(p *proof, id election.ID, text string) error {
	size, err := strconv.ParseUint(text, 10, 63)
	if err != nil || !p.newest {
		return problem(http.StatusBadRequest, codeNumber, "size %q is not a number, or height is given, too", text)
	}
	last, err := g.app.View().Log(id)
	if err != nil {
		return err
	}
	if size > last.Size {
		return problem(http.StatusNotFound, codeTileNotFound, "the log has %d votes, not %d", last.Size, size)
	}
	var failed error
	p.height = int64(sort.Search(int(p.height), func(height int) bool {
		_, log, err := g.logAt(int64(height), id)
		if _, fault := asProblem(err); err != nil && fault {
			failed = err
		}
		return err == nil && log.Size >= size
	}))
	if failed != nil {
		return failed
	}
	var log state.Log
	if p.view, log, err = g.logAt(p.height, id); err != nil {
		return err
	}
	switch {
	case log.Size < size:
		return state.ErrUncommitted
	case log.Size > size:
		return problem(http.StatusNotFound, codePruned, "of the heights that this node keeps, the log had %d votes at none", size)
	}
	return nil
}

// logTile answers with the hashes of a tile.
func (g *Gateway) logTile(w http.ResponseWriter, r *http.Request) error {
	level, ok := decimal(r.PathValue("level"), 63)
	if !ok {
		return problem(http.StatusBadRequest, codeTile, "%q is no level of a tile", r.PathValue("level"))
	}
	return g.replyTile(w, r, func(id election.ID, n uint64, width int) ([]byte, error) {
		return g.app.View().LogTile(id, uint8(level), n, width)
	})
}

// entryBundle answers with the vote records of a tile of level 0.
func (g *Gateway) entryBundle(w http.ResponseWriter, r *http.Request) error {
	return g.replyTile(w, r, g.app.View().EntryBundle)
}

// replyTile sends a tile of the last committed height. It is the same at every
// later one.
func (g *Gateway) replyTile(w http.ResponseWriter, r *http.Request, read func(election.ID, uint64, int) ([]byte, error)) error {
	id, err := pathElection(r, "election")
	if err != nil {
		return err
	}
	n, width, ok := parseTile(r.PathValue("n"))
	if !ok {
		return problem(http.StatusBadRequest, codeTile, "%q is no number of a tile, such as x001/067 or 067.p/8", r.PathValue("n"))
	}
	b, err := read(id, n, width)
	if err != nil {
		return missing(err, codeTileNotFound, "the log has no such tile, or not yet")
	}
	w.Header().Set("Cache-Control", immutable)
	return replyBytes(w, binaryType, b)
}

// parseTile reads the number of a tile, in groups of three digits with an x
// before all but the last, and its width.
func parseTile(s string) (n uint64, width int, ok bool) {
	width = state.TileWidth
	if number, w, partial := strings.Cut(s, ".p/"); partial {
		part, ok := decimal(w, state.TileWidth-1)
		if !ok || part == 0 {
			return 0, 0, false
		}
		s, width = number, int(part)
	}
	groups := strings.Split(s, "/")
	if len(groups) > 6 { // 10^18 tiles
		return 0, 0, false
	}
	for i, group := range groups {
		digits, x := strings.CutPrefix(group, "x")
		if x != (i < len(groups)-1) || len(digits) != 3 || strings.Trim(digits, "0123456789") != "" {
			return 0, 0, false
		}
		if i == 0 && x && digits == "000" {
			return 0, 0, false // the shorter name is the one
		}
		part, _ := strconv.ParseUint(digits, 10, 16)
		n = 1000*n + part
	}
	return n, width, true
}

// decimal reads a number without leading zeros, up to a limit.
func decimal(s string, limit uint64) (uint64, bool) {
	n, err := strconv.ParseUint(s, 10, 16)
	return n, err == nil && n <= limit && strconv.FormatUint(n, 10) == s
}
