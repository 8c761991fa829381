package mysql

import (
	"context"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// Grants gives what the executor's account needs on the tables, and that it is told of every foreign key and trigger of their databases: the
// server tells only of tables on which an account may do something. What triggers of the application write to is the application's own affair: they
// write as whoever made them.
func (s *store) Grants(ctx context.Context, uses []connectors.Use) ([]string, error) {
	var out []string
	err := with(ctx, s.pool, func(l *line) error {
		v := s.view(ctx, l)
		_, account, err := v.login()
		if err != nil {
			return err
		}
		add := func(what, on string) {
			if text := "GRANT " + what + " ON " + on + " TO " + account; !slices.Contains(out, text) {
				out = append(out, text)
			}
		}
		for _, u := range uses {
			t, err := v.table(u.Collection)
			if err != nil {
				return err
			}
			add(strings.Join(rights(u), ", "), t.base().Table(dialect{}))
			if len(u.Verbs) > 0 {
				add(strings.Join(seeing, ", "), quote(t.schema)+".*")
			}
			if !u.Does(connectors.Block) && !u.Does(connectors.Release) {
				continue
			}
			from, err := v.referring(t)
			if err != nil {
				return err
			}
			for _, r := range append(t.away(), from...) { // what leads to restricted rows, and where they lead, is looked at
				if r.Table != t.base().Table(dialect{}) {
					add("SELECT", r.Table)
				}
			}
		}
		return nil
	})
	return out, err
}

// seeing are the rights by which an account is told of foreign keys and triggers.
var seeing = []string{"REFERENCES", "TRIGGER"}

// rights are those a use needs on its table. Rows are locked by whoever may change them.
func rights(u connectors.Use) []string {
	out := []string{"SELECT"}
	for _, x := range []struct {
		right string
		verbs []connectors.Verb
	}{
		{"INSERT", []connectors.Verb{connectors.Ensure, connectors.Block, connectors.Release}},
		{"UPDATE", []connectors.Verb{connectors.Set, connectors.Recount, connectors.Block, connectors.Release}},
		{"DELETE", []connectors.Verb{connectors.Delete, connectors.Block, connectors.Release}},
	} {
		if slices.ContainsFunc(x.verbs, u.Does) {
			out = append(out, x.right)
		}
	}
	return out
}

// sees is an error where the account may not be told of what refers to a table and of its triggers: a cascade nobody sees would take rows
// that are to be kept.
func (w *work) sees(t *table) error {
	var lacks []string
	for _, right := range seeing {
		has := false
		q := query{Args: []any{right, t.schema}, SQL: "SELECT 1 FROM information_schema.USER_PRIVILEGES WHERE PRIVILEGE_TYPE = " + placeholder(1) +
			" UNION ALL SELECT 1 FROM information_schema.SCHEMA_PRIVILEGES WHERE PRIVILEGE_TYPE = " + placeholder(1) + " AND " + placeholder(2) + " LIKE TABLE_SCHEMA"}
		err := w.line.each(w.ctx, "asking what the account may do", q, func([][]byte) error {
			has = true
			return nil
		})
		if err != nil {
			return err
		}
		if !has {
			lacks = append(lacks, right)
		}
	}
	if len(lacks) == 0 {
		return nil
	}
	return connectors.Diagnostics{{Severity: connectors.Error, Path: t.Name, Summary: "the account is not told of every foreign key and trigger around table " + t.Name + ", so that its rows cannot be moved safely",
		Detail: "grant it " + strings.Join(lacks, " and ") + " on the database; `dossier connector grants SYSTEM --print` lists it"}}
}

var _ connectors.Granter = (*store)(nil)
