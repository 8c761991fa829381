package access

import (
	"slices"
	"testing"

	"github.com/dossier-dsr/dossier/manifests/cooperative/sample"
)

// TestPortability holds what the person provided or what was observed of them, by consent or contract, and nothing else: the
// fields are chosen here by hand (art. 20(1)), from what the cooperative holds them for.
func TestPortability(t *testing.T) {
	h := newHouse(t, sample.Options{}, nil)
	for name, who := range map[string]sample.Person{"demo": h.Persons.Demo, "prolific": h.Persons.Prolific, "represented": h.Persons.Represented, "heavy": h.Persons.Heavy} {
		t.Run(name, func(t *testing.T) {
			pack := h.fetch(t, "portability", "2026-20-"+name, func(r map[string]any) { about(r, who) })
			o := h.oracle(t, who)
			all := o.access()
			want := map[string]expected{
				"Członkowie":               o.query(o.reg, "disability", "members WHERE id = ?", who.ID), // consent; the rest is a legal duty, or inferred
				"Umowy o lokal":            all["Umowy o lokal"].only("lease_no", "flat_no", "started_on", "ended_on"),
				"Udział w umowach o lokal": all["Udział w umowach o lokal"],
				"Odczyty liczników":        all["Odczyty liczników"],
				"Lista biuletynu":          all["Lista biuletynu"],
				"Petycje":                  all["Petycje"],
			}
			pack.compare(t, want)
			pack.nobodyElse(t, o)
			pack.tellsNothingOfSystems(t, h)
			if pack.files["article15.json"] != nil || len(pack.index.Files) != 0 {
				t.Error("a portable copy holds what belongs to an access")
			}
		})
	}
}

// only is e with some of its columns.
func (e expected) only(columns ...string) expected {
	out := expected{columns: columns}
	for _, row := range e.rows {
		var cells []cell
		for _, c := range columns {
			cells = append(cells, row[slices.Index(e.columns, c)])
		}
		out.rows = append(out.rows, cells)
	}
	return out
}
