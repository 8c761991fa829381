package reply

import (
	"strings"

	"github.com/dossier-dsr/dossier/core/request"
)

// begin writes the head and the opening: whose request, which, when it came.
func (c *composer) begin() {
	p := c.f.Controllers[0]
	head := []string{joined(", ", p.Name, p.Address), c.Day(c.f.Today), c.T("case", c.f.Request)}
	if c.f.Addressee != "" {
		head = append(head, c.f.Addressee)
	}
	c.say("", head...)
	open := []string{c.T("greeting"), c.T("intro", c.Day(c.f.ReceivedOn), c.T("right."+string(c.f.Right)))}
	if c.f.Capacity != "" && c.f.Capacity != "self" {
		open = append(open, c.T("capacity", c.T("capacity."+c.f.Capacity)))
	}
	if c.f.Forgotten {
		open = append(open, c.T("forgotten"))
	}
	c.say("", append(open, c.T("gdpr"))...)
}

func joined(sep string, list ...string) string {
	var out []string
	for _, s := range list {
		if s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, sep)
}

// searched says where was looked, and by what; of what was not, until when the result comes.
func (c *composer) searched() {
	var text []string
	if len(c.f.Searched) > 0 {
		text = append(text, c.T("searched", strings.Join(c.f.Searched, ", ")))
	}
	if len(c.f.FoundBy) > 0 {
		text = append(text, c.T("found_by", strings.Join(c.f.FoundBy, ", ")))
	}
	if c.f.Right == request.Access && len(c.f.Found) > 0 {
		text = append(text, c.T("found", strings.Join(c.f.Found, ", ")))
	}
	c.say(c.T("h.searched"), text...)
	c.waiting()
}

// waiting says what is not done yet, and until when.
func (c *composer) waiting() {
	if len(c.f.NotYet) > 0 {
		c.say("", c.T("not_yet", strings.Join(c.f.NotYet, ", "), c.Day(c.f.DueOn)))
	} else if !c.l.Final {
		c.say("", c.T("under_way", c.Day(c.f.DueOn)))
	}
}

// done is the table of what was done.
func (c *composer) done(heading string, how ...How) bool {
	b := Block{Heading: heading, Head: []string{c.T("col.what"), c.T("col.place"), c.T("col.how"), c.T("col.on")}}
	for _, d := range c.f.Done {
		for _, h := range how {
			if d.How == h {
				b.Rows = append(b.Rows, []string{d.What, d.Place, c.T("how." + string(d.How)), c.Day(d.On)})
			}
		}
	}
	c.add(b)
	return len(b.Rows) > 0
}

// kept is the table of what was not done, with reason, law and end.
func (c *composer) kept(heading string) bool {
	b := Block{Heading: heading, Head: []string{c.T("col.what"), c.T("col.reason"), c.T("col.law"), c.T("col.until")}}
	for _, k := range c.f.Kept {
		until := k.End
		if k.Until != "" {
			until = c.Day(k.Until)
		}
		if until == "" {
			until = c.T("until.open")
		}
		why := c.T("why." + k.Code)
		why = joined(": ", why, k.Who)
		if k.Purpose != "" && k.Who == "" {
			why = joined(": ", why, k.Purpose)
		}
		why = joined(": ", why, k.Because)
		b.Rows = append(b.Rows, []string{joined(" – ", k.Place, k.What), why, joined("; ", c.Provision(k.Provision), k.Law), until})
	}
	c.add(b)
	return len(b.Rows) > 0
}

// recipients says who was told, and that the list is had for the asking (art. 19).
func (c *composer) recipients() {
	var text []string
	if c.f.Recipients.Told > 0 {
		text = append(text, c.T("recipients.told"))
	}
	if c.f.Recipients.UnderWay > 0 {
		text = append(text, c.T("recipients.under_way"))
	}
	if c.f.Recipients.Exempt > 0 {
		text = append(text, c.T("recipients.exempt"))
	}
	if len(text) == 0 {
		if !c.l.Final { // the list is made when the work begins
			return
		}
		text = append(text, c.T("recipients.none"))
	} else {
		text = append(text, c.T("recipients.list"))
	}
	c.say(c.T("h.recipients"), text...)
}

// trace says what is kept of the request itself: why, on which basis, until when.
func (c *composer) trace() {
	r, t := c.f.Register, c.f.Trace
	what, basis, until := c.T("trace.register"), r.Basis, r.Until
	purpose := c.T("trace.prove")
	if t != nil {
		what, basis, until = c.T("trace.tombstone"), first(t.Basis, r.Basis), max(t.ProofUntil, r.Until)
		if t.Plain {
			what = c.T("trace.plain")
		}
		if t.ReeraseUntil != "" {
			purpose = c.T("trace.prove.again", c.Day(t.ReeraseUntil))
		}
	}
	law := c.T("trace.basis", c.Provision(basis))
	if r.Health {
		law = c.T("trace.basis.health", c.Provision(basis))
	}
	if basis == "art6_1_f" {
		law += c.T("trace.interest")
	}
	rights := c.T("trace.rights")
	if basis == "art6_1_f" {
		rights = c.T("trace.rights.object")
	}
	end := ""
	if until != "" {
		end = c.T("trace.until", c.Day(until))
		if r.Why != "" {
			end += " " + c.T("trace.why", r.Why)
		}
	}
	c.say(c.T("h.trace"), joined(" ", purpose+" "+what, law), joined(" ", end, rights))
}

// complaint is what may be done by who does not agree (art. 12(4), 77, 79).
func (c *composer) complaint() {
	p, a := c.f.Controllers[0], c.f.Authority
	c.add(Block{Heading: c.T("h.complaint"), Items: []string{c.T("complaint.us", joined(", ", p.Email, p.Phone, p.Address)),
		c.T("complaint.authority", joined(", ", a.Name, a.Address, a.Site)), c.T("complaint.court")}})
}
