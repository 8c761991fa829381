package reply

import (
	"fmt"
	"strings"

	"github.com/dossier-dsr/dossier/core/request"
)

// refusal is the letter that a request is not granted, left unexamined or another's to answer (art. 12(4)).
func (c *composer) refusal() {
	c.name("N", "refused")
	code := ""
	if c.f.Refusal != nil {
		code = c.f.Refusal.Code
	}
	switch c.f.Outcome {
	case request.Referred:
		code = "referred"
	case request.LeftUnexamined:
		code = "left_unexamined"
	}
	why, law := c.T("refusal."+code), c.Provision(refusalLaw[code])
	if why == "" {
		why, law = c.T("refusal.other"), c.Provision("art12_4")
	}
	c.say("", c.T("refused", c.T("right."+string(c.f.Right)), c.Provision(article[c.f.Right])))
	if law != "" {
		law = c.T("refused.law", law)
	}
	c.say("", c.T("refused.why", why), law)
	if r := c.f.Restriction; r != nil && r.Of != "" && r.Since != "" {
		c.say("", c.T("refused.ceases", c.Day(r.Since)))
	}
	c.kept(c.T("h.kept"))
	c.trace()
	c.complaint()
	c.closing()
}

// refusalLaw is where the GDPR carries a reason.
var refusalLaw = map[string]string{"manifestly_unfounded": "art12_5", "excessive": "art12_5", "repeated": "art12_5", "identity": "art12_6", "left_unexamined": "art12_6", "unclear": "art12_2",
	"fee_unpaid": "art12_5", "secret": "art15_4", "referred": "art28_3", "deceased": "", "no_ground": "art17_1", "legal_obligation": "art17_3_b", "claims": "art17_3_e", "overriding_grounds": "art21_1"}

// article of each right.
var article = map[request.Right]string{request.Access: "art15", request.Portability: "art20", request.Rectification: "art16", request.Erasure: "art17", request.Restriction: "art18",
	request.Lift: "art18_3", request.Objection: "art21", request.Withdrawal: "art7_3"}

// cancelled says that the request was withdrawn.
func (c *composer) cancelled() {
	c.name("N", "cancelled")
	c.say("", c.T("cancelled"))
	c.trace()
	c.closing()
}

// asking is the letter that asks for what is missing (art. 12(6), 12(2)).
func (c *composer) asking() {
	c.name("I", "asking")
	c.say("", c.T("asking."+string(c.f.Waits)))
	c.say("", c.T("asking.until"))
	c.closing()
}

// extension is the notice that an answer takes longer, with its reasons; also when the letter is long.
func (c *composer) extension() error {
	x := c.f.Extension
	if x == nil || x.To == "" || c.l.Final {
		return fmt.Errorf("an extension of a request that is open: %w", ErrNotNow)
	}
	why := c.T("extension." + x.Reason)
	if why == "" { // an entry of the register that names none: a letter invents nothing
		return fmt.Errorf("the extension was noted without its reason; note it again with one: %w", ErrNotNow)
	}
	c.name("X", "extension")
	c.say("", c.T("extension", c.Day(x.To), c.Day(x.From)), c.T("extension.why", why))
	c.done(c.T("h.already"), Deleted, Anonymised, Corrected, Supplemented, Limited, Freed)
	if len(c.f.NotYet) > 0 {
		c.say("", c.T("extension.waits", strings.Join(c.f.NotYet, ", ")))
	}
	c.complaint()
	c.closing()
	return nil
}

// lifting is the notice before a restriction is lifted (art. 18(3)).
func (c *composer) lifting() error {
	r := c.f.Restriction
	if r == nil || r.Since == "" || r.LiftOn == "" {
		return fmt.Errorf("a notice of lifting of a restriction that stands: %w", ErrNotNow)
	}
	c.name("L", "lifting")
	c.say("", c.T("lifting", c.Day(r.LiftOn), c.Day(r.Since), first(r.Of, c.f.Request)))
	c.say("", c.T("lifting.data", strings.Join(r.What, ", ")), c.T("lifting.why", c.T("lifting."+first(r.Ground, "any"))), c.T("lifting.then"), c.T("lifting.object"))
	if c.f.Recipients.Told+c.f.Recipients.UnderWay > 0 {
		c.say("", c.T("lifting.recipients"))
	}
	c.complaint()
	c.closing()
	return nil
}

// Notice is what a recipient is told (art. 19), and nothing more.
type Notice struct {
	Language   string
	Today      string
	Request    string
	Controller Party
	Recipient  string
	Processor  bool
	Reference  string // what the recipient calls the person; personal
	Event      string // rectification completion erasure restriction lifting
	On         string
	Categories []string // labels
	Values     []string // rectification: what is right now; personal
	ConfirmBy  string   // processor
}

// ToRecipient writes the notice of art. 19; a processor is instructed to do the same with what it holds (art. 28(3)).
func ToRecipient(n Notice) (*Letter, error) {
	w, err := wordsIn(n.Language)
	if err != nil {
		return nil, err
	}
	done := w.T("notice." + n.Event)
	if done == "" {
		return nil, fmt.Errorf("no recipient is told of %q: %w", n.Event, ErrNotNow)
	}
	c := &composer{words: w, l: &Letter{Format: Format, Letter: "Z", Language: n.Language, Request: n.Request, Date: n.Today, Final: true, Title: w.T("title.notice")}}
	c.say("", joined(", ", n.Controller.Name, n.Controller.Address), w.Day(n.Today), w.T("case", n.Request), n.Recipient)
	reference := n.Reference
	if reference == "" {
		reference = w.T("notice.reference.separately")
	}
	c.say("", w.T("notice.whose", reference), w.T("notice.data", strings.Join(n.Categories, ", ")), w.T("notice.what", w.Day(n.On), done))
	for _, v := range n.Values {
		c.say("", v)
	}
	if n.Processor {
		c.say("", w.T("notice.processor", w.Day(n.ConfirmBy)))
	} else {
		c.say("", w.T("notice.please"))
	}
	c.say("", w.T("contact", first(n.Controller.Email, n.Controller.Phone, n.Controller.Address)), n.Controller.Name)
	return c.l, nil
}
