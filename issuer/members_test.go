package issuer_test

import (
	"strings"
	"testing"

	"urna/issuer"
	"urna/registry/invitation"
)

func TestTheCodesOfARegistryLetInByTheirHashes(t *testing.T) {
	code := invitation.New()
	list, err := issuer.ReadMembers(strings.NewReader("member,weight\nsha256:"+code.Hash()+",7\n"), issuer.Codes{}.Key)
	if err != nil || len(list) != 1 || list[0].Weight.Uint64() != 7 {
		t.Fatal(list, err)
	}
	got, err := issuer.Codes{}.Answer(t.Context(), 0, "", []string{strings.ToLower(code.String())})
	if err != nil || got.Member != list[0].ID {
		t.Errorf("the code is of %q, the list has %q: %v", got.Member, list[0].ID, err)
	}
	// Who has read the list is not let in.
	got, err = issuer.Codes{}.Answer(t.Context(), 0, "", []string{"sha256:" + code.Hash()})
	if err == nil && got.Member == list[0].ID {
		t.Error("the hash of a code let somebody in")
	}
	for _, bad := range []string{"sha256:", "sha256:" + code.Hash()[1:], "sha256:" + strings.ToUpper(code.Hash()), "sha256:" + code.Hash() + "00"} {
		if _, err := issuer.ReadMembers(strings.NewReader(bad+"\n"), issuer.Codes{}.Key); err == nil || !strings.Contains(err.Error(), "line 1: after sha256: come 64") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
