package issuer

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"urna/election"
	"urna/internal/peer"
)

// Kinds of signatures, as paths name them. "ecdsa" is the existing clients'
// word; "rsa" is ours.
const (
	kindPlain = "ecdsa"
	kindBlind = "rsa"
)

// API is the service over HTTP: the exchange that existing clients of issuers
// know, and the same for blind credentials. docs/issuer.md describes it.
type API struct {
	Service *Service
	Method  Method
	Title   string
	Log     *slog.Logger

	// TrustedProxies may name the client in X-Forwarded-For.
	TrustedProxies []netip.Prefix
}

// Handler serves the API.
func (a *API) Handler() http.Handler {
	h := &handler{
		API: a, sessions: newSessions(),
		clients: newLimiter(burst, time.Minute/asksPerMinute, maxClients),
	}
	mux := http.NewServeMux()
	mux.Handle("GET /v1/auth/elections/info", h.answer(h.info))
	mux.Handle("POST /v1/auth/elections/{election}/{kind}/{method}/{step}", h.answer(h.step))
	mux.Handle("POST /v1/auth/elections/{election}/{kind}/sign", h.answer(h.sign))
	mux.Handle("/", h.answer(func(*http.Request) (any, error) { return nil, errNoPath }))
	return h.anyOrigin(mux)
}

type handler struct {
	*API
	sessions *sessions
	clients  *limiter
}

var (
	errNoPath = errors.New("there is no such path")
	errBody   = errors.New("the body is not the JSON object that is asked for")
)

// statuses are the HTTP statuses of what can go wrong. Codes of errors are
// their place in the list, from 1.
var statuses = []struct {
	err    error
	status int
}{
	{errNoPath, http.StatusNotFound},
	{errBody, http.StatusBadRequest},
	{ErrAnswer, http.StatusUnauthorized},
	{ErrSession, http.StatusUnauthorized},
	{ErrTooOften, http.StatusTooManyRequests},
	{ErrNoElection, http.StatusNotFound},
	{ErrNoMember, http.StatusForbidden},
	{ErrTaken, http.StatusConflict},
	{ErrClosed, http.StatusForbidden},
	{ErrRequest, http.StatusBadRequest},
}

