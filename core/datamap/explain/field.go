package explain

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/core/datamap"
)

func field(m *datamap.Map, f *datamap.Field) *Explanation {
	c := f.Collection
	e := begin(c.Address()+"."+f.Name, f.Pos)
	is(e, m, f)
	points(e, f)
	if len(f.Rules) > 0 {
		for _, r := range f.Rules {
			e.add("held for", rule(r, c, c), "")
		}
	} else {
		held(e, c)
	}
	a, named := c.Erase.Fields[f.Name]
	switch {
	case c.Erase.Mode == "anonymise" && named:
		e.add("on erasure", treatment(a), "")
	case c.Erase.Mode == "anonymise":
		e.add("on erasure", "NULL", "default")
	default:
		e.add("on erasure", c.Erase.Mode+", with its row", "from "+c.Name)
	}
	shown(e, m, f)
	e.add("portable", portable(f), said(f.Says("source"), "from system"))
	for _, code := range slices.Sorted(maps.Keys(f.Codes)) {
		e.add("codes", code+": "+f.Codes[code].In(m.Languages[0]), "")
	}
	if f.Unit != "" {
		e.add("unit", f.Unit, "")
	}
	from := "from category"
	if f.Identifier != nil && !f.Says("category") {
		from = "from identifier"
	}
	e.add("reads as", f.Label.In(m.Languages[0]), said(f.Says("label"), from))
	return e
}

func is(e *Explanation, m *datamap.Map, f *datamap.Field) {
	if f.Category != nil {
		text := f.Category.Name + ", " + f.Category.DPV
		if f.Category.Special {
			text += ", special category (art. 9)"
		}
		from := ""
		if !f.Says("category") {
			from = "from what it points at"
			if f.Identifier != nil {
				from = "from identifier"
			}
		}
		e.add("is", text, from)
	}
	if f.Identifier != nil {
		text := f.Identifier.Name + ", unique: one value, one person"
		if !f.Identifier.Unique {
			text = f.Identifier.Name + ", shared: never decides alone"
			if f.Collection.OnePerson {
				text = f.Identifier.Name + ", shared, but here one value is one person"
			}
		}
		e.add("names", text+"; compared as "+f.Identifier.NormaliserName(), "")
	}
	if f.CopyOf != nil {
		e.add("copy of", near(f.CopyOf, f.Collection)+" as "+f.As+"; recomputed", "")
	}
	if f.Counts != nil {
		e.add("counts", "rows over "+f.Counts.ID+"; recounted", "")
	}
	if f.Statement {
		e.add("takes", "supplementary statements (art. 16)", "")
	}
}

func points(e *Explanation, f *datamap.Field) {
	x := f.Edge
	switch {
	case x == nil:
	case x.To == nil:
		e.add("edge", "refers to "+x.Outside+", outside the map", "")
	default:
		text := fmt.Sprintf("%s %s.%s", strings.ReplaceAll(string(x.Kind), "_", " "), near(x.To, f.Collection), strings.Join(x.ToFields, ", "))
		e.add("edge", text, "")
		if x.Rights() {
			e.add("edge", "while it is kept, the owner keeps "+strings.Join(x.Needs, ", "), said(f.Says("needs"), "default"))
		} else {
			leave := map[string]string{"null": "becomes NULL", "keep": "stays", "delete": "takes the row along", "placeholder": "names the placeholder person"}[x.Leave]
			e.add("edge", "when that goes and this stays: "+leave, said(f.Says("leave"), "default"))
		}
	}
}

func shown(e *Explanation, m *datamap.Map, f *datamap.Field) {
	switch {
	case f.ThirdPerson != "":
		who := map[string]string{"other": "another person's", "source": "of who gave the data", "staff": "of staff"}[f.ThirdPerson]
		e.add("on access", "left out, "+who+", and said so", "")
	case f.FreeText == "review":
		e.add("on access", "a person looks at it first", "")
	case f.FreeText == "withhold":
		e.add("on access", "withheld", "")
	case f.Collection.DerivedFrom != nil:
		e.add("on access", "not shown: a copy", "from "+f.Collection.Name)
	default:
		e.add("on access", "shown", "default")
	}
}

func portable(f *datamap.Field) string {
	switch f.Source {
	case "provided", "observed":
		return "where the purpose rests on consent or contract: " + f.Source
	case "inferred", "derived":
		return "no: " + f.Source
	}
	return "no: from " + f.Source
}
