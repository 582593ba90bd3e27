package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/BurntSushi/toml"
	"go.yaml.in/yaml/v3"

	"urna/ballot"
	"urna/client"
)

// description is an election as an organiser writes it down, in YAML, JSON or
// TOML. Flags of `urna election new` override its fields.
type description struct {
	// What voters read.
	Title       string     `yaml:"title" json:"title" toml:"title"`
	Description string     `yaml:"description" json:"description" toml:"description"`
	Header      string     `yaml:"header" json:"header" toml:"header"` // URL of an image
	Stream      string     `yaml:"stream" json:"stream" toml:"stream"` // URL of a video
	Questions   []question `yaml:"questions" json:"questions" toml:"questions"`

	// How they vote: single-choice (default), multiple-choice, approval,
	// budget or quadratic; all but the first have one question.
	Type             string `yaml:"type" json:"type" toml:"type"`
	MaxChoices       uint32 `yaml:"max_choices" json:"max_choices" toml:"max_choices"` // multiple-choice: how many
	Budget           uint32 `yaml:"budget" json:"budget" toml:"budget"`                // budget, quadratic: credits to spend
	BudgetFromWeight bool   `yaml:"budget_from_weight" json:"budget_from_weight" toml:"budget_from_weight"`
	Overwrites       uint32 `yaml:"overwrites" json:"overwrites" toml:"overwrites"` // how often a vote may be replaced

	// Who votes: a published census, a file of members to publish now, or whoever
	// an issuer lets in; then census_uri is where the issuer is.
	Census        string `yaml:"census" json:"census" toml:"census"`             // root
	CensusURI     string `yaml:"census_uri" json:"census_uri" toml:"census_uri"` // if it was published elsewhere
	Members       string `yaml:"members" json:"members" toml:"members"`          // CSV or JSON file
	Issuer        string `yaml:"issuer" json:"issuer" toml:"issuer"`             // file of urna-issuer new
	Weighted      bool   `yaml:"weighted" json:"weighted" toml:"weighted"`       // the file's weights count
	MaxCensusSize uint64 `yaml:"max_census_size" json:"max_census_size" toml:"max_census_size"`

	// When: start is RFC 3339 or "+10m" from now, empty for at once; end is
	// RFC 3339, or duration is a length such as 48h.
	Start    string `yaml:"start" json:"start" toml:"start"`
	End      string `yaml:"end" json:"end" toml:"end"`
	Duration string `yaml:"duration" json:"duration" toml:"duration"`

	// What the organiser may still change.
	Uninterruptible bool `yaml:"uninterruptible" json:"uninterruptible" toml:"uninterruptible"`
	DynamicCensus   bool `yaml:"dynamic_census" json:"dynamic_census" toml:"dynamic_census"`
	Paused          bool `yaml:"paused" json:"paused" toml:"paused"` // created paused
}

type question struct {
	Title       string   `yaml:"title" json:"title" toml:"title"`
	Description string   `yaml:"description" json:"description" toml:"description"`
	Choices     []string `yaml:"choices" json:"choices" toml:"choices"`
}

// The ways of voting and their names in metadata.
var electionTypes = map[string]string{
	"single-choice":   "single-choice-multiquestion",
	"multiple-choice": "multiple-choice",
	"approval":        "approval",
	"budget":          "budget-based",
	"quadratic":       "quadratic",
}

// readDescription reads a file by its extension; words that mean nothing are
// errors. "-" is YAML or JSON on standard input.
func readDescription(path string, in io.Reader) (description, error) {
	var d description
	var b []byte
	var err error
	if path == "-" {
		b, err = io.ReadAll(io.LimitReader(in, 1<<20))
	} else {
		b, err = os.ReadFile(path)
	}
	if err != nil {
		return d, err
	}
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".toml":
		err = decodeTOML(b, &d)
	case ".json":
		dec := json.NewDecoder(bytes.NewReader(b))
		dec.DisallowUnknownFields()
		err = dec.Decode(&d)
	case ".yaml", ".yml", "":
		dec := yaml.NewDecoder(bytes.NewReader(b))
		dec.KnownFields(true)
		err = dec.Decode(&d)
	default:
		err = fmt.Errorf("a description is a .yaml, .json or .toml file, not %s", ext)
	}
	if err != nil {
		return d, fmt.Errorf("%s: %w", path, err)
	}
	return d, nil
}

func decodeTOML(b []byte, d *description) error {
	m, err := toml.NewDecoder(bytes.NewReader(b)).Decode(d)
	if err != nil {
		return err
	}
	if unknown := m.Undecoded(); len(unknown) > 0 {
		return fmt.Errorf("unknown field %s", unknown[0])
	}
	return nil
}

// one tells whether just one of them is so.
func one(all ...bool) bool {
	n := 0
	for _, is := range all {
		if is {
			n++
		}
	}
	return n == 1
}

