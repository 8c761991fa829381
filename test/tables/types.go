package tables

import (
	"errors"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// Types is a table v with a column of every kind of type, of key book and no: row 1 holds everything, row 2 nothing but its key.
type Types struct {
	Holds     connectors.Row // what row 1 holds
	Unequal   []string       // columns of types that know no equality of their own
	Alike     []string       // columns in which both rows hold the same
	Given     []string       // columns nobody may set
	Cannot    map[string]any // what a column cannot hold
	Forbidden map[string]any // what a rule of the database keeps out of it
}

// ReadsEveryType reads and finds each value, and no other.
func (h *House) ReadsEveryType(v Types) {
	h.Helper()
	c := Coll("v", "book", "no")
	for field, value := range v.Holds {
		sel := By(c, "no", "1")
		sel.Fields = []string{field}
		err := connectors.Each(h.Context(), h.Store, sel, func(_ int, got []any) error {
			if !connectors.Same(got[0], value) {
				h.Errorf("%s is %v (%T), want %v (%T)", field, got[0], got[0], value, value)
			}
			return nil
		})
		if err != nil {
			h.Errorf("%s: %v", field, err)
		}
		if slices.Contains(v.Unequal, field) {
			continue
		}
		if got := h.Located(By(c, field, value)); len(got) != 1 && !slices.Contains(v.Alike, field) {
			h.Errorf("rows with the %s of the first: %v", field, got)
		}
		sel = By(c, "no", int64(1))
		sel.Where = []connectors.Cond{connectors.InValues(field, value)}
		if got := h.Located(sel); len(got) != 1 {
			h.Errorf("rows of which the %s is that of the first: %v", field, got)
		}
	}
}

// EveryType reads, finds and sets each value, and no other.
func (h *House) EveryType(v Types) {
	h.Helper()
	h.ReadsEveryType(v)
	c := Coll("v", "book", "no")
	second := By(c, "no", int64(2))
	for field, value := range v.Holds {
		if slices.Contains(v.Given, field) {
			continue
		}
		if _, err := h.Apply(Set(second, connectors.Assign{Field: field, To: value})); err != nil {
			h.Errorf("setting %s: %v", field, err)
			continue
		}
		out, err := h.Apply(Set(second, connectors.Assign{Field: field, From: []any{"neither"}, To: value}))
		if err != nil || out[0].Already != 1 {
			h.Errorf("setting %s again: %+v, %v", field, out, err)
		}
	}
	for field, value := range v.Cannot {
		if got := h.Located(By(c, field, value)); len(got) != 0 {
			h.Errorf("rows with %s %v: %v", field, value, got)
		}
		if _, err := h.Apply(Set(second, connectors.Assign{Field: field, To: value})); !errors.Is(err, connectors.ErrConflict) {
			h.Errorf("setting %s to what it cannot hold: %v", field, err)
		}
	}
	for field, value := range v.Forbidden {
		if _, err := h.Apply(Set(second, connectors.Assign{Field: field, To: value})); err == nil || strings.Contains(err.Error(), "Secret") {
			h.Errorf("setting %s to what a rule of the database forbids: %v", field, err)
		}
	}
}
