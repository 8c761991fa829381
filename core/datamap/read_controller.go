package datamap

import (
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // year ends do not depend on what the machine has installed

	"github.com/dossier-dsr/dossier/core/datamap/mapfile"
	"github.com/dossier-dsr/dossier/core/datamap/words"
)

// controller reads controller.yaml.
func (l *loader) controller() {
	n := l.controllerFile
	l.languages(n)
	l.authority(n)
	l.controllers(n)
	l.categories(n.Get("categories"))
	l.identifiers(n.Get("identifiers"))
	n.Get("sources").Each(func(k, v *mapfile.Node) {
		s := &Source{Name: k.Value, Label: l.label(v.Get("label")), Public: isTrue(v.Get("public"))}
		if s.Label == nil {
			s.Label = Label{l.first: k.Value}
			if !v.Has("label") {
				l.r.Warn(k, "source %s has no label; the subject reads its name", k.Value).Hint("label: { pl: …, en: … }")
			}
		}
		l.m.Sources[k.Value] = s
	})
	n.Get("purposes").Each(l.purpose)
	n.Get("recipients").Each(l.recipient)
	for _, right := range words.Rights {
		l.m.Approval[right] = "nobody"
	}
	for _, right := range []string{"erasure", "rectification", "restriction", "objection"} {
		l.m.Approval[right] = "anybody"
	}
	n.Get("approval").Each(func(k, v *mapfile.Node) { l.m.Approval[k.Value] = v.Text() })
	l.m.DueApproval = n.Get("due_approval").Text()
	if l.m.DueApproval == "" {
		l.m.DueApproval = "nobody"
	}
	l.m.LiftNotice = Period{N: 7, Unit: Days}
	if p := period(n.Get("lift_notice")); p != nil {
		l.m.LiftNotice = *p
	}
	l.kept(n)
}

func (l *loader) languages(n *mapfile.Node) {
	known := []string{"pl", "en"}
	for _, x := range n.Get("languages").OneOrMany() {
		switch {
		case !slices.Contains(known, x.Value):
			l.r.Error(x, "no texts in %s", x.Value).Hint("there are letters in pl and en")
		case slices.Contains(l.m.Languages, x.Value):
			l.r.Error(x, "%s stands twice", x.Value)
		default:
			l.m.Languages = append(l.m.Languages, x.Value)
		}
	}
	if len(l.m.Languages) == 0 {
		l.m.Languages = []string{"pl"}
	}
	l.first = l.m.Languages[0]
}

func (l *loader) authority(n *mapfile.Node) {
	l.m.Country = "PL"
	a := n.Get("authority")
	switch {
	case a.Is(mapfile.Map):
		l.m.Authority = Authority{Name: l.label(a.Get("name")), Address: l.label(a.Get("address")), Site: l.label(a.Get("site")), CheckedOn: a.Get("checked_on").Text()}
		if on := a.Get("checked_on"); on != nil {
			if _, err := time.Parse(time.DateOnly, on.Text()); err != nil {
				l.r.Error(on, "%q is no day", on.Text()).Hint("write it as 2006-01-02")
			}
		}
	case a.Is(mapfile.Text):
		built, ok := SupervisoryAuthority(a.Value)
		if !ok {
			l.r.Error(a, "no built-in authority for %s; write name and address", a.Value).Hint("authority: { name: …, address: … }, and country: %s", a.Value)
		} else {
			l.m.Country = a.Value
		}
		l.m.Authority = built
	default:
		l.m.Authority, _ = SupervisoryAuthority("PL")
	}
	if c := n.Get("country").Text(); c != "" {
		l.m.Country = c
	}
	zone := n.Get("time_zone").Text()
	if zone == "" {
		zone = zones[l.m.Country]
	}
	if zone == "" && !n.Has("time_zone") && !l.r.Failed(nodeFile(n)) {
		l.r.Error(n.KeyNode("authority"), "no time zone is known for %s", l.m.Country).Hint("time_zone: Europe/…")
	}
	l.m.Zone, _ = time.LoadLocation(zone)
	if l.m.Zone == nil {
		l.m.Zone = time.UTC
	}
}

func nodeFile(n *mapfile.Node) *mapfile.File {
	if n == nil {
		return nil
	}
	return n.File
}

func (l *loader) contact(n *mapfile.Node, what string) *Contact {
	if !n.Is(mapfile.Map) {
		return nil
	}
	c := &Contact{Name: n.Get("name").Text(), Address: n.Get("address").Text(), Email: n.Get("email").Text(), Phone: n.Get("phone").Text()}
	if !n.Has("email") && !n.Has("address") {
		l.r.Error(n, "%s has no e-mail or address", what).Hint("email: …, address: …; nothing personal is told by phone")
	}
	if e := n.Get("email"); e != nil && !strings.Contains(strings.Trim(e.Text(), "@"), "@") {
		l.r.Error(e, "%q is no e-mail address", e.Text())
	}
	return c
}

func (l *loader) controllers(n *mapfile.Node) {
	contact := l.contact(n.Get("contact"), "contact")
	dpo := l.contact(n.Get("dpo"), "dpo")
	one := func(id string, name string, c, d *Contact, at *mapfile.Node) {
		x := &Controller{ID: id, Name: name, DPO: d, Pos: pos(at)}
		if c != nil {
			x.Contact = *c
		}
		l.m.Controllers = append(l.m.Controllers, x)
	}
	switch c := n.Get("controller"); {
	case c.Is(mapfile.Text):
		one("", c.Value, contact, dpo, c)
	case c.Is(mapfile.Map):
		l.multiple = len(c.Pairs) > 1
		c.Each(func(k, v *mapfile.Node) {
			own, ownDPO := contact, dpo
			if x := l.contact(v.Get("contact"), "contact of "+k.Value); x != nil {
				own = x
			}
			if x := l.contact(v.Get("dpo"), "dpo of "+k.Value); x != nil {
				ownDPO = x
			}
			one(k.Value, v.Get("name").Text(), own, ownDPO, k)
		})
		if len(c.Pairs) == 0 {
			l.r.Error(c, "nothing says who the controller is").Hint("controller: NAME")
		}
	}
}

// kept reads what the executor itself keeps: tombstones and requests.
func (l *loader) kept(n *mapfile.Node) {
	t := n.Get("tombstone")
	l.m.Tombstone = Tombstone{Reerase: period(t.Get("reerase")), Because: t.Get("because").Text(), Basis: "art6_1_f", Plain: map[string]string{}, RootMarks: t.Get("root_marks").Text() != "false"}
	if p := period(t.Get("proof")); p != nil {
		l.m.Tombstone.Proof = *p
	}
	if b := t.Get("basis").Text(); b != "" {
		l.m.Tombstone.Basis = b
	}
	t.Get("plain").Each(func(k, v *mapfile.Node) { l.m.Tombstone.Plain[k.Value] = v.Text() })
	q := n.Get("requests")
	l.m.Requests.Because = q.Get("because").Text()
	if p := period(q.Get("keep")); p != nil {
		l.m.Requests.Keep = *p
	}
}
