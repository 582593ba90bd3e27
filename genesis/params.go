package genesis

import "urna/internal/codec"

// paramsVersion names the layout of encoded parameters.
const paramsVersion = 1

// Append writes the parameters as the state keeps them.
func (p *Params) Append(w *codec.Writer) {
	w.U8(paramsVersion)
	for _, v := range p.fields() {
		w.Uvarint(*v)
	}
	w.U32(p.MaxValidators)
	w.U32(p.UptimeWindow)
	w.U32(p.MaxMissed)
}

// ReadParams reads what Append wrote.
func ReadParams(r *codec.Reader) *Params {
	p := &Params{}
	if r.U8() != paramsVersion {
		r.Fail()
	}
	for _, v := range p.fields() {
		*v = r.Uvarint()
	}
	p.MaxValidators = r.U32()
	p.UptimeWindow = r.U32()
	p.MaxMissed = r.U32()
	return p
}

// fields lists the 64-bit parameters in the order of their encoding.
func (p *Params) fields() []*uint64 {
	c, k := &p.Costs, &p.Price
	return []*uint64{
		&c.NewElection, &c.SetStatus, &c.SetCensus, &c.SetDuration, &c.SendTokens, &c.SetAccountInfo,
		&c.AddDelegate, &c.DelDelegate, &c.CollectFaucet, &c.CreateAccount, &c.SetValidator,
		&k.Capacity, &k.K1, &k.K2, &k.K3, &k.K4, &k.K5, &k.K6, &k.K7,
		&p.MaxCensusSize, &p.FaucetHorizon, &p.JoinPower,
	}
}
