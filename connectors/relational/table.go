package relational

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// Table is the arm's table as SQL.
func (a Arm) Table(d Dialect) string {
	if a.Schema == "" {
		return d.Quote(a.From)
	}
	return d.Quote(a.Schema) + "." + d.Quote(a.From)
}

// Same writes that columns under one alias hold what those under another hold.
func Same(d Dialect, left []string, a string, right []string, b string) string {
	parts := make([]string, len(left))
	for i := range left {
		parts[i] = a + "." + d.Quote(left[i]) + " = " + b + "." + d.Quote(right[i])
	}
	return strings.Join(parts, " AND ")
}

// Column finds a column by name: the one of exactly this name, or else one that differs in the case of letters.
func (t *Table) Column(name string) (Column, error) {
	for _, c := range t.Columns {
		if c.Name == name {
			return c, nil
		}
	}
	for _, c := range t.Columns {
		if strings.EqualFold(c.Name, name) {
			return c, nil
		}
	}
	return Column{}, connectors.Diagnostics{{
		Severity: connectors.Error,
		Path:     t.Name + "." + name,
		Summary:  fmt.Sprintf("table %s has no column %s", t.Name, name),
		Detail:   "the map names a field the store does not have; `manifest check --live` lists them all",
	}}
}

func (t *Table) columns(names []string) ([]Column, error) {
	out := make([]Column, len(names))
	for i, n := range names {
		c, err := t.Column(n)
		if err != nil {
			return nil, err
		}
		out[i] = c
	}
	return out, nil
}

// names says whether no two rows of t agree in fields.
func (t *Table) names(fields []string) bool {
	return slices.ContainsFunc(t.Unique, func(key []string) bool {
		return !slices.ContainsFunc(key, func(k string) bool {
			return !slices.ContainsFunc(fields, func(f string) bool { return strings.EqualFold(f, k) })
		})
	})
}

// held says whether rows of t stand in more than one place.
func (t *Table) held() bool { return len(t.Arms) > 1 }
