package gateway

import "net/http"

// fileCID names a file as IPFS does. It stores nothing: the file comes again
// with the transaction that names it.
func (g *Gateway) fileCID(w http.ResponseWriter, r *http.Request) error {
	var body struct {
		Payload *string `json:"payload"`
	}
	if err := readJSON(r, &body); err != nil {
		return err
	}
	if body.Payload == nil {
		return problem(http.StatusBadRequest, codePayload, "payload is missing")
	}
	file, err := unbase64("payload", *body.Payload, codePayload)
	if err != nil {
		return err
	}
	cid, err := g.files.CID(file)
	if err != nil {
		return err
	}
	return reply(w, map[string]string{"cid": cid})
}