// anyOrigin lets pages of any origin ask, and asks for no cookies.
func (h *handler) anyOrigin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Cache-Control", "no-store")
		if r.Method == http.MethodOptions {
			w.Header().Set("Access-Control-Allow-Methods", "GET, POST")
			w.Header().Set("Access-Control-Allow-Headers", "Content-Type, Authorization")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (h *handler) answer(f func(*http.Request) (any, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		status := http.StatusOK
		var out any
		err := ErrTooOften
		if r.Method == http.MethodGet || h.clients.allow(h.client(r), time.Now()) {
			r.Body = http.MaxBytesReader(w, r.Body, maxBodyBytes)
			out, err = f(r)
		}
		if err != nil {
			var code int
			status, code = http.StatusInternalServerError, len(statuses)+1
			for i, s := range statuses {
				if errors.Is(err, s.err) {
					status, code = s.status, i+1
				}
			}
			text := err.Error()
			if status == http.StatusInternalServerError {
				h.Log.Error("request", "path", r.Pattern, "err", err)
				text = "the issuer cannot answer now"
			}
			out = map[string]any{"error": text, "code": code}
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		if err := json.NewEncoder(w).Encode(out); err != nil {
			h.Log.Debug("client went away", "err", err)
		}
	})
}

// client is where a request comes from.
func (h *handler) client(r *http.Request) string {
	return peer.Of(r.RemoteAddr, r.Header.Values("X-Forwarded-For"), h.TrustedProxies).String()
}

func (h *handler) info(*http.Request) (any, error) {
	return map[string]any{
		"title": h.Title, "signatureType": []string{kindPlain, kindBlind}, "authType": h.Method.Name(),
		"authSteps": h.Method.Questions(), "publicKey": hex.EncodeToString(h.Service.PublicKey()), "chainId": h.Service.ChainID(),
	}, nil
}

// subject is what a path is about.
func subject(r *http.Request) (id election.ID, kind string, err error) {
	id, err = election.ParseID(r.PathValue("election"))
	kind = r.PathValue("kind")
	if err != nil || (kind != kindPlain && kind != kindBlind) {
		return id, kind, errNoPath
	}
	return id, kind, nil
}

func readBody(r *http.Request, into any) error {
	if err := json.NewDecoder(r.Body).Decode(into); err != nil {
		return errBody
	}
	return nil
}

func (h *handler) step(r *http.Request) (any, error) {
	id, kind, err := subject(r)
	step, bad := strconv.Atoi(r.PathValue("step"))
	// Clients send "auth" or the name of the method.
	if m := r.PathValue("method"); err != nil || bad != nil || (m != h.Method.Name() && m != "auth") || step < 0 || step >= len(h.Method.Questions()) {
		return nil, errNoPath
	}
	var body struct {
		Token   string   `json:"authToken"`
		Answers []string `json:"authData"`
	}
	if err := readBody(r, &body); err != nil {
		return nil, err
	}
	if len(body.Answers) > maxAnswers {
		return nil, errBody
	}
	for _, text := range body.Answers {
		if len(text) > maxAnswerBytes {
			return nil, errBody
		}
	}
	one := session{election: id, kind: kind}
	if step > 0 {
		if one, err = h.sessions.take(body.Token, time.Now()); err != nil {
			return nil, err
		}
		if one.election != id || one.kind != kind || one.next != step {
			return nil, ErrSession
		}
	}
	p, err := h.Method.Answer(r.Context(), step, one.state, body.Answers)
	if errors.Is(err, ErrAnswer) && step > 0 {
		h.sessions.retry(body.Token, one)
	}
	if err != nil {
		return nil, err
	}
	return h.advance(r.Context(), one, p)
}

// advance keeps what a right answer leads to: the next step, or a token with
// which to ask for a signature.
func (h *handler) advance(ctx context.Context, one session, p Progress) (any, error) {
	one.next, one.state, one.member, one.tries = one.next+1, p.State, p.Member, 0
	if one.next < len(h.Method.Questions()) {
		one.member = ""
		token, err := h.sessions.put(one, time.Now())
		return map[string]any{"authToken": token, "response": append([]string{}, p.Hints...)}, err
	}
	may, err := h.Service.Eligible(ctx, one.election, one.member)
	if err != nil {
		return nil, err
	}
	if blind := len(may.Key) > 0; blind != (one.kind == kindBlind) {
		return nil, errNoPath
	}
	token, err := h.sessions.put(one, time.Now())
	out := map[string]any{"token": token, "weight": may.Weight.Dec()}
	if len(may.Key) > 0 {
		out["key"] = hex.EncodeToString(may.Key)
	}
	return out, err
}

func (h *handler) sign(r *http.Request) (any, error) {
	id, kind, err := subject(r)
	if err != nil {
		return nil, err
	}
	var body struct {
		Token   string `json:"token"`
		Payload string `json:"payload"`
	}
	if err := readBody(r, &body); err != nil {
		return nil, err
	}
	payload, err := hex.DecodeString(strings.TrimPrefix(body.Payload, "0x"))
	if err != nil {
		return nil, errBody
	}
	one, err := h.sessions.get(body.Token, time.Now())
	if err != nil {
		return nil, err
	}
	if one.election != id || one.kind != kind || one.member == "" {
		return nil, ErrSession
	}
	sign := h.Service.SignBundle
	if kind == kindBlind {
		sign = h.Service.SignBlind
	}
	signature, err := sign(r.Context(), id, one.member, payload)
	if err != nil {
		return nil, err
	}
	return map[string]string{"signature": hex.EncodeToString(signature)}, nil
}
