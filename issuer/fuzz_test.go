package issuer_test

import (
	"strings"
	"testing"

	"urna/issuer"
)

// FuzzReadMembers: whatever a list holds, its members are distinct and weigh
// something.
func FuzzReadMembers(f *testing.F) {
	f.Add("member,weight\nada@example.org,3\n\"bob@example.org\"\n")
	f.Add("sha256:" + strings.Repeat("0a", 32) + ",340282366920938463463374607431768211455")
	f.Fuzz(func(t *testing.T, text string) {
		for _, method := range []issuer.Method{issuer.Codes{}, &issuer.Email{}, &issuer.OIDC{}} {
			list, err := issuer.ReadMembers(strings.NewReader(text), method.Key)
			if err != nil {
				continue
			}
			seen := map[string]bool{}
			for _, m := range list {
				if m.ID == "" || seen[m.ID] || m.Weight.IsZero() || m.Weight.BitLen() > 128 {
					t.Fatalf("%+v in %q", m, text)
				}
				seen[m.ID] = true
			}
		}
	})
}
