package datamap

import (
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/core/datamap/mapfile"
	"github.com/dossier-dsr/dossier/core/datamap/words"
)

// purpose reads one of purposes:.
func (l *loader) purpose(k, v *mapfile.Node) {
	if !v.Is(mapfile.Map) {
		return
	}
	p := &Purpose{Name: k.Value, Label: l.label(v.Get("label")), Explain: l.label(v.Get("explain")), Law: v.Get("law").Text(),
		Bases: v.Get("basis").Texts(), Keep: period(v.Get("keep")), Event: v.Get("event").Text(), Criterion: l.label(v.Get("criterion")),
		Hold: isTrue(v.Get("hold")), Role: v.Get("role").Text(), For: v.Get("for").Text(), Pos: pos(k)}
	l.m.Purposes[k.Value] = p
	if p.Label == nil {
		p.Label = Label{l.first: k.Value}
		if !v.Has("label") {
			l.r.Warn(k, "purpose %s has no label; the subject reads its name", k.Value).Hint("label: { pl: …, en: … }")
		}
	}
	if p.Role == "" {
		p.Role = "controller"
	}
	l.bases(p, k, v)
	l.ends(p, k, v)
	if pr := v.Get("profiling"); pr != nil {
		p.Profiling = &Profiling{Logic: l.label(pr.Get("logic")), Effect: l.label(pr.Get("effect"))}
	}
	l.whose(p, k, v)
	p.Exception = v.Get("exception").Text()
	for _, b := range p.Bases {
		if p.Exception == "" {
			p.Exception = exceptionOf[b]
		}
	}
}

// exceptionOf is the letter of art. 17(3) a basis brings by itself.
var exceptionOf = map[string]string{"art6_1_c": "art17_3_b", "art6_1_e": "art17_3_b", "art9_2_h": "art17_3_c", "art9_2_i": "art17_3_c"}

func (l *loader) bases(p *Purpose, k, v *mapfile.Node) {
	b := v.Get("basis")
	if b == nil {
		return
	}
	if b.Is(mapfile.List) && len(b.Items) == 0 {
		l.r.Error(b, "purpose %s has no basis", p.Name).Hint("basis: art6_1_a … art6_1_f, for special categories an art9_2_… beside it")
	}
	six := slices.ContainsFunc(p.Bases, func(s string) bool { return strings.HasPrefix(s, "art6_") })
	if !six && len(p.Bases) > 0 && len(p.Bases) == len(b.OneOrMany()) {
		l.r.Error(b, "art. 9(2) lifts a prohibition and is no basis by itself").Hint("basis: [art6_1_…, %s]", p.Bases[0])
	}
}

// ends checks that something ends the purpose.
func (l *loader) ends(p *Purpose, k, v *mapfile.Node) {
	said := 0
	for _, w := range []string{"keep", "event", "criterion"} {
		if v.Has(w) {
			said++
		}
	}
	switch {
	case said > 1 && v.Has("keep") && v.Has("event"):
		l.r.Error(v.KeyNode("event"), "purpose %s ends by a period and by an event", p.Name).Hint("keep one of keep: and event:")
	case said == 0 && len(p.Bases) > 0 && !p.Consent():
		l.r.Error(k, "purpose %s says no period", p.Name).Hint("only consent ends by itself; add keep: …")
	}
}

// whose ties the purpose to its controller.
func (l *loader) whose(p *Purpose, k, v *mapfile.Node) {
	if len(l.m.Controllers) > 0 {
		p.Controller = l.m.Controllers[0]
	}
	if c := v.Get("controller"); c != nil {
		var ids []string
		var found *Controller
		for _, x := range l.m.Controllers {
			if x.ID == c.Text() {
				found = x
			}
			ids = append(ids, x.ID)
		}
		switch {
		case found != nil:
			p.Controller = found
		case l.declared("controller", c.Text()):
		case len(ids) == 1 && ids[0] == "":
			l.r.Error(c, "the map has one controller, without a short name").Hint("leave controller: out, or name several: controller: { %s: { name: … } }", c.Text())
		default:
			l.r.Error(c, "no controller %s", c.Text()).Hint("%s", maybe(c.Text(), ids, "there are %s", commas(ids)))
		}
	} else if l.multiple && !v.Has("controller") {
		l.r.Error(k, "the map has several controllers, and nothing says whose purpose %s is", p.Name).Hint("controller: …")
	}
	if p.Role != "controller" && !v.Has("for") {
		how := map[string]string{"processor": "is held as processor, and nothing says for whom", "joint": "is held jointly, and nothing says with whom"}[p.Role]
		l.r.Error(v.KeyNode("role"), "purpose %s %s", p.Name, how).Hint("for: NAME")
	}
}

