package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"urna/ballot"
)

func TestTheTypeOfAnElectionDecidesTheBallotRules(t *testing.T) {
	one := []question{{Title: "q", Choices: []string{"a", "b", "c"}}}
	for _, c := range []struct {
		d    description
		want ballot.Rules
	}{
		{description{Questions: one}, ballot.Rules{MaxCount: 1, MaxValue: 2, CostExponent: 1}},
		{
			description{Questions: append(one, question{Title: "r", Choices: []string{"a", "b"}}), Overwrites: 3},
			ballot.Rules{MaxCount: 2, MaxValue: 2, MaxOverwrites: 3, CostExponent: 1},
		},
		{
			description{Questions: []question{{Title: "q", Choices: []string{"only"}}}},
			ballot.Rules{MaxCount: 1, MaxValue: 1, CostExponent: 1},
		},
		{
			description{Type: "multiple-choice", Questions: one, MaxChoices: 2},
			ballot.Rules{MaxCount: 2, MaxValue: 2, UniqueValues: true, CostExponent: 1},
		},
		{
			description{Type: "multiple-choice", Questions: one},
			ballot.Rules{MaxCount: 3, MaxValue: 2, UniqueValues: true, CostExponent: 1},
		},
		{description{Type: "approval", Questions: one}, ballot.Rules{MaxCount: 3, MaxValue: 1, CostExponent: 1}},
		{description{Type: "budget", Questions: one, Budget: 9}, ballot.Rules{MaxCount: 3, MaxTotalCost: 9, CostExponent: 1}},
		{
			description{Type: "quadratic", Questions: one, BudgetFromWeight: true},
			ballot.Rules{MaxCount: 3, CostFromWeight: true, CostExponent: 2},
		},
	} {
		c.d.Title, c.d.Census, c.d.Duration = "t", "root", "1h"
		if err := c.d.check(); err != nil {
			t.Errorf("%s: %v", c.d.Type, err)
		}
		got := c.d.rules()
		if got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.d.Type, got, c.want)
		}
		if err := got.Check(); err != nil {
			t.Errorf("%s: the chain would refuse the rules: %v", c.d.Type, err)
		}
	}
}

