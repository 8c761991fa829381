package reply

import (
	"errors"
	"fmt"

	"github.com/dossier-dsr/dossier/core/request"
)

// Format of a letter's JSON form.
const Format = "dossier.reply/v1"

// Kind is which letter.
type Kind string

// The letters. Answer is the one that fits the right and its outcome.
const (
	Answer    Kind = "answer"
	Extending Kind = "extension" // art. 12(3): to be sent inside the first month
	Lifting   Kind = "lifting"   // art. 18(3): before a restriction is lifted
)

// Letter is a letter as values. It holds personal data.
type Letter struct {
	Format   string  `json:"format"`
	Letter   string  `json:"letter"` // A A0 E R L C P N X I S, or Z to a recipient
	Language string  `json:"language"`
	Request  string  `json:"request"`
	Date     string  `json:"date"`
	Final    bool    `json:"final"` // the request is closed
	Title    string  `json:"title"`
	Blocks   []Block `json:"blocks"`
}

// Block is a part of a letter: a heading with what stands under it. All of it may be empty but one.
type Block struct {
	Heading string     `json:"heading,omitempty"`
	Text    []string   `json:"text,omitempty"` // paragraphs
	Items   []string   `json:"items,omitempty"`
	Head    []string   `json:"head,omitempty"` // of the table
	Rows    [][]string `json:"rows,omitempty"`
}

// ErrNotNow is returned where a letter cannot be written of a request as it stands.
var ErrNotNow = errors.New("this letter cannot be written of the request as it stands")

// Compose writes a letter to the person. A letter that must say something it has no facts for is an error, not a letter with a gap.
func Compose(f Facts, kind Kind) (*Letter, error) {
	w, err := wordsIn(f.Language)
	if err != nil {
		return nil, err
	}
	if len(f.Controllers) == 0 || f.Authority.Name == "" {
		return nil, fmt.Errorf("a letter names the controller and the authority: %w", ErrNotNow)
	}
	c := &composer{words: w, f: f, l: &Letter{Format: Format, Language: f.Language, Request: f.Request, Date: f.Today, Final: f.State.Closed()}}
	c.begin()
	switch {
	case kind == Extending:
		err = c.extension()
	case kind == Lifting, kind == Answer && f.Right == request.Lift && !f.State.Closed() && f.Restriction != nil && f.Restriction.Since != "":
		err = c.lifting()
	case f.State == request.Refused || f.Outcome == request.OutcomeRefused || f.Outcome == request.LeftUnexamined || f.Outcome == request.Referred:
		c.refusal()
	case f.State == request.Cancelled:
		c.cancelled()
	case f.Waits == request.ForIdentity || f.Waits == request.ForScope || f.Waits == request.ForClarification || f.Waits == request.ForFee:
		c.asking()
	case f.Outcome == request.NothingHeld:
		c.nothing()
	default:
		c.answer()
	}
	return c.l, err
}

type composer struct {
	words
	f Facts
	l *Letter
}

func (c *composer) name(letter, title string) { c.l.Letter, c.l.Title = letter, c.T("title."+title) }

func (c *composer) add(b Block) {
	if len(b.Text)+len(b.Items)+len(b.Rows) > 0 {
		c.l.Blocks = append(c.l.Blocks, b)
	}
}

func (c *composer) say(heading string, text ...string) {
	var kept []string
	for _, t := range text {
		if t != "" {
			kept = append(kept, t)
		}
	}
	c.add(Block{Heading: heading, Text: kept})
}

// closing ends every letter.
func (c *composer) closing() {
	p := c.f.Controllers[0]
	lines := []string{c.T("contact", first(p.Email, p.Phone, p.Address))}
	if d := c.f.DPO; d != nil {
		lines = append(lines, c.T("dpo", d.Name, first(d.Email, d.Phone, d.Address)))
	}
	c.say("", append(lines, p.Name)...)
}

func first(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}
