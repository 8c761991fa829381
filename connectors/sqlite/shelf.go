package sqlite

import (
	"database/sql/driver"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational"
)

// shelf is one place where rows of a table stand: the table itself, or what Block took from it.
type shelf struct {
	*table
	arm relational.Arm
}

// base is where applications see the rows.
func (t *table) base() shelf { return shelf{t, t.Arms[0]} }

// ids are the columns that name a row, under an alias.
func (s shelf) ids(alias string) []string {
	out := make([]string, len(s.arm.Identity))
	for i, n := range s.arm.Identity {
		out[i] = alias + "." + dialect{}.Quote(n)
	}
	return out
}

// named are the same columns as a query gives them.
func (s shelf) named(alias string) []string { return stored(s.ids(alias)) }

// as is the shelf's table under an alias.
func (s shelf) as(alias string) string { return dialect{}.Quote(s.arm.From) + " AS " + alias }

// chosen is a condition that picks rows by what names them, all in one parameter, the first.
func (s shelf) chosen(alias string, rows []target) (string, any, error) {
	tuples := make([]connectors.Tuple, len(rows))
	for i, r := range rows {
		tuples[i].Values = r.id
	}
	array, kinds, err := dialect{}.array(make([]relational.Column, len(s.arm.Identity)), tuples, false)
	if err != nil {
		return "", nil, err
	}
	cols := make([]string, len(kinds))
	for i, k := range kinds {
		cols[i] = k.read(i+1, relational.Column{})
	}
	return "(" + strings.Join(s.ids(alias), ", ") + ") IN (SELECT " + strings.Join(cols, ", ") + " FROM json_each(?1))", array, nil
}

// touches says whether one of the assigned fields is part of what names a row.
func (s shelf) touches(assign []connectors.Assign) bool {
	for _, a := range assign {
		if !s.arm.Held && strings.EqualFold(a.Field, s.alias) {
			return true
		}
		for _, n := range s.arm.Identity {
			if strings.EqualFold(a.Field, n) {
				return true
			}
		}
	}
	return false
}

// each calls f for the rows of each shelf, those in the table itself first.
func (t *table) each(rows []target, f func(shelf, []target) error) error {
	for _, arm := range t.Arms {
		var here []target
		for _, r := range rows {
			if r.held == arm.Held {
				here = append(here, r)
			}
		}
		if len(here) == 0 {
			continue
		}
		if err := f(shelf{t, arm}, here); err != nil {
			return err
		}
	}
	return nil
}

// present are the names of those rows that are there now.
func (w *work) present(s shelf, rows []target) (map[any]bool, error) {
	where, arg, err := s.chosen("u", rows)
	if err != nil {
		return nil, err
	}
	return w.names(s, relational.Query{SQL: "SELECT " + strings.Join(s.named("u"), ", ") + " FROM " + s.as("u") + " WHERE " + where, Args: []any{arg}})
}

// names runs a statement that gives what names rows of a shelf.
func (w *work) names(s shelf, q relational.Query) (map[any]bool, error) {
	out := map[any]bool{}
	err := w.view.each(w.ctx, q, func(row []driver.Value) error {
		out[nameOf(s.arm.Held, values(row))] = true
		return nil
	})
	return out, err
}

// values are those of a row of the driver's, which is its own only until the next.
func values(row []driver.Value) []any {
	out := make([]any, len(row))
	for i, v := range row {
		out[i] = v
	}
	return out
}
