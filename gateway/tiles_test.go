package gateway

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"urna/app/apptest"
	"urna/chain/light"
	"urna/crypto/ethkey"
	"urna/state"
	"urna/tx"
)

// logChain is a chain with an election of n votes that can be proved.
func logChain(t *testing.T, n int) (*api, *apptest.Election, string, []*ethkey.Key) {
	a := newAPI(t, nil)
	voters := apptest.Keys("voter", n)
	e, id := a.newElection(voters, func(p *tx.NewElection) { p.Rules.MaxOverwrites = 1 })
	a.mine(e.Votes(voters)...)
	a.mine()
	return a, e, id, voters
}

// checkpoint opens a checkpoint with the key that the gateway shows.
func (a *api) checkpoint(id string) (size int64, root tlog.Hash) {
	a.t.Helper()
	r := a.get("/tiles/" + id + "/checkpoint").ok(nil)
	if r.header.Get("Content-Type") != textType || r.header.Get("Cache-Control") != "no-store" {
		a.t.Errorf("%v", r.header)
	}
	v, err := note.NewVerifier(strings.TrimSpace(string(a.get("/tiles/" + id + "/key").ok(nil).body)))
	if err != nil {
		a.t.Fatal(err)
	}
	n, err := note.Open(r.body, note.VerifierList(v))
	if err != nil {
		a.t.Fatal(err)
	}
	if len(n.Sigs) != 1 || len(n.UnverifiedSigs) != 0 || n.Sigs[0].Name != "urna/test/1/votes/"+id {
		a.t.Errorf("signed by %+v", n.Sigs)
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != "urna/test/1/votes/"+id || lines[3] != "" {
		a.t.Fatalf("the checkpoint says %q", n.Text)
	}
	if _, err := fmt.Sscanf(lines[1], "%d", &size); err != nil || fmt.Sprint(size) != lines[1] {
		a.t.Fatalf("size %q", lines[1])
	}
	b, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(b) != len(root) {
		a.t.Fatalf("root %q: %v", lines[2], err)
	}
	return size, tlog.Hash(b)
}

// httpTiles fetches tiles as a client of transparency logs does.
type httpTiles struct {
	a  *api
	id string
}

func (h httpTiles) Height() int                         { return 8 }
func (h httpTiles) SaveTiles(_ []tlog.Tile, _ [][]byte) {}

func (h httpTiles) ReadTiles(tiles []tlog.Tile) (data [][]byte, err error) {
	for _, t := range tiles {
		path := strings.Replace(t.Path(), "tile/8/", "tile/", 1) // the height is fixed and does not stand in the path
		data = append(data, h.a.get("/tiles/"+h.id+"/"+path).ok(nil).body)
	}
	return data, nil
}

func TestAClientOfTransparencyLogsReadsTheVotes(t *testing.T) {
	a, _, id, _ := logChain(t, 600)
	size, root := a.checkpoint(id)
	if size != 600 {
		t.Fatalf("the log has %d votes", size)
	}
	tree := tlog.Tree{N: size, Hash: root}
	hashes := tlog.TileHashReader(tree, httpTiles{a, id})
	var records [][]byte
	for _, path := range []string{"000", "001", "002.p/88"} {
		r := a.get("/tiles/" + id + "/tile/entries/" + path).ok(nil)
		if r.header.Get("Cache-Control") != immutable || r.header.Get("Content-Type") != binaryType {
			t.Errorf("%v", r.header)
		}
		for b := r.body; len(b) > 0; {
			n := binary.BigEndian.Uint16(b)
			records = append(records, b[2:2+n])
			b = b[2+n:]
		}
	}
	if len(records) != 600 {
		t.Fatalf("%d records", len(records))
	}
	for pos, record := range records {
		p, err := tlog.ProveRecord(size, int64(pos), hashes)
		if err != nil {
			t.Fatal(err)
		}
		if err := tlog.CheckRecord(p, size, root, int64(pos), tlog.RecordHash(record)); err != nil {
			t.Fatal(err)
		}
	}
	if r := a.get("/tiles/" + id + "/tile/1/000.p/2").ok(nil); len(r.body) != 64 || r.header.Get("Cache-Control") != immutable {
		t.Errorf("%d bytes, %v", len(r.body), r.header)
	}
}

func TestACheckpointIsTheElectionsByItsProof(t *testing.T) {
	a, e, id, voters := logChain(t, 5)
	size, root := a.checkpoint(id)
	logOf := func(r *answer) (*light.Document, []byte) {
		t.Helper()
		d := a.proved(r)
		if len(d.Claims) != 1 || !bytes.Equal(d.Claims[0].Key, state.LogKey(e.ID)) {
			t.Fatalf("%s claims %x", r.what, d.Claims[0].Key)
		}
		return d, d.Claims[0].Value
	}
	_, record := logOf(a.get("/tiles/" + id + "/proof.json"))
	if size != 5 || !bytes.Contains(record, root[:]) {
		t.Errorf("the checkpoint has %d votes and root %s, the record is %x", size, root, record)
	}

	// The log grows; the checkpoint that was read before can still be proved.
	a.mine(e.Vote(voters[0], 3, "again"))
	if r := a.get("/tiles/" + id + "/proof.json?size=6"); r.status != http.StatusNoContent {
		t.Errorf("a size that is not signed yet: %d %s", r.status, r.body)
	}
	a.mine(e.Vote(voters[1], 3, "again"), e.Vote(voters[2], 3, "again"))
	a.mine()
	for range 3 {
		a.mine()
	}
	for n, height := range map[int]int64{0: 2, 5: 3, 6: 5, 8: 6} {
		d, record := logOf(a.get(fmt.Sprintf("/tiles/%s/proof.json?size=%d", id, n)))
		view, err := a.Nodes[0].App.Store().ViewAt(d.Height)
		if err != nil {
			t.Fatal(err)
		}
		log, err := view.Log(e.ID)
		if err != nil || log.Size != uint64(n) || !bytes.Contains(record, log.Root[:]) || d.Height != height {
			t.Errorf("size %d is proved at height %d by %x (%v)", n, d.Height, record, err)
		}
	}
	d := a.provedFrom(light.TrustCheckpoint(1, light.Hash(a.blocks[0].Hash)), a.get("/tiles/"+id+"/proof.json?size=6&trust=1"))
	if len(d.Trail) != 1 {
		t.Errorf("a trail of %d", len(d.Trail))
	}
	a.get("/tiles/"+id+"/proof.json?size=7").refused(http.StatusNotFound, codePruned)
	a.get("/tiles/"+id+"/proof.json?size=9").refused(http.StatusNotFound, codeTileNotFound)
	for _, query := range []string{"size=x", "size=-1", "size=5&height=3"} {
		a.get("/tiles/"+id+"/proof.json?"+query).refused(http.StatusBadRequest, codeNumber)
	}
}

func TestATileIsFoundByItsOneName(t *testing.T) {
	a, _, id, _ := logChain(t, 300)
	for _, path := range []string{
		"0/00", "0/0000", "0/x000", "0/x000/000", "0/000/001", "0/x001/x002", "0/000.p/", "0/000.p/0", "0/000.p/256", "0/000.p/01",
		"0/000.p/1/2", "0/000.p", "0/-01", "0/+01", "0/0x1", "0/", "0/000/", "0/x001/x001/x001/x001/x001/x001/001", "64/000", "00/000", "x/000", "-1/000",
	} {
		a.get("/tiles/"+id+"/tile/"+path).refused(http.StatusBadRequest, codeTile)
	}
	for _, path := range []string{"0/001", "0/001.p/45", "0/002.p/1", "0/x001/000", "1/000", "1/000.p/2", "7/000", "8/000", "63/000", "0/x999/x999/x999/x999/x999/999"} {
		a.get("/tiles/"+id+"/tile/"+path).refused(http.StatusNotFound, codeTileNotFound)
	}
	for _, path := range []string{"0/000", "0/000.p/255", "0/001.p/44", "1/000.p/1"} {
		a.get("/tiles/" + id + "/tile/" + path).ok(nil)
	}
	a.get("/tiles/"+id+"/tile/entries/1").refused(http.StatusBadRequest, codeTile)
	a.get("/tiles/"+id+"/tile/entries/002.p/1").refused(http.StatusNotFound, codeTileNotFound)
	for _, file := range []string{"checkpoint", "key", "proof.json", "tile/0/000", "tile/entries/000"} {
		a.get("/tiles/abc/"+file).refused(http.StatusBadRequest, codeElectionID)
	}
	for _, file := range []string{"checkpoint", "proof.json"} {
		a.get("/tiles/"+strings.Repeat("ab", 32)+"/"+file).refused(http.StatusNotFound, codeElectionNotFound)
	}
}

func TestTheLogOfAYoungElectionIsYetToCome(t *testing.T) {
	a := newAPI(t, nil)
	_, id := a.newElection(apptest.Keys("voter", 1), nil)
	for _, file := range []string{"checkpoint", "proof.json"} {
		if r := a.get("/tiles/" + id + "/" + file); r.status != http.StatusNoContent {
			t.Errorf("%s: %d %s", r.what, r.status, r.body)
		}
	}
	a.mine()
	if size, root := a.checkpoint(id); size != 0 || root.String() != "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" {
		t.Errorf("a log of %d votes has root %s", size, root)
	}
	if view := a.proved(a.get("/tiles/" + id + "/proof.json")); view.Height != a.Height()-1 {
		t.Errorf("height %d", view.Height)
	}
}

func FuzzATileHasOneName(f *testing.F) {
	for _, s := range []string{"000", "067.p/8", "x001/x234/067", "x000/001", "000.p/256", ".p/", "x", "x001/067.p/1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, width, ok := parseTile(s)
		if !ok {
			return
		}
		want := tlog.Tile{H: 8, L: 0, N: int64(n), W: width}
		if got := strings.TrimPrefix(want.Path(), "tile/8/0/"); got != s {
			t.Errorf("%q is tile %d of width %d, which is called %q", s, n, width, got)
		}
	})
}