func TestADescriptionThatContradictsItselfIsRefused(t *testing.T) {
	good := description{
		Title: "t", Questions: []question{{Title: "q", Choices: []string{"a", "b"}}}, Census: "root", Duration: "1h",
	}
	for want, spoil := range map[string]func(*description){
		"is none of":                func(d *description) { d.Type = "x" },
		"needs a title":             func(d *description) { d.Title = "" },
		"needs a question":          func(d *description) { d.Questions = nil },
		"has one question, not 2":   func(d *description) { d.Type = "approval"; d.Questions = append(d.Questions, d.Questions...) },
		"needs a census, a file of": func(d *description) { d.Members = "m.csv" },
		"needs an end or":           func(d *description) { d.End = "2030-01-01T00:00:00Z" },
		"max_choices says nothing":  func(d *description) { d.MaxChoices = 1 },
		"a budget says nothing":     func(d *description) { d.Budget = 1 },
		"needs a budget, or":        func(d *description) { d.Type, d.Budget, d.BudgetFromWeight = "quadratic", 1, true },
		"a published census has":    func(d *description) { d.Weighted = true },
		"question 1 needs a title":  func(d *description) { d.Questions = []question{{Choices: []string{"a"}}} },
		"needs a title and choices": func(d *description) { d.Questions = []question{{Title: "q"}} },
	} {
		d := good
		spoil(&d)
		if err := d.check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestTimesAreReadInEveryForm(t *testing.T) {
	now := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		d               description
		start, duration uint64
	}{
		{description{Duration: "1h"}, 0, 3600},
		{description{End: "2027-01-01T02:00:00Z"}, 0, 7200},
		{description{Start: "+10m", Duration: "90s"}, uint64(now.Unix()) + 600, 90},
		{description{Start: "2027-01-02T00:00:00+01:00", End: "2027-01-02T00:00:00Z"}, uint64(now.Unix()) + 23*3600, 3600},
	} {
		start, duration, err := c.d.times(now)
		if err != nil || start != c.start || duration != c.duration {
			t.Errorf("%+v: got %d, %d, %v", c.d, start, duration, err)
		}
	}
	for _, d := range []description{
		{Duration: "soon"},
		{Duration: "-1h"},
		{Duration: "1ms"},
		{Start: "+x", Duration: "1h"},
		{Start: "tomorrow", Duration: "1h"},
		{End: "tomorrow"},
		{End: "2026-01-01T00:00:00Z"},
		{Start: "2027-01-02T00:00:00Z", End: "2027-01-01T00:00:00Z"},
	} {
		if _, _, err := d.times(now); err == nil {
			t.Errorf("%+v was taken", d)
		}
	}
}

func file(t *testing.T, name, text string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestADescriptionMeansTheSameInEveryLanguage(t *testing.T) {
	want := description{
		Title: "t", Questions: []question{{Title: "q", Choices: []string{"a", "b"}}}, Duration: "1h",
		MaxCensusSize: 7, DynamicCensus: true,
	}
	for name, text := range map[string]string{
		"d.yaml": "title: t\nquestions: [{title: q, choices: [a, b]}]\nduration: 1h\nmax_census_size: 7\ndynamic_census: true\n",
		"d.json": `{"title":"t","questions":[{"title":"q","choices":["a","b"]}],"duration":"1h","max_census_size":7,"dynamic_census":true}`,
		"d.toml": "title = 't'\nduration = '1h'\nmax_census_size = 7\ndynamic_census = true\n[[questions]]\ntitle = 'q'\nchoices = ['a', 'b']\n",
	} {
		got, err := readDescription(file(t, name, text), nil)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
	}
	got, err := readDescription("-", strings.NewReader("title: t"))
	if err != nil || got.Title != "t" {
		t.Errorf("standard input: got %+v, %v", got, err)
	}
	for name, text := range map[string]string{
		"d.yaml": "titel: t", "d.json": `{"titel":"t"}`, "d.toml": "titel = 't'", "d.txt": "title: t",
	} {
		if _, err := readDescription(file(t, name, text), nil); err == nil {
			t.Errorf("%s was taken", name)
		}
	}
}

func TestAResultIsReadByTheTypeOfTheElection(t *testing.T) {
	matrix := [][]string{{"1", "2", "3"}, {"10", "20", "30"}}
	for kind, want := range map[string][]string{
		"single-choice-multiquestion": {"1", "2", "3"},
		"multiple-choice":             {"11", "22", "33"},
		"approval":                    {"2", "20"},
		"budget-based":                {"1", "10"},
		"quadratic":                   {"1", "10"},
	} {
		var got []string
		for choice := range want {
			s, ok := scoreOf(kind, matrix, 0, choice)
			if !ok {
				t.Errorf("%s: no score of choice %d", kind, choice)
			}
			got = append(got, s)
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, want %v", kind, got, want)
		}
	}
	for _, c := range []struct {
		kind      string
		q, choice int
	}{{"approval", 0, 2}, {"single-choice-multiquestion", 2, 0}, {"multiple-choice", 0, 3}, {"lottery", 0, 0}} {
		if s, ok := scoreOf(c.kind, matrix, c.q, c.choice); ok {
			t.Errorf("%+v has the score %s", c, s)
		}
	}
}

func TestAMemoCannotCommandATerminal(t *testing.T) {
	for memo, want := range map[string]string{
		"": "", "68656c6c6f": "hello", "1b5b324a": `\x1b[2J`, "ff": "ff", "zz": "zz",
	} {
		if got := memoText(memo); got != want {
			t.Errorf("%q: got %q, want %q", memo, got, want)
		}
	}
}
