package engine

import (
	"slices"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/archive"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
)

// teller puts the map's labels where the subject reads them.
type teller struct {
	m    *datamap.Map
	lang string
}

func (t teller) in(l datamap.Label) string { return l.In(t.lang, t.m.Languages...) }

// table is what the subject is told of a collection.
func (t teller) table(c *datamap.Collection, x planner.Export) archive.TableInfo {
	info := archive.TableInfo{System: t.in(c.System.Label), Label: t.in(c.Label)}
	for _, name := range x.Selection.Fields {
		info.Fields = append(info.Fields, t.field(c, name))
	}
	return info
}

func (t teller) field(c *datamap.Collection, name string) archive.Field {
	if name == connectors.DocumentField {
		f := archive.Field{Name: "document", Title: map[string]string{"pl": "Dokument", "en": "Document"}[t.lang], Type: archive.Document, Source: c.System.Portable}
		return t.categorised(f, c.Document)
	}
	f := c.Field(name)
	if f == nil {
		return archive.Field{Name: name, Title: name}
	}
	out := archive.Field{Name: name, Title: t.in(f.Label), Unit: f.Unit, Source: f.Source, Type: archive.Auto}
	if s := t.m.Sources[f.Source]; s != nil {
		out.Source, out.SourceLabel = "", t.in(s.Label)
	}
	for code, label := range f.Codes {
		if out.Codes == nil {
			out.Codes = map[string]string{}
		}
		out.Codes[code] = t.in(label)
	}
	out = t.categorised(out, f.Category)
	if out.Title == "" {
		out.Title = out.CategoryTag
	}
	return out
}

func (t teller) categorised(f archive.Field, c *datamap.Category) archive.Field {
	if c != nil {
		f.Category, f.CategoryTag, f.DPV, f.Special = c.Name, t.in(c.Label), c.DPV, c.Special
	}
	return f
}

// leftOut lists what the package does not hold, by kind, and whose interest it is.
func (t teller) leftOut(exports []planner.Export) []archive.LeftOut {
	var out []archive.LeftOut
	for _, x := range exports {
		sys := systemNamed(t.m, x.System)
		if sys == nil {
			continue
		}
		c := sys.Collection(x.Collection)
		for _, name := range x.Withheld {
			l := archive.LeftOut{What: t.in(c.Label) + ": " + t.field(c, name).Title}
			switch x.Why[name] {
			case plan.ThirdPerson:
				l.Why, l.Law = t.word("another person's data", "dane innej osoby"), "art. 15 ust. 4 RODO"
				if t.lang != "pl" {
					l.Law = "art. 15(4) GDPR"
				}
			case plan.NeedsReview:
				l.Why = t.word("looked at first, because it may name other people; it follows", "najpierw czyta to człowiek, bo może dotyczyć innych osób; przekażemy osobno")
			case plan.NotPortable:
				l.Why = t.word("not given by you, or not held by consent or contract", "nie pochodzi od Pani/Pana albo nie jest przetwarzane na podstawie zgody lub umowy")
			default:
				l.Why = t.word("not asked for", "nie objęte wnioskiem")
			}
			if !slices.ContainsFunc(out, func(o archive.LeftOut) bool { return o.What == l.What }) {
				out = append(out, l)
			}
		}
	}
	return out
}

func (t teller) word(en, pl string) string {
	if t.lang == "pl" {
		return pl
	}
	return en
}

func systemNamed(m *datamap.Map, name string) *datamap.System {
	for _, s := range m.Systems {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// disclosures collects what disclosure logs say while their rows pass by (C-154/21).
type disclosures struct {
	m  *datamap.Map
	by map[string]*archive.Disclosure
}

func (d *disclosures) note(c *datamap.Collection, fields []string, values []any) {
	if c.Discloses == nil {
		return
	}
	to, on := slices.Index(fields, c.Discloses.To), slices.Index(fields, c.Discloses.On)
	if to < 0 || on < 0 {
		return
	}
	name, _ := values[to].(string)
	if name == "" {
		return
	}
	if d.by == nil {
		d.by = map[string]*archive.Disclosure{}
	}
	x := d.by[name]
	if x == nil {
		x = &archive.Disclosure{Recipient: name}
		d.by[name] = x
	}
	at, _, ok := connectors.Date(values[on], d.m.Zone)
	if !ok {
		return
	}
	if x.First.IsZero() || at.Before(x.First) {
		x.First = at
	}
	if at.After(x.Last) {
		x.Last = at
	}
}

func (d *disclosures) list() []archive.Disclosure {
	var names []string
	for n := range d.by {
		names = append(names, n)
	}
	slices.Sort(names)
	var out []archive.Disclosure
	for _, n := range names {
		out = append(out, *d.by[n])
	}
	return out
}

// own is what the executor itself keeps about the person.
func (t teller) own(p *plan.Plan) []archive.Own {
	until := t.m.Requests.Keep.Add(p.AsOf).Format("2006-01-02")
	return []archive.Own{{What: t.word("this request and the record of it", "ten wniosek i wpis w rejestrze wniosków"), Basis: t.word("art. 5(2) GDPR", "art. 5 ust. 2 RODO"), Until: until, Why: t.m.Requests.Because}}
}
