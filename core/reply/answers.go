package reply

import (
	"strings"

	"github.com/dossier-dsr/dossier/core/request"
)

// answer writes the letter of the right.
func (c *composer) answer() {
	switch c.f.Right {
	case request.Portability:
		c.portability()
	case request.Erasure:
		c.erasure()
	case request.Rectification:
		c.rectification()
	case request.Restriction:
		c.restriction()
	case request.Lift:
		c.lifted()
	case request.Objection, request.Withdrawal:
		c.stopped()
	default:
		c.access()
	}
}

func (c *composer) access() {
	c.name("A", "access")
	if len(c.f.Found) > 0 {
		c.say("", c.T("access.confirm", c.Day(c.f.AsOf)))
	}
	c.copy()
	c.searched()
	c.say(c.T("h.information"), c.T("access.information"))
	c.leftOut()
	c.say(c.T("h.rights"), c.T("access.rights"))
	c.trace()
	c.complaint()
	c.closing()
}

// copy says how to get at the copy.
func (c *composer) copy() {
	var text []string
	switch a := c.f.Archive; {
	case a == nil:
		text = append(text, c.T("copy.later", c.Day(c.f.DueOn)))
	case a.Ended:
		text = append(text, c.T("copy.ended"))
	default:
		text = append(text, c.T("copy.ready", c.Day(a.Until)), c.T("copy.begin"))
	}
	free := ""
	if !c.f.Fee {
		free = c.T("copy.free")
	}
	c.say(c.T("h.copy"), append(text, joined(" ", free, c.T("copy.safe")))...)
}

// leftOut is what a copy does not hold.
func (c *composer) leftOut() bool {
	b := Block{Heading: c.T("h.left_out"), Head: []string{c.T("col.what"), c.T("col.reason"), c.T("col.law")}}
	for _, l := range c.f.LeftOut {
		law := ""
		switch l.Code {
		case "third_person", "needs_review":
			law = c.Provision(map[request.Right]string{request.Portability: "art20_4"}[c.f.Right])
			if law == "" {
				law = c.Provision("art15_4")
			}
		case "not_portable":
			law = c.Provision("art20_1")
		case "processor":
			law = c.Provision("art28")
		}
		b.Rows = append(b.Rows, []string{l.What, joined(": ", c.T("why."+l.Code), l.Who), law})
	}
	if len(b.Rows) == 0 {
		b.Text = []string{c.T("left_out.none")}
	}
	c.add(b)
	return len(b.Rows) > 0
}

// nothing is the letter that nothing is held but the request and its record.
func (c *composer) nothing() {
	c.name("A0", string(c.f.Right))
	c.searched()
	c.say("", c.T("nothing"), c.T("nothing.again"))
	c.trace()
	c.complaint()
	c.closing()
}

func (c *composer) portability() {
	c.name("P", "portability")
	if c.f.Transfer != "" {
		c.say("", c.T("portability.transfer", c.f.Transfer))
	}
	c.copy()
	c.say(c.T("h.scope"), c.T("portability.scope"))
	out := c.leftOut()
	c.say("", c.T("portability.stays"), c.T("portability.safe"))
	c.waiting()
	c.trace()
	if out {
		c.complaint()
	}
	c.closing()
}

func (c *composer) erasure() {
	c.name("E", "erasure")
	switch {
	case !c.l.Final:
	case len(c.f.Kept) > 0 || len(c.f.NotYet) > 0:
		c.say("", c.T("erasure.partly"))
	default:
		c.say("", c.T("erasure.whole"))
	}
	c.searched()
	if c.done(c.T("h.erased"), Deleted, Anonymised) {
		c.say("", c.T("erasure.final"))
	}
	kept := c.kept(c.T("h.kept"))
	if kept {
		text := []string{c.T("kept.only")}
		if c.f.WillErase {
			text = append(text, c.T("kept.then"))
		}
		c.say("", text...)
	}
	switch erased := c.has(Deleted, Anonymised); {
	case erased && c.f.Backups != "":
		c.say(c.T("h.backups"), c.T("backups", c.Day(c.f.Backups)))
	case erased:
		c.say(c.T("h.backups"), c.T("backups.none"))
	}
	c.recipients()
	c.trace()
	if kept || len(c.f.NotYet) > 0 {
		c.complaint()
	}
	c.closing()
}

func (c *composer) rectification() {
	c.name("C", "rectification")
	b := Block{Heading: c.T("h.corrected"), Head: []string{c.T("col.what"), c.T("col.was"), c.T("col.is")}}
	for _, x := range c.f.Corrections {
		b.Rows = append(b.Rows, []string{x.Category, x.From, x.To})
	}
	if some := c.has(Corrected, Supplemented); some {
		c.add(b)
		c.done(c.T("h.where"), Corrected, Supplemented)
	}
	if c.f.Statement != "" && c.has(Supplemented) {
		c.say(c.T("h.completed"), c.T("completed", c.f.Statement))
	}
	c.waiting()
	kept := c.kept(c.T("h.unchanged"))
	if kept {
		c.say("", c.T("unchanged.restrict"))
	}
	if c.f.Backups != "" {
		c.say("", c.T("corrected.backups", c.Day(c.f.Backups)))
	}
	c.recipients()
	c.trace()
	if kept {
		c.complaint()
	}
	c.closing()
}

func (c *composer) has(how ...How) bool {
	for _, d := range c.f.Done {
		for _, h := range how {
			if d.How == h {
				return true
			}
		}
	}
	return false
}

func (c *composer) restriction() {
	c.name("R", "restriction")
	c.waiting()
	if r := c.f.Restriction; r != nil && r.Since != "" {
		c.say("", c.T("restricted", c.Day(r.Since), strings.Join(r.What, ", ")))
		c.say("", c.T("restricted.ground", c.Provision(r.Ground), c.T("ground."+r.Ground)))
		c.add(Block{Heading: c.T("h.means"), Text: []string{c.T("restricted.means")}, Items: []string{c.T("use.consent"), c.T("use.claims"), c.T("use.others"), c.T("use.public")}})
		how := c.T("restricted.open")
		if r.ReviewBy != "" {
			how = c.T("restricted.review", c.Day(r.ReviewBy))
		}
		c.say(c.T("h.how_long"), how+" "+c.T("restricted.told"))
	}
	kept := c.kept(c.T("h.not_restricted"))
	c.recipients()
	c.trace()
	if kept {
		c.complaint()
	}
	c.closing()
}

func (c *composer) lifted() {
	c.name("L", "lifted")
	c.waiting()
	if c.l.Final {
		c.say("", c.T("lifted"))
	}
	c.done(c.T("h.where"), Freed)
	c.recipients()
	c.trace()
	c.complaint()
	c.closing()
}

func (c *composer) stopped() {
	c.name("S", string(c.f.Right))
	c.waiting()
	day := c.Day(first(c.f.AsOf, c.f.Today))
	if c.f.Marketing {
		c.say("", c.T("stopped.marketing", day))
	}
	if len(c.f.Purposes) > 0 && c.l.Final {
		text := c.T("stopped."+string(c.f.Right), day, strings.Join(c.f.Purposes, ", "))
		if c.f.Right == request.Withdrawal && c.f.ProofUntil != "" {
			text += " " + c.T("stopped.proof", c.Day(c.f.ProofUntil))
		}
		c.say("", text)
	}
	c.done(c.T("h.erased"), Deleted, Anonymised)
	kept := c.kept(c.T("h.still"))
	if len(c.f.Done) > 0 {
		c.recipients()
	}
	c.trace()
	if kept {
		c.complaint()
	}
	c.closing()
}
