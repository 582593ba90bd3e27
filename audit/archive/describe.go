package archive

import "encoding/json"

// Description is what the metadata of an election say, as far as clients agree
// on their form. Nothing depends on it but words for people.
type Description struct {
	Title     string     `json:"title"`
	Questions []Question `json:"questions,omitempty"`
}

// Question is one of those that voters were asked.
type Question struct {
	Title   string   `json:"title"`
	Choices []Choice `json:"choices,omitempty"`
}

// Choice is one of the answers, and the value that stands for it.
type Choice struct {
	Title string `json:"title"`
	Value uint32 `json:"value"`
}

// words are a text in several languages, or in one.
type words string

func (w *words) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*w = words(one)
		return nil
	}
	var many map[string]string
	if err := json.Unmarshal(b, &many); err != nil {
		return err
	}
	*w = words(many["default"])
	return nil
}

// describe reads metadata; nil if they are in no form that it knows.
func describe(text []byte) *Description {
	var m struct {
		Title     words `json:"title"`
		Questions []struct {
			Title   words `json:"title"`
			Choices []struct {
				Title words  `json:"title"`
				Value uint32 `json:"value"`
			} `json:"choices"`
		} `json:"questions"`
	}
	if json.Unmarshal(text, &m) != nil {
		return nil
	}
	d := &Description{Title: string(m.Title)}
	for _, q := range m.Questions {
		question := Question{Title: string(q.Title)}
		for _, c := range q.Choices {
			question.Choices = append(question.Choices, Choice{string(c.Title), c.Value})
		}
		d.Questions = append(d.Questions, question)
	}
	return d
}
