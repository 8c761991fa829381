package mysql

import (
	"context"
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational/needs"
)

// Grants gives what the executor's account needs for these uses and no more: columns where columns will do. Who changes rows is told of every foreign key and
// trigger of their database too: the server tells only of tables on which an account may do something, and a cascade nobody sees would take
// rows that are to be kept. What triggers of the application write to is the application's own affair: they write as whoever made them.
func (s *store) Grants(ctx context.Context, uses []connectors.Use) ([]string, error) {
	var out []string
	err := with(ctx, s.pool, func(l *line) error {
		v := s.view(ctx, l)
		_, account, err := v.login()
		if err != nil {
			return err
		}
		var all needs.Needs
		for _, u := range uses {
			if err := v.of(u, &all); err != nil {
				return err
			}
		}
		for _, n := range all {
			out = append(out, "GRANT "+n.Words(quote)+" ON "+n.On+" TO "+account)
		}
		return nil
	})
	return out, err
}

// seeing are the rights by which an account is told of foreign keys and triggers.
var seeing = []string{"REFERENCES", "TRIGGER"}

// everywhere is all of a database, as it is granted on: there a name is a pattern.
func everywhere(schema string) string {
	return quote(strings.NewReplacer(`_`, `\_`, `%`, `\%`).Replace(schema)) + ".*"
}

// of gathers what a use needs. Rows are locked by whoever may change or delete them. To block a row is to copy it whole, and to look at what
// refers to it and what it refers to.
func (v *view) of(u connectors.Use, l *needs.Needs) error {
	t, err := v.table(u.Collection)
	if err != nil {
		return err
	}
	base := t.base().Table(dialect{})
	if len(u.Verbs) > 0 {
		for _, right := range seeing {
			l.Add(right, everywhere(t.schema))
		}
	}
	if u.Does(connectors.Delete) {
		if err := v.unhooking(t, base, l); err != nil {
			return err
		}
	}
	if err := l.Of(u, needs.Table{Table: &t.Table, On: base}); err != nil || !u.Does(connectors.Block) && !u.Does(connectors.Release) {
		return err
	}
	for _, p := range []string{"SELECT", "INSERT", "UPDATE", "DELETE"} {
		l.Add(p, base)
	}
	from, err := v.referring(t)
	for _, r := range from {
		l.Add("SELECT", r.Table, r.From...)
	}
	for _, r := range t.away() {
		l.Add("SELECT", r.Table, r.To...)
	}
	return err
}

// unhooking gathers what it needs to delete rows that refer to each other in a circle: references that may be NULL are emptied first.
func (v *view) unhooking(t *table, base string, l *needs.Needs) error {
	for _, r := range t.refs {
		back, err := v.leads(r, t.address(), map[string]bool{})
		if err != nil {
			return err
		}
		if !back {
			continue
		}
		l.Add("SELECT", base, slices.Concat(r.from, t.base().Identity)...)
		if c := t.loose(r); c != "" {
			l.Add("UPDATE", base, c)
		}
	}
	return nil
}

// leads says whether a reference leads, over others, to a table.
func (v *view) leads(r reference, address string, seen map[string]bool) (bool, error) {
	at := r.toSchema + "." + r.toTable
	if at == address || seen[at] {
		return at == address, nil
	}
	seen[at] = true
	next, err := v.references("k.TABLE_SCHEMA = "+placeholder(1)+" AND k.TABLE_NAME = "+placeholder(2), r.toSchema, r.toTable)
	for _, n := range next {
		if back, err := v.leads(n, address, seen); back || err != nil {
			return back, err
		}
	}
	return false, err
}

// sees is an error where the account may not be told of what refers to a table and of its triggers.
func (w *work) sees(t *table) error {
	lacks, err := w.store.unseen.Table(t.schema, func() ([]string, error) { return w.unseen(t.schema) })
	if err != nil || len(lacks) == 0 {
		return err
	}
	right := strings.Join(lacks, ", ")
	return connectors.Diagnostics{{Severity: connectors.Error, Path: t.schema, Summary: "the account lacks " + right + " on " + t.schema +
		", by which it is told of every foreign key and trigger there: what it changed could change more",
		Detail: "GRANT " + right + " ON " + everywhere(t.schema) + "; `dossier connector grants SYSTEM` prints all it needs"}}
}

// unseen are those rights the account has not in a database.
func (w *work) unseen(schema string) ([]string, error) {
	has := map[string]bool{}
	q := query{Args: []any{schema}, SQL: "SELECT PRIVILEGE_TYPE FROM information_schema.USER_PRIVILEGES UNION SELECT PRIVILEGE_TYPE FROM information_schema.SCHEMA_PRIVILEGES WHERE " + placeholder(1) + " LIKE TABLE_SCHEMA"}
	err := w.line.each(w.ctx, "asking what the account may do", q, func(r [][]byte) error {
		has[string(r[0])] = true
		return nil
	})
	var out []string
	for _, right := range seeing {
		if !has[right] {
			out = append(out, right)
		}
	}
	return out, err
}

var _ connectors.Granter = (*store)(nil)
