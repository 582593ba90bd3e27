package election

import (
	"bytes"
	"encoding/hex"
	"reflect"
	"strings"
	"testing"

	"urna/ballot"
	"urna/census"
	"urna/internal/codec"
)

func fullSettings(t testing.TB) Settings {
	t.Helper()
	return Settings{
		Organisation: mustAddress(t, strings.Repeat("a1", 20)), Creator: mustAddress(t, strings.Repeat("b2", 20)),
		Index: 3, Mode: Mode{Anonymous: true, Encrypted: true},
		Rules:        ballot.Rules{MaxCount: 4, MaxValue: 5, MaxOverwrites: 6, MaxTotalCost: 7, CostExponent: 2, UniqueValues: true, CostFromWeight: true},
		CensusOrigin: census.TreeWeighted, Start: 9, AutoStart: true, Interruptible: true, DynamicCensus: true,
		EncryptedMetadata: true, TempKeys: true, MetadataURI: "ipfs://x", CreatedTime: 10, CreatedHeight: 11,
	}
}

func TestSettingsHaveTheBytesOfTheSpecification(t *testing.T) {
	s := fullSettings(t)
	var w codec.Writer
	s.Append(&w)
	want := "01" + strings.Repeat("a1", 20) + strings.Repeat("b2", 20) + "00000003" + "0101" +
		"00000004" + "00000005" + "00000006" + "00000007" + "00000002" + "0101" +
		"02" + "0000000000000009" + "0101010101" + "08" + "697066733a2f2f78" + "000000000000000a" + "000000000000000b"
	if got := hex.EncodeToString(w.B); got != want {
		t.Errorf("wrote\n%s, want\n%s", got, want)
	}
}

// TestEveryFieldOfSettingsIsWritten sets one field at a time, so that a field
// added to the type and not to the encoding is noticed.
func TestEveryFieldOfSettingsIsWritten(t *testing.T) {
	full := fullSettings(t)
	var check func(t *testing.T, from reflect.Value, path []int)
	check = func(t *testing.T, from reflect.Value, path []int) {
		for i := range from.NumField() {
			at := append(append([]int(nil), path...), i)
			if name := from.Type().Field(i).Name; from.Field(i).Kind() == reflect.Struct {
				check(t, from.Field(i), at)
			} else if name != "ID" {
				var s Settings
				reflect.ValueOf(&s).Elem().FieldByIndex(at).Set(from.Field(i))
				if s == (Settings{}) {
					t.Errorf("the test does not set %s", name)
				}
				var w codec.Writer
				s.Append(&w)
				r := codec.NewReader(w.B)
				if got := ReadSettings(r); r.Done() != nil || got != s {
					t.Errorf("%s is lost", name)
				}
			}
		}
	}
	check(t, reflect.ValueOf(full), nil)
}

func FuzzReadSettingsTakesOnlyWhatAppendWrites(f *testing.F) {
	full, empty := fullSettings(f), Settings{}
	for _, s := range []*Settings{&full, &empty} {
		var w codec.Writer
		s.Append(&w)
		f.Add(w.B)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		r := codec.NewReader(in)
		s := ReadSettings(r)
		if r.Err() != nil && s != (Settings{}) {
			t.Fatal("settings beside an error")
		}
		if r.Done() != nil {
			return
		}
		var w codec.Writer
		s.Append(&w)
		if !bytes.Equal(w.B, in) {
			t.Fatalf("%x was accepted as %x", in, w.B)
		}
	})
}

func TestAURITooLongForATransactionIsNotRead(t *testing.T) {
	for n, want := range map[int]bool{maxURIBytes: true, maxURIBytes + 1: false} {
		s := Settings{MetadataURI: strings.Repeat("u", n)}
		var w codec.Writer
		s.Append(&w)
		r := codec.NewReader(w.B)
		if ReadSettings(r); (r.Done() == nil) != want {
			t.Errorf("%d bytes: %v", n, r.Err())
		}
	}
}
