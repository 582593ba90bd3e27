package gateway

import (
	"net/http"
	"strings"
	"testing"

	"urna/app/apptest"
	"urna/tx"
)

const aliceMetadata = `{"version":"1.0","name":{"default":"Alice & <friends>"},"media":{}}`

func TestAccountsAreCreatedChangedAndRead(t *testing.T) {
	a := newAPI(t, nil)
	alice := apptest.Key("alice")
	path := "/accounts/" + alice.Address().String()
	a.mine()

	a.get(path).refused(http.StatusNotFound, codeAccountNotFound, "account not found: "+alice.Address().String())
	a.get(path+"/metadata").refused(http.StatusNotFound, codeAccountNotFound)
	a.get("/accounts/nobody").refused(http.StatusBadRequest, codeAddress)
	a.get("/siks/"+alice.Address().String()).refused(http.StatusNotFound, codeIdentityNotFound, "SIK not found")

	// Metadata goes with the transaction and is readable with the account.
	uri := a.cid(aliceMetadata)
	create := &tx.CreateAccount{Account: alice.Address(), InfoURI: uri, IdentityKey: make([]byte, 32), Faucet: a.faucetPackage(alice, 1000)}
	create.IdentityKey[0] = 0x4b
	a.post("/accounts", map[string]string{"txPayload": a.signed(alice, create), "metadata": b64([]byte(aliceMetadata))}).ok(nil)
	a.mine()
	a.get(path).ok(nil)
	a.get(path + "/metadata").ok(nil)
	a.get("/siks/0x" + strings.ToUpper(alice.Address().String())).ok(nil)

	// Metadata that this gateway does not have, or that is none, is left out.
	change := func(nonce uint32, uri string) {
		t.Helper()
		payload := a.signed(alice, &tx.SetAccountInfo{Nonce: nonce, Account: alice.Address(), InfoURI: uri})
		a.post("/accounts", map[string]string{"txPayload": payload}).ok(nil)
		a.mine()
		a.get(path).ok(nil)
	}
	change(0, a.put("not JSON"))
	change(1, a.cid("elsewhere"))
	a.get(path+"/metadata").refused(http.StatusNotFound, codeMetadataURI)
	change(2, "https://example.org/not-a-content-id")

	delegates := &tx.AddDelegate{Nonce: 3, Delegates: apptestAddresses("bob", 2)}
	a.post("/chain/transactions", map[string]string{"payload": a.signed(alice, delegates)}).ok(nil)
	a.mine()
	a.get(path).ok(nil)
	a.golden("accounts")
}

func TestMetadataMustBeWhatTheTransactionNames(t *testing.T) {
	a := newAPI(t, func(c *Config) { c.Limits.MaxMetadata = 100 })
	a.mine()
	alice := apptest.Key("alice")
	send := func(uri, metadata string) *answer {
		t.Helper()
		create := &tx.CreateAccount{Account: alice.Address(), InfoURI: uri, Faucet: a.faucetPackage(alice, 1000)}
		return a.post("/accounts", map[string]string{"txPayload": a.signed(alice, create), "metadata": metadata})
	}
	send("", b64([]byte("{}"))).refused(http.StatusBadRequest, codeMetadataNoURI)
	send(a.cid("[]"), b64([]byte("{}"))).refused(http.StatusBadRequest, codeMetadataMismatch)
	send(a.cid("{}"), "not base64!").refused(http.StatusBadRequest, codeMetadata)
	long := strings.Repeat("x", 101)
	send(a.cid(long), b64([]byte(long))).refused(http.StatusRequestEntityTooLarge, codeBodyTooLarge)
	long = long[:100]
	send(a.cid(long), b64([]byte(long))).ok(nil)
}

func TestTheAccountsEndpointTakesAccountsOnly(t *testing.T) {
	a := newAPI(t, nil)
	a.mine()
	e, _ := a.newElection(apptest.Keys("voter", 1), nil)
	vote := b64(e.Vote(apptest.Keys("voter", 1)[0], 1, ""))
	for _, path := range []string{"/accounts", "/elections"} {
		a.post(path, map[string]string{"txPayload": vote}).refused(http.StatusBadRequest, codeTxKind, "transaction is vote")
	}
	a.post("/votes", map[string]string{"txPayload": a.signed(org, &tx.SetAccountInfo{Account: org.Address(), InfoURI: "ipfs://x"})}).
		refused(http.StatusBadRequest, codeTxKind, "transaction is set_account_info_uri")
}

func TestADocumentIsStoredIfItsTransactionStands(t *testing.T) {
	a := newAPI(t, nil)
	a.mine()
	uri := a.cid(aliceMetadata)
	stored := func() bool {
		t.Helper()
		has, err := a.files.Has(t.Context(), uri)
		if err != nil {
			t.Fatal(err)
		}
		return has
	}
	body := func(nonce uint32) map[string]string {
		return map[string]string{"txPayload": a.signed(org, setInfo(nonce, uri)), "metadata": b64([]byte(aliceMetadata))}
	}
	// Nobody pays for what is refused.
	a.post("/accounts", body(1000)).refused(http.StatusBadRequest, codeRefused)
	if stored() {
		t.Fatal("the document of a refused transaction was stored")
	}
	// A transaction on the chain, whose document was lost on the way.
	good := body(0)
	a.post("/chain/transactions", map[string]string{"payload": good["txPayload"]}).ok(nil)
	a.mine()
	if stored() {
		t.Fatal("stored out of nothing")
	}
	a.post("/accounts", good).refused(http.StatusBadRequest, codeRefused)
	if !stored() {
		t.Fatal("the document did not find its transaction on the chain")
	}
}
