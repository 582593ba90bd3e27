package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"urna/cmd/internal/cli"
	"urna/crypto/ethkey"
	"urna/crypto/ethkey/keyfile"
)

// A key of the store is a file <name>.json under <wallet>/keys, encrypted with a
// password in the format that Ethereum wallets read.

func newKey(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "key",
		Short: "Make and keep private keys",
		Long: `Keys are kept under --wallet, encrypted with a password. A command acts with the
first of: --key-file, --as, the environment's URNA_KEY (64 hex digits), the only
key there is. The password is asked for, or taken from --password-file or
URNA_PASSWORD.`,
	}
	c.AddCommand(newKeyNew(a), newKeyImport(a), newKeyShow(a), newKeyList(a))
	return c
}

// keyAnswer is what commands tell of a key.
type keyAnswer struct {
	Name    string `json:"name,omitempty"`
	Address string `json:"address,omitempty"`
	File    string `json:"file,omitempty"`
	Private string `json:"privateKey,omitempty"`
}

func (a *app) printKey(k keyAnswer) error {
	return a.print(k, func(w io.Writer) {
		table(w, [][2]string{{"key", k.Name}, {"address", k.Address}, {"file", k.File}, {"private key", k.Private}})
	})
}

func newKeyNew(a *app) *cobra.Command {
	var plain string
	c := &cobra.Command{
		Use: "new [NAME]", Short: "Make a key", Args: cobra.MaximumNArgs(1),
		Example: `  urna key new ada
  urna key new --plain robot.key`,
	}
	c.Flags().StringVar(&plain, "plain", "", "write the key to this file without a password, for scripts")
	return a.local(c, func(args []string) error {
		key, err := ethkey.Generate()
		if err != nil {
			return err
		}
		return a.storeKey(key, args, plain)
	})
}

func newKeyImport(a *app) *cobra.Command {
	var plain, file string
	c := &cobra.Command{
		Use: "import [NAME]", Short: "Keep a key that you have: 64 hex digits on standard input, or --file",
		Args: cobra.MaximumNArgs(1),
	}
	c.Flags().StringVar(&file, "file", "", "read the key from this file: encrypted, or 64 hex digits")
	c.Flags().StringVar(&plain, "plain", "", "write the key to this file without a password, for scripts")
	return a.local(c, func(args []string) error {
		var key *ethkey.Key
		var err error
		if file != "" {
			key, err = a.readKeyFile(file)
		} else {
			var line string
			if line, err = a.secret("private key, 64 hex digits: "); err == nil {
				key, err = ethkey.ParseKey(line)
			}
		}
		if err != nil {
			return err
		}
		return a.storeKey(key, args, plain)
	})
}

// storeKey writes a key under a name, encrypted, or to a plain file.
func (a *app) storeKey(key *ethkey.Key, args []string, plain string) error {
	if (len(args) == 1) == (plain != "") {
		return cli.Misusef("give the key a name, or a file with --plain")
	}
	k := keyAnswer{Address: key.Address().String(), File: plain}
	if plain != "" {
		if err := storePlain(plain, key); err != nil {
			return err
		}
		return a.printKey(k)
	}
	k.Name = args[0]
	var err error
	if k.File, err = a.keyPath(k.Name); err != nil {
		return err
	}
	password, err := a.newPassword()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(k.File), 0o700); err != nil {
		return err
	}
	if err := keyfile.Save(k.File, key, password); err != nil {
		return err
	}
	return a.printKey(k)
}

// storePlain never overwrites a file: there may be no other copy of a key.
func storePlain(path string, key *ethkey.Key) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(f, key.Hex())
	return errors.Join(err, f.Sync(), f.Close())
}

func newKeyShow(a *app) *cobra.Command {
	var private, only bool
	c := &cobra.Command{Use: "show [NAME]", Short: "Show a key's address", Args: cobra.MaximumNArgs(1)}
	c.Flags().BoolVar(&private, "private", false, "show the private key, too")
	c.Flags().BoolVar(&only, "address", false, "print the address and nothing else")
	c.MarkFlagsMutuallyExclusive("private", "address")
	c.ValidArgsFunction = a.completeKeys
	return a.local(c, func(args []string) error {
		if len(args) == 1 {
			a.as = args[0]
		}
		if !private {
			who, err := a.ownAddress()
			if err != nil {
				return err
			}
			if only {
				_, err := fmt.Fprintln(a.out, who)
				return err
			}
			return a.printKey(keyAnswer{Name: a.as, Address: who.String()})
		}
		key, err := a.key()
		if err != nil {
			return err
		}
		return a.printKey(keyAnswer{Name: a.as, Address: key.Address().String(), Private: key.Hex()})
	})
}

func newKeyList(a *app) *cobra.Command {
	return a.local(&cobra.Command{Use: "list", Short: "List the keys that are kept"}, func([]string) error {
		names, err := a.keyNames()
		if err != nil {
			return err
		}
		keys := []keyAnswer{}
		for _, n := range names {
			path, err := a.keyPath(n)
			if err != nil {
				return err
			}
			who, err := fileAddress(path)
			if err != nil {
				return err
			}
			keys = append(keys, keyAnswer{Name: n, Address: who.String()})
		}
		return a.print(keys, func(w io.Writer) {
			var rows [][2]string
			for _, k := range keys {
				rows = append(rows, [2]string{k.Name, k.Address})
			}
			table(w, rows)
		})
	})
}

var keyName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

