package engine

import (
	"slices"
	"strings"
	"time"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/core/archive"
	"github.com/dossier-dsr/dossier/core/datamap"
	"github.com/dossier-dsr/dossier/core/plan"
	"github.com/dossier-dsr/dossier/core/planner"
	"github.com/dossier-dsr/dossier/core/request"
)

// teller puts the map's labels where the subject reads them.
type teller struct {
	m     *datamap.Map
	lang  string
	right request.Right
	due   string // 2006-01-02: when the answer is owed
}

func (t teller) in(l datamap.Label) string { return l.In(t.lang, t.m.Languages...) }

// table is what the subject is told of a collection.
func (t teller) table(c *datamap.Collection, x planner.Export) archive.TableInfo {
	info := archive.TableInfo{System: t.in(c.System.Label), Label: t.in(c.Label)}
	if x.Only != nil {
		info.Label += " – " + t.word("persons you may act for", "osoby, w których imieniu Pani/Pan działa")
		info.Description = t.word("Other persons' records: only the fields you may see.", "Dane innych osób: tylko te pola, które wolno Pani/Panu zobaczyć.")
	}
	met := map[string]int{}
	for _, name := range x.Selection.Fields {
		f := t.field(c, name)
		met[f.Title]++
		info.Fields = append(info.Fields, f)
	}
	for i, f := range info.Fields { // one title, one column
		if met[f.Title] > 1 && f.Type != archive.Document {
			info.Fields[i].Title += " (" + plainName(f.Name) + ")"
		}
	}
	return info
}

func (t teller) field(c *datamap.Collection, name string) archive.Field {
	if name == connectors.DocumentField {
		f := archive.Field{Name: "document", Title: t.word("Document", "Dokument"), Type: archive.Document}
		t.from(&f, c.System.Portable)
		return t.categorised(f, c.Document)
	}
	f := c.Field(name)
	if f == nil {
		return archive.Field{Name: name, Title: plainName(name)}
	}
	out := archive.Field{Name: name, Title: t.in(f.Label), Unit: f.Unit, Codes: t.codes(f)}
	if dated(f) {
		out.Type = archive.Date
	}
	if f.Edge == nil || f.Category != nil {
		t.from(&out, f.Source)
	} else if !slices.Contains(f.Said, "label") { // a number that only says which rows belong together comes from nobody
		out.Title = t.word("Internal number", "Numer wewnętrzny") + ": " + out.Title
	}
	out = t.categorised(out, f.Category)
	if out.Title == "" {
		out.Title = out.CategoryTag
	}
	if out.Title == "" {
		out.Title = plainName(name)
	}
	return out
}

// dated says whether the map knows f for a day: by its category, or because something is counted from it. What its values
// really are decides in the end.
func dated(f *datamap.Field) bool {
	if f.Category != nil && (strings.HasSuffix(f.Category.Name, "date") || strings.HasSuffix(f.Category.Name, "dates")) {
		return true
	}
	c := f.Collection
	if c.Discloses != nil && c.Discloses.On == f.Name {
		return true
	}
	for _, r := range slices.Concat(c.Rules, f.Rules) {
		if slices.Contains(r.Or, f.Name) {
			return true
		}
		for _, ref := range []*datamap.DateRef{r.Since, r.Until} {
			if ref != nil && ref.Of == nil && ref.Over == nil && ref.Field == f.Name {
				return true
			}
		}
	}
	return slices.ContainsFunc(slices.Concat(c.Edges, c.Inward, c.Onward), func(e *datamap.Edge) bool {
		d := e.During
		return d != nil && (e.From == c && d.Date == f.Name || e.To == c && (d.From == f.Name || d.To == f.Name))
	})
}

// plainName is the name of a field as words.
func plainName(name string) string { return strings.ReplaceAll(name, "_", " ") }

// from says where a field's values came from: a kind of source, or a source the map names.
func (t teller) from(f *archive.Field, source string) {
	f.Source = source
	if s := t.m.Sources[source]; s != nil {
		f.Source, f.SourceLabel = "", t.in(s.Label)
	}
}

// codes explain the values of a field. A recipient in a disclosure log is a code too: the name people know is beside it.
func (t teller) codes(f *datamap.Field) map[string]string {
	out := map[string]string{}
	if d := f.Collection.Discloses; d != nil && d.To == f.Name {
		for _, r := range t.m.Recipients {
			if r.Title != "" && r.Title != r.Name && r.NotOne == "" {
				out[r.Name] = r.Title
			}
		}
	}
	for code, label := range f.Codes {
		out[code] = t.in(label)
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func (t teller) categorised(f archive.Field, c *datamap.Category) archive.Field {
	if c != nil {
		f.Category, f.CategoryTag, f.DPV, f.Special = c.Name, t.in(c.Label), c.DPV, c.Special
	}
	return f
}

// leftOut says what the package does not hold of a collection, and whose interest it is. What a person looks at first has
// an answer by the day the whole request has.
func (t teller) leftOut(c *datamap.Collection, name, why string, values int64) archive.LeftOut {
	what := t.in(c.Label) + ": " + t.field(c, name).Title
	if why == plan.OtherController {
		return archive.AnsweredBy(t.lang, t.right, t.who(planner.Answering(c, name)...), what, values)
	}
	l := archive.Omission(t.lang, t.right, why, what, values)
	if why == plan.NeedsReview {
		l.Later = t.due
	}
	return l
}

// who names controllers, each with how to reach them.
func (t teller) who(list ...*datamap.Controller) string {
	var out []string
	for _, c := range list {
		at := c.Contact.Email
		for _, more := range []string{c.Contact.Phone, c.Contact.Address} {
			if at == "" {
				at = more
			}
		}
		out = append(out, strings.TrimSuffix(c.Name+", "+at, ", "))
	}
	return strings.Join(out, "; ")
}

// dueDay is the day the answer is owed; zero where it is not known.
func (t teller) dueDay() time.Time {
	at, err := time.ParseInLocation(time.DateOnly, t.due, t.m.Zone)
	if err != nil {
		return time.Time{}
	}
	return at
}

func (t teller) word(en, pl string) string {
	if t.lang == "pl" {
		return pl
	}
	return en
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
