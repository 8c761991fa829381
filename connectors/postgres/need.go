package postgres

import (
	"github.com/dossier-dsr/dossier/connectors"
	"github.com/dossier-dsr/dossier/connectors/relational/needs"
)

// granting is the statement that grants a need.
func granting(n needs.Need, login string) string {
	if n.Privilege == "USAGE" {
		return "GRANT USAGE ON SCHEMA " + n.On + " TO " + quote(login)
	}
	return "GRANT " + n.Words(quote) + " ON " + n.On + " TO " + quote(login)
}

// of gathers what a use needs. To lock a row the database asks for UPDATE of one of its columns at least; a row without a key is named by where it stands, which
// only who reads the whole table may know. To block a row is to copy it whole, and to look at what refers to it and what it refers to.
// What triggers of the application write to is the application's own affair: they write as whoever changes the row.
func (v *view) of(u connectors.Use, l *needs.Needs) error {
	t, err := v.table(u.Collection)
	if err != nil {
		return err
	}
	l.Add("USAGE", quote(t.schema))
	err = l.Of(u, needs.Table{Table: &t.Table, On: t.base().Table(dialect{}), Unnamed: !t.named, Lock: t.lockable()})
	if err == nil && (u.Does(connectors.Block) || u.Does(connectors.Release)) {
		return v.blocks(t, u.Method, l)
	}
	return err
}

// blocks gathers what blocking rows of a table needs.
func (v *view) blocks(t *table, method string, l *needs.Needs) error {
	base := t.base().Table(dialect{})
	if method == methodPolicies { // the rows stay as they are, and are locked meanwhile
		l.Lock(base, t.lockable())
		return nil
	}
	for _, p := range []string{"SELECT", "INSERT", "UPDATE", "DELETE"} {
		l.Add(p, base)
	}
	w := &work{ctx: v.ctx, line: v.line}
	to, err := w.pointing(t)
	if err != nil {
		return err
	}
	from, err := w.referring(t)
	if err != nil {
		return err
	}
	for _, r := range to {
		l.Add("SELECT", r.Table, r.To...)
	}
	for _, r := range from {
		l.Add("SELECT", r.Table, r.From...)
	}
	return nil
}

// lockable is a column whose UPDATE lets rows be locked: the first of what names them, or the first there is.
func (t *table) lockable() string {
	if t.named {
		return t.base().Identity[0]
	}
	return t.stored()[0].Name
}
