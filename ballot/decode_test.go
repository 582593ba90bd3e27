package ballot

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestBallotsAreReadFromTheirPackages(t *testing.T) {
	many := make([]uint32, MaxValues)
	cases := []struct {
		in   string
		want []uint32
	}{
		{`{"nonce":"fd2d4478b19dd5c14","votes":[1]}`, []uint32{1}},
		{`{"votes":[0,1,4294967295]}`, []uint32{0, 1, math.MaxUint32}},
		{`{"votes":[3],"nonce":""}`, []uint32{3}},
		{`{"votes":[]}`, nil},
		{" \t\r\n{ \"nonce\" : \"AbC\" , \"votes\" : [ 1 , 2 ] } \n", []uint32{1, 2}},
		{`{"nonce":"` + strings.Repeat("0", 64) + `","votes":[7]}`, []uint32{7}},
		{`{"votes":[0` + strings.Repeat(",0", MaxValues-1) + `]}`, many},
	}
	for _, c := range cases {
		got, err := Decode([]byte(c.in))
		if err != nil || !slices.Equal(got.Values, c.want) {
			t.Errorf("%s: %v, %v", c.in, got.Values, err)
		}
	}
}

func TestPackagesThatAreNotBallotsAreRefusedWhereTheyGoWrong(t *testing.T) {
	cases := []struct {
		in     string
		offset int
	}{
		{``, 0},
		{`null`, 0},
		{`[1]`, 0},
		{`{}`, 1},
		{`{"nonce":"00"}`, 14},
		{`{"votes":[1]`, 12},
		{`{"votes":[1]}x`, 13},
		{`{"votes":[1]}{"votes":[1]}`, 13},
		{"{\"votes\":[1]}\x00", 13},
		{`{"votes":[1],}`, 13},
		{`{,"votes":[1]}`, 1},
		{`{"votes":[1],"votes":[1]}`, 13},
		{`{"nonce":"","nonce":"","votes":[1]}`, 12},
		{`{"Votes":[1]}`, 1},
		{`{"\u0076otes":[1]}`, 1},
		{`{"votes":[1],"memo":1}`, 13},
		{`{"votes":null}`, 9},
		{`{"votes":1}`, 9},
		{`{"votes":["1"]}`, 10},
		{`{"votes":[-1]}`, 10},
		{`{"votes":[+1]}`, 10},
		{`{"votes":[01]}`, 11},
		{`{"votes":[00]}`, 11},
		{`{"votes":[1.0]}`, 11},
		{`{"votes":[1e2]}`, 11},
		{`{"votes":[4294967296]}`, 19},
		{`{"votes":[99999999999999999999999999]}`, 19},
		{`{"votes":[1 2]}`, 12},
		{`{"votes":[1,]}`, 12},
		{`{"votes":[,1]}`, 10},
		{`{"votes":[[1]]}`, 10},
		{`{"votes":[0` + strings.Repeat(",0", MaxValues) + `]}`, 10 + 2*MaxValues},
		{`{"nonce":"` + strings.Repeat("0", 65) + `","votes":[7]}`, 74},
		{`{"nonce":"0g","votes":[7]}`, 11},
		{`{"nonce":"\u0030","votes":[7]}`, 10},
		{`{"nonce":"00,"votes":[7]}`, 12},
		{`{"nonce":12,"votes":[7]}`, 9},
		{`{"nonce":null,"votes":[7]}`, 9},
		{"\ufeff" + `{"votes":[1]}`, 0},
	}
	for _, c := range cases {
		_, err := Decode([]byte(c.in))
		var format *FormatError
		if !errors.As(err, &format) {
			t.Errorf("%s: %v", c.in, err)
		} else if format.Offset != c.offset {
			t.Errorf("%s: %v, want it at byte %d", c.in, err, c.offset)
		}
	}
}

// secondOpinion decodes a package with encoding/json, which is laxer: it takes
// keys in any case, repeated keys, null, and strings with escapes.
func secondOpinion(pkg []byte) ([]uint32, error) {
	var b struct {
		Nonce string   `json:"nonce"`
		Votes []uint32 `json:"votes"`
	}
	d := json.NewDecoder(bytes.NewReader(pkg))
	d.DisallowUnknownFields()
	err := d.Decode(&b)
	return b.Votes, err
}

// plain tells whether a package has none of the things in which encoding/json
// is laxer, so that both must agree about it.
func plain(pkg []byte) bool {
	if bytes.ContainsFunc(pkg, func(r rune) bool { return r >= 0x80 }) {
		return false // some letters fold to ASCII
	}
	for _, lax := range []string{"null", "\\", "E", "N", "O", "S", "T", "V", "C"} {
		if bytes.Contains(pkg, []byte(lax)) {
			return false
		}
	}
	return bytes.Count(pkg, []byte(`"nonce"`)) <= 1 && bytes.Count(pkg, []byte(`"votes"`)) == 1
}

func FuzzDecodeAgreesWithTheStandardLibrary(f *testing.F) {
	for _, s := range []string{
		`{"nonce":"69d10d0e96c70c79","votes":[0]}`, `{"votes":[1,2,3]}`, `{"votes":[]}`, `{ "votes" : [ 1 ] }`,
		`{"votes":[01]}`, `{"votes":[-0]}`, `{"votes":[4294967296]}`, `{"votes":[1],"votes":[2]}`, `{"votes":[1]} 1`,
		`{"votes":[1.5]}`, `{"votes":[1e3]}`, `{"nonce":"xyz","votes":[1]}`, `{"votes":null}`, `{"votes":[1]`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, pkg []byte) {
		got, err := Decode(pkg)
		want, jsonErr := secondOpinion(pkg)
		switch {
		case err == nil && jsonErr != nil:
			t.Fatalf("%q is not even JSON: %v", pkg, jsonErr)
		case err == nil && !json.Valid(pkg):
			t.Fatalf("%q has something after the object", pkg)
		case err == nil && !slices.Equal(got.Values, want):
			t.Fatalf("%q holds %v, not %v", pkg, want, got.Values)
		case err != nil && jsonErr == nil && json.Valid(pkg) && plain(pkg) && len(want) <= MaxValues && hexNonce(pkg):
			t.Fatalf("%q is a ballot: %v", pkg, err)
		}
	})
}

func hexNonce(pkg []byte) bool {
	var b struct{ Nonce string }
	if json.Unmarshal(pkg, &b) != nil || len(b.Nonce) > MaxNonceDigits {
		return false
	}
	return strings.Trim(b.Nonce, "0123456789abcdefABCDEF") == ""
}

func BenchmarkDecode(b *testing.B) {
	pkg := []byte(`{"nonce":"69d10d0e96c70c7969d10d0e96c70c79","votes":[0,3,12,7]}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(pkg); err != nil {
			b.Fatal(err)
		}
	}
}