func (a *app) keyPath(name string) (string, error) {
	if !keyName.MatchString(name) {
		return "", cli.Misusef("key name %q is not made of letters, digits, dots and dashes", name)
	}
	return filepath.Join(a.wallet, "keys", name+".json"), nil
}

func (a *app) keyNames() ([]string, error) {
	paths, err := filepath.Glob(filepath.Join(a.wallet, "keys", "*.json"))
	var names []string
	for _, p := range paths {
		names = append(names, strings.TrimSuffix(filepath.Base(p), ".json"))
	}
	return names, err
}

func (a *app) completeKeys(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	names, err := a.keyNames()
	if err != nil {
		return nil, cobra.ShellCompDirectiveError
	}
	return names, cobra.ShellCompDirectiveNoFileComp
}

// key is the key to act with.
func (a *app) key() (*ethkey.Key, error) {
	file, hex, err := a.pickKey()
	if err != nil {
		return nil, err
	}
	if hex != "" {
		key, err := ethkey.ParseKey(hex)
		if err != nil {
			return nil, errors.New("URNA_KEY is not a private key of 64 hex digits")
		}
		return key, nil
	}
	return a.readKeyFile(file)
}

// ownAddress is the address of that key; it needs no password.
func (a *app) ownAddress() (ethkey.Address, error) {
	file, hex, err := a.pickKey()
	if err != nil {
		return ethkey.Address{}, err
	}
	if hex == "" {
		return fileAddress(file)
	}
	key, err := a.key()
	if err != nil {
		return ethkey.Address{}, err
	}
	return key.Address(), nil
}

// pickKey finds the key to act with: a file, or hex digits.
func (a *app) pickKey() (file, hex string, err error) {
	if a.keyFile != "" && a.as != "" {
		return "", "", cli.Misusef("--key-file and --as exclude each other")
	}
	if a.keyFile != "" {
		return a.keyFile, "", nil
	}
	if a.as != "" {
		file, err = a.keyPath(a.as)
		if err == nil {
			if _, missing := os.Stat(file); missing != nil {
				err = fmt.Errorf("no key is called %s; `urna key list` shows them", a.as)
			}
		}
		return file, "", err
	}
	if hex = os.Getenv("URNA_KEY"); hex != "" {
		return "", hex, nil
	}
	names, err := a.keyNames()
	switch {
	case err != nil:
		return "", "", err
	case len(names) == 0:
		return "", "", errors.New("there is no key; `urna key new NAME` makes one")
	case len(names) > 1:
		return "", "", fmt.Errorf("which key? --as one of %s", strings.Join(names, ", "))
	}
	file, err = a.keyPath(names[0])
	return file, "", err
}

// readKeyFile reads an encrypted key or hex digits.
func (a *app) readKeyFile(path string) (*ethkey.Key, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if !encrypted(b) {
		key, err := ethkey.ParseKey(string(b))
		if err != nil {
			return nil, fmt.Errorf("%s holds neither an encrypted key nor 64 hex digits", path)
		}
		return key, nil
	}
	password, err := a.password(filepath.Base(path))
	if err != nil {
		return nil, err
	}
	return keyfile.Load(path, password)
}

// fileAddress reads the address beside an encrypted key, or that of a plain one.
func fileAddress(path string) (ethkey.Address, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return ethkey.Address{}, err
	}
	if encrypted(b) {
		var file struct {
			Address string `json:"address"`
		}
		if err := json.Unmarshal(b, &file); err != nil {
			return ethkey.Address{}, fmt.Errorf("%s: %w", path, err)
		}
		return ethkey.ParseAddress(file.Address)
	}
	key, err := ethkey.ParseKey(string(b))
	if err != nil {
		return ethkey.Address{}, fmt.Errorf("%s holds neither an encrypted key nor 64 hex digits", path)
	}
	return key.Address(), nil
}

func encrypted(b []byte) bool { return strings.HasPrefix(strings.TrimSpace(string(b)), "{") }

// password finds the password of a key, or asks for it.
func (a *app) password(what string) (string, error) {
	if a.passwordFile != "" {
		b, err := os.ReadFile(a.passwordFile)
		if err != nil {
			return "", err
		}
		line, _, _ := strings.Cut(string(b), "\n")
		return strings.TrimSuffix(line, "\r"), nil
	}
	if p := os.Getenv("URNA_PASSWORD"); p != "" {
		return p, nil
	}
	return a.ask("password of " + what + ": ")
}

// newPassword is password for a key that is being made: it is asked for twice.
func (a *app) newPassword() (string, error) {
	first, err := a.password("the new key")
	if err != nil || a.passwordFile != "" {
		return first, err
	}
	if os.Getenv("URNA_PASSWORD") != "" {
		return first, nil
	}
	again, err := a.ask("the same again: ")
	if err == nil && again != first {
		err = errors.New("the passwords differ")
	}
	return first, err
}

// secret reads a line that must not be seen, from a terminal or a pipe.
func (a *app) secret(prompt string) (string, error) {
	if f, ok := a.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return a.ask(prompt)
	}
	line, err := bufio.NewReader(io.LimitReader(a.in, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return strings.TrimSpace(line), nil
}

// ask reads from the terminal without echo.
func (a *app) ask(prompt string) (string, error) {
	f, ok := a.in.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return "", errors.New("no terminal to ask for a password; use --password-file or URNA_PASSWORD")
	}
	fmt.Fprint(a.errs, prompt)
	b, err := term.ReadPassword(int(f.Fd()))
	fmt.Fprintln(a.errs)
	return string(b), err
}
