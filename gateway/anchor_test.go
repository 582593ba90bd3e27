package gateway

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// seen is what was seen of an anchor.
type seen AnchorStatus

func (s seen) Anchor() AnchorStatus { return AnchorStatus(s) }

func TestHowFarTheChainIsAnchoredIsTold(t *testing.T) {
	at := time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)
	s := seen{
		EthereumChainID: 1337, Contract: "0x01", Registry: "0x02", Height: 7, Time: at, Newest: 9, ChainHeight: 12, Lag: 5,
		Transaction: "0x03", EthereumBlock: 4, Confirmations: 1, TrustedUntil: at.Add(time.Hour), Relays: true, Alarms: []string{"fees"},
	}
	a := newAPI(t, func(c *Config) { c.Anchor = s })
	var got AnchorStatus
	a.get("/anchor").ok(&got)
	if got.Height != 7 || got.Newest != 9 || got.Lag != 5 || !got.Time.Equal(at) || got.Transaction != "0x03" || got.Alarms[0] != "fees" {
		t.Errorf("it is %+v", got)
	}
	a.mine()
	var info struct {
		Height uint64     `json:"lastAnchoredHeight"`
		Time   *time.Time `json:"lastAnchoredTime"`
	}
	a.get("/chain/info").ok(&info)
	if info.Height != 7 || info.Time == nil || !info.Time.Equal(at) {
		t.Errorf("the chain at a glance has %+v", info)
	}
}

func TestAGatewayThatDoesNotLookAtEthereumSaysSo(t *testing.T) {
	a := newAPI(t, nil)
	if r := a.get("/anchor"); r.status != http.StatusNotImplemented || !strings.Contains(string(r.body), `"code":6020`) {
		t.Errorf("%d %s", r.status, r.body)
	}
	a.mine()
	if r := a.get("/chain/info"); strings.Contains(string(r.body), "lastAnchored") {
		t.Errorf("%s", r.body)
	}
}
