package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"urna/census"
	"urna/client"
	"urna/crypto/ethkey"
	"urna/election"
	"urna/tx"
)

func newCredential(a *app) *cobra.Command {
	c := &cobra.Command{Use: "credential", Short: "Have an issuer let you vote"}
	c.AddCommand(newCredentialGet(a))
	return c
}

func newCredentialGet(a *app) *cobra.Command {
	var id, url string
	var answers []string
	c := &cobra.Command{
		Use: "get FILE", Short: "Get a credential from an election's issuer, and keep it in a file", Args: cobra.ExactArgs(1),
		Long: `Make a key for one election, tell its issuer who you are, and have the key let
in. The file is secret: whoever has it votes for you. In an election with a blind
issuer nobody can tie the vote to you, if you vote later than you get the
credential. When something breaks off, the same command goes on with the same file.`,
		Example: `  urna credential get ada.credential --election 1f0e... --answer 5Z2QK-...
  urna vote cast --credential ada.credential --choices 1`,
	}
	c.Flags().StringVar(&id, "election", "", "election id")
	c.Flags().StringVar(&url, "issuer", "", "where the issuer is (default: what the election says)")
	c.Flags().StringArrayVar(&answers, "answer", nil, "answer to the issuer's next question; may be repeated (default: ask)")
	_ = c.MarkFlagRequired("election")
	return a.command(c, func(ctx context.Context, gw *client.Client, args []string) error {
		of, err := argument(election.ParseID(id))
		if err != nil {
			return err
		}
		e, err := gw.Election(ctx, of)
		if err != nil {
			return err
		}
		held, err := a.begin(args[0], e, url)
		if err != nil {
			return err
		}
		if held.Signature == "" {
			if err := a.obtain(ctx, args[0], held, e, answers); err != nil {
				return err
			}
		}
		key, err := held.Voter()
		if err != nil {
			return err
		}
		v := struct {
			File   string `json:"file"`
			Voter  string `json:"voter"`
			Weight string `json:"weight"`
		}{args[0], key.Address().String(), held.Weight}
		return a.print(v, func(w io.Writer) {
			table(w, [][2]string{{"credential", v.File}, {"voter", v.Voter}, {"weight", v.Weight}})
		})
	})
}

// begin reads the file, or makes one with a new key.
func (a *app) begin(path string, e *client.Election, url string) (*client.Credential, error) {
	held, err := readCredential(path)
	if err == nil && held.Election != e.ID {
		return nil, fmt.Errorf("%s is for election %s", path, held.Election)
	}
	if err == nil || !errors.Is(err, os.ErrNotExist) {
		return held, err
	}
	held = &client.Credential{Chain: e.ChainID, Election: e.ID, Issuer: url, Kind: client.PlainCredential}
	switch {
	case e.Census == nil:
		return nil, errors.New("the gateway does not say which census the election has")
	case e.Census.Origin == census.BlindIssuer.String():
		held.Kind = client.BlindCredential
	case e.Census.Origin != census.Issuer.String():
		return nil, fmt.Errorf("election %s has no issuer: its census is a list", e.ID)
	}
	if url == "" {
		held.Issuer = e.Census.URL
	}
	if !strings.HasPrefix(held.Issuer, "http://") && !strings.HasPrefix(held.Issuer, "https://") {
		return nil, fmt.Errorf("the election does not say where its issuer is (%q); give --issuer", held.Issuer)
	}
	key, err := ethkey.Generate()
	if err != nil {
		return nil, err
	}
	held.Key = key.Hex()
	if held.Kind == client.BlindCredential {
		var seed [32]byte
		_, _ = rand.Read(seed[:]) // never fails
		held.Seed = hex.EncodeToString(seed[:])
	}
	return held, nil
}

// obtain answers the issuer's questions. The file is written before the issuer
// signs, so that nothing is lost with the answer.
func (a *app) obtain(ctx context.Context, path string, held *client.Credential, e *client.Election, answers []string) error {
	issuer := client.NewIssuer(held.Issuer)
	info, err := issuer.Info(ctx)
	if err != nil {
		return fmt.Errorf("issuer %s: %w", held.Issuer, err)
	}
	id, err := election.ParseID(held.Election)
	if err != nil {
		return err
	}
	in := bufio.NewReader(a.in)
	var last client.StepAnswer
	for n, step := range info.Steps {
		var answer string
		if n < len(answers) {
			answer = answers[n]
		} else {
			fmt.Fprintf(a.errs, "%s: ", step.Title)
			if answer, err = in.ReadString('\n'); err != nil && answer == "" {
				return fmt.Errorf("no answer to %q", step.Title)
			}
		}
		if last, err = issuer.Step(ctx, id, held.Kind, info.Auth, n, last.AuthToken, strings.TrimSpace(answer)); err != nil {
			return err
		}
		if len(last.Hints) > 0 {
			fmt.Fprintln(a.errs, strings.Join(last.Hints, "\n"))
		}
	}
	held.Weight, held.ClassKey = last.Weight, last.Key
	if held.Kind == client.BlindCredential {
		if err := held.CheckClass(e); err != nil {
			return err
		}
	}
	if err := writeCredential(path, held); err != nil {
		return err
	}
	if err := held.Obtain(ctx, issuer, last.Token); err != nil {
		return err
	}
	return writeCredential(path, held)
}

func readCredential(path string) (*client.Credential, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	held := &client.Credential{}
	if err := json.Unmarshal(b, held); err != nil {
		return nil, fmt.Errorf("%s is no credential: %w", path, err)
	}
	return held, nil
}

// writeCredential replaces the file as a whole.
func writeCredential(path string, held *client.Credential) error {
	b, err := json.MarshalIndent(held, "", "  ")
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".credential-*")
	if err != nil {
		return err
	}
	_, err = f.Write(append(b, '\n'))
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

func readIssuer(path string) (*client.IssuerFile, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	f := &client.IssuerFile{}
	if err := json.Unmarshal(b, f); err != nil {
		return nil, fmt.Errorf("%s is not what urna-issuer new prints: %w", path, err)
	}
	return f, nil
}

func newElectionCount(a *app) *cobra.Command {
	c := &cobra.Command{
		Use: "count ELECTION FILE", Short: "Write to the chain how many credentials the blind issuer has handed out",
		Long: `Write to the chain how many credentials of each weight were handed out, before the
election starts. FILE is what "urna-issuer shut" prints. No more voters than that
are let in.`,
		Args: cobra.ExactArgs(2),
	}
	return a.waits(a.command(c, func(ctx context.Context, gw *client.Client, args []string) error {
		b, err := os.ReadFile(args[1])
		if err != nil {
			return err
		}
		var counts []client.CredentialCount
		if err := json.Unmarshal(b, &counts); err != nil {
			return fmt.Errorf("%s is not what urna-issuer shut prints: %w", args[1], err)
		}
		return a.changeElection(ctx, gw, args[0], func(key *ethkey.Key, id election.ID) (tx.ID, error) {
			return gw.CountCredentials(ctx, key, id, counts)
		})
	}))
}

// censusText is the root of a new election's census as the API will show it.
func censusText(e *tx.NewElection) string {
	switch e.CensusOrigin {
	case census.Issuer:
		return hex.EncodeToString(e.IssuerKey)
	case census.BlindIssuer:
		return census.ClassesRoot(e.Classes).String()
	}
	return e.CensusRoot.String()
}