// recipient reads one of recipients:.
func (l *loader) recipient(k, v *mapfile.Node) {
	if !v.Is(mapfile.Map) {
		return
	}
	x := &Recipient{Name: k.Value, Title: v.Get("name").Text(), Category: l.label(v.Get("category")), Role: v.Get("role").Text(),
		Safeguard: v.Get("safeguard").Text(), Reference: v.Get("reference").Text(), NotOne: v.Get("not_a_recipient").Text(), Pos: pos(k)}
	if x.Role == "" {
		x.Role = "controller"
	}
	l.m.Recipients[k.Value] = x
	l.transfer(x, v)
	ways := 0
	for _, w := range []string{"notify", "exempt", "not_a_recipient"} {
		if v.Has(w) {
			ways++
		}
	}
	if ways == 0 {
		l.r.Error(k, "nothing says how %s is told", k.Value).Hint("notify: { email: … }, exempt: { letter: …, evidence: … } or not_a_recipient: art4_9")
	}
	if ways > 1 {
		l.r.Error(k, "%s is told, exempt or no recipient: one of the three", k.Value).Hint("keep one of notify, exempt, not_a_recipient")
	}
	l.notify(x, v.Get("notify"))
	if e := v.Get("exempt"); e != nil {
		x.Exempt = l.exempt(x, e)
	}
}

func (l *loader) transfer(x *Recipient, v *mapfile.Node) {
	if c := v.Get("country"); c != nil && !InEEA(c.Text()) {
		x.Country = c.Text()
		if !v.Has("safeguard") {
			l.r.Error(c, "%s is outside the EEA (%s) and no safeguard is named", x.Name, x.Country).
				Hint("safeguard: adequacy (art. 45), scc, bcr … (46), derogation (49)")
		}
	}
	if ref := v.Get("reference"); ref != nil && words.VoidGround(ref.Text()) {
		l.r.Error(ref, "the Privacy Shield is void since 2020 (C-311/18), so nothing may rest on it").Hint("the decision or clauses in force")
	}
}

func (l *loader) notify(x *Recipient, n *mapfile.Node) {
	if n == nil {
		return
	}
	x.Notify = Notify{Email: n.Get("email").Text(), Webhook: n.Get("webhook").Text(), Secret: n.Get("secret").Text(), Task: n.Get("task").Text()}
	ways := 0
	for _, w := range []string{"email", "webhook", "task"} {
		if n.Has(w) {
			ways++
		}
	}
	switch {
	case ways == 0:
		l.r.Error(n, "nothing says how %s is told", x.Name).Hint("email: …, webhook: … or task: …")
	case ways > 1:
		l.r.Error(n, "%s is told in one way", x.Name).Hint("keep one of email, webhook, task")
	}
	if w := n.Get("webhook"); w != nil {
		if !strings.HasPrefix(w.Text(), "https://") && !variable.MatchString(w.Text()) {
			l.r.Error(w, "the webhook of %s is not https", x.Name).Hint("https://…")
		}
		if credentials(w.Text()) {
			w.Hide()
			l.r.Error(w, "webhook is written out with a password; a secret has no place in the map").Hint("webhook: ${%s_WEBHOOK}", strings.ToUpper(x.Name))
		}
		if !n.Has("secret") {
			l.r.Error(w, "nothing signs what is sent to %s", x.Name).Hint("secret: ${%s_WEBHOOK_SECRET}", strings.ToUpper(x.Name))
		}
	}
	if s := n.Get("secret"); s != nil && !OnlyVariables(s.Text()) {
		l.r.Error(s, "secret is written out; a secret has no place in the map").Hint("secret: ${%s_WEBHOOK_SECRET}", strings.ToUpper(x.Name))
	}
}

func (l *loader) exempt(x *Recipient, n *mapfile.Node) *Exempt {
	e := &Exempt{Letter: n.Get("letter").Text(), Limb: n.Get("limb").Text(), Evidence: n.Get("evidence").Text(), Because: l.label(n.Get("because")), DecidedBy: n.Get("decided_by").Text()}
	if e.Limb == "" {
		e.Limb = "impossible"
		if e.Letter == "a" {
			e.Limb = "disproportionate"
		}
	}
	if e.Letter == "a" && x.Role == "processor" {
		l.r.Error(n.Get("letter"), "%s is a processor and holds a copy, so exemption a never serves", x.Name).
			Hint("a processor is instructed (art. 28(3)): notify: …")
	}
	return e
}