// check tells what is missing or contradicts itself, before anything is sent.
func (d *description) check() error {
	if d.Type == "" {
		d.Type = "single-choice"
	}
	switch {
	case electionTypes[d.Type] == "":
		return fmt.Errorf("type %q is none of single-choice, multiple-choice, approval, budget, quadratic", d.Type)
	case d.Title == "":
		return errors.New("an election needs a title")
	case len(d.Questions) == 0:
		return errors.New("an election needs a question")
	case len(d.Questions) > 1 && d.Type != "single-choice":
		return fmt.Errorf("an election of type %s has one question, not %d", d.Type, len(d.Questions))
	case !one(d.Census != "", d.Members != "", d.Issuer != ""):
		return errors.New("an election needs a census, a file of members or an issuer, and not two of them")
	case d.Issuer != "" && d.CensusURI == "":
		return errors.New("an election with an issuer needs a census URI: where the issuer is, such as https://host/v1")
	case (d.End == "") == (d.Duration == ""):
		return errors.New("an election needs an end or a duration, and not both")
	case d.MaxChoices != 0 && d.Type != "multiple-choice":
		return fmt.Errorf("max_choices says nothing about an election of type %s", d.Type)
	case (d.Budget != 0 || d.BudgetFromWeight) && d.Type != "budget" && d.Type != "quadratic":
		return fmt.Errorf("a budget says nothing about an election of type %s", d.Type)
	case (d.Type == "budget" || d.Type == "quadratic") && (d.Budget != 0) == d.BudgetFromWeight:
		return fmt.Errorf("an election of type %s needs a budget, or budget_from_weight, and not both", d.Type)
	case d.Weighted && d.Members == "":
		return errors.New("weighted says that the weights of a members file count; a published census has its weights")
	}
	for i, q := range d.Questions {
		if q.Title == "" || len(q.Choices) == 0 {
			return fmt.Errorf("question %d needs a title and choices", i+1)
		}
	}
	return nil
}

// rules are the ballot rules of the type.
func (d *description) rules() ballot.Rules {
	choices := uint32(0)
	for _, q := range d.Questions {
		choices = max(choices, uint32(len(q.Choices)))
	}
	r := ballot.Rules{MaxOverwrites: d.Overwrites, CostExponent: 1}
	switch d.Type {
	case "single-choice":
		r.MaxCount, r.MaxValue = uint32(len(d.Questions)), max(choices-1, 1)
	case "multiple-choice":
		r.MaxCount, r.MaxValue, r.UniqueValues = d.MaxChoices, max(choices-1, 1), true
		if r.MaxCount == 0 {
			r.MaxCount = choices
		}
	case "approval":
		r.MaxCount, r.MaxValue = choices, 1
	case "budget", "quadratic":
		r.MaxCount, r.MaxTotalCost, r.CostFromWeight = choices, d.Budget, d.BudgetFromWeight
		if d.Type == "quadratic" {
			r.CostExponent = 2
		}
	}
	return r
}

// times returns the start, 0 for at once, and the duration in seconds.
func (d *description) times(now time.Time) (start, duration uint64, err error) {
	begin := now
	if after, relative := strings.CutPrefix(d.Start, "+"); relative {
		wait, err := time.ParseDuration(after)
		if err != nil {
			return 0, 0, fmt.Errorf("start %q: %w", d.Start, err)
		}
		begin = now.Add(wait)
	} else if d.Start != "" {
		if begin, err = time.Parse(time.RFC3339, d.Start); err != nil {
			return 0, 0, fmt.Errorf("start %q is neither RFC 3339 nor a wait such as +10m", d.Start)
		}
	}
	length, err := d.length(begin)
	if err != nil {
		return 0, 0, err
	}
	if length < time.Second {
		return 0, 0, errors.New("the election would end before it starts")
	}
	if d.Start != "" {
		start = uint64(max(begin.Unix(), 1))
	}
	return start, uint64(length / time.Second), nil
}

func (d *description) length(begin time.Time) (time.Duration, error) {
	if d.Duration != "" {
		length, err := time.ParseDuration(d.Duration)
		if err != nil {
			return 0, fmt.Errorf("duration %q: %w", d.Duration, err)
		}
		return length, nil
	}
	end, err := time.Parse(time.RFC3339, d.End)
	if err != nil {
		return 0, fmt.Errorf("end %q is not RFC 3339", d.End)
	}
	return end.Sub(begin), nil
}

// metadata is the document that voters' programs show.
func (d *description) metadata() client.ElectionMetadata {
	m := client.ElectionMetadata{
		Version: "1.2", Title: client.Plain(d.Title), Description: client.Plain(d.Description),
		Media: map[string]string{}, Meta: map[string]any{},
		Type: client.ElectionType{Name: electionTypes[d.Type], Properties: d.properties()},
	}
	if d.Header != "" {
		m.Media["header"] = d.Header
	}
	if d.Stream != "" {
		m.Media["streamUri"] = d.Stream
	}
	for _, q := range d.Questions {
		out := client.Question{Title: client.Plain(q.Title), Description: client.Plain(q.Description)}
		for i, c := range q.Choices {
			out.Choices = append(out.Choices, client.Choice{Title: client.Plain(c), Value: uint32(i)})
		}
		m.Questions = append(m.Questions, out)
	}
	return m
}

// properties are what programs need besides the type to read a result.
func (d *description) properties() map[string]any {
	switch d.Type {
	case "multiple-choice":
		return map[string]any{"canAbstain": false, "abstainValues": []string{}, "repeatChoice": false}
	case "approval":
		return map[string]any{"rejectValue": 0, "acceptValue": 1}
	case "budget":
		return map[string]any{
			"useCensusWeightAsBudget": d.BudgetFromWeight, "maxBudget": d.Budget, "forceFullBudget": false, "minStep": 1,
		}
	case "quadratic":
		return map[string]any{
			"useCensusWeightAsBudget": d.BudgetFromWeight, "maxBudget": d.Budget, "forceFullBudget": false, "minStep": 1,
			"quadraticCost": 2,
		}
	}
	return map[string]any{}
}
