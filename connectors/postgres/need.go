package postgres

import (
	"slices"
	"strings"

	"github.com/dossier-dsr/dossier/connectors"
)

// need is one privilege on one object.
type need struct {
	privilege string   // SELECT, INSERT, UPDATE, DELETE; USAGE of a schema
	on        string   // the table or schema, as SQL
	columns   []string // of a table; nil: all
}

// on says what it is a privilege on, as GRANT does.
func (n need) text(login string) string {
	out := "GRANT " + n.privilege
	if n.privilege == "USAGE" {
		return out + " ON SCHEMA " + n.on + " TO " + quote(login)
	}
	if len(n.columns) > 0 {
		out += " (" + strings.Join(quoted(n.columns), ", ") + ")"
	}
	return out + " ON " + n.on + " TO " + quote(login)
}

// needs gathers privileges, each once.
type needs []need

// add adds columns to what is needed of a table; no columns are all of them.
func (l *needs) add(privilege, on string, columns ...string) {
	for i, n := range *l {
		if n.privilege != privilege || n.on != on {
			continue
		}
		switch {
		case len(n.columns) == 0:
		case len(columns) == 0:
			(*l)[i].columns = nil
		default:
			add(&(*l)[i].columns, columns...)
		}
		return
	}
	*l = append(*l, need{privilege, on, slices.Clone(columns)})
}

// of gathers what a use needs. To lock a row the database asks for UPDATE of one of its columns at least; a row without a key is named by where it stands, which
// only who reads the whole table may know. To block a row is to copy it whole, and to look at what refers to it and what it refers to.
// What triggers of the application write to is the application's own affair: they write as whoever changes the row.
func (v *view) of(u connectors.Use, l *needs) error {
	t, err := v.table(u.Collection)
	if err != nil {
		return err
	}
	base := t.base().Table(dialect{})
	l.add("USAGE", quote(t.schema))
	reads, err := t.physical(u.Reads)
	if err != nil {
		return err
	}
	writes, err := t.physical(u.Writes)
	if err != nil {
		return err
	}
	if u.Does(connectors.Set) || u.Does(connectors.Recount) {
		add(&reads, writes...) // what stands there is compared
	}
	if add(&reads, t.base().Identity...); !t.named {
		reads = nil
	}
	l.add("SELECT", base, reads...)
	if len(u.Verbs) == 0 {
		return nil
	}
	if u.Does(connectors.Delete) {
		l.add("DELETE", base)
	}
	switch {
	case u.Does(connectors.Set) || u.Does(connectors.Recount):
		l.add("UPDATE", base, writes...)
	case u.Does(connectors.Delete):
		l.add("UPDATE", base, t.lockable())
	}
	if u.Does(connectors.Ensure) {
		l.add("INSERT", base, writes...)
	}
	if u.Does(connectors.Block) || u.Does(connectors.Release) {
		return v.blocks(t, u.Method, l)
	}
	return nil
}

// blocks gathers what blocking rows of a table needs.
func (v *view) blocks(t *table, method string, l *needs) error {
	base := t.base().Table(dialect{})
	if method == methodPolicies { // the rows stay as they are, and are locked meanwhile
		l.add("UPDATE", base, t.lockable())
		return nil
	}
	for _, p := range []string{"SELECT", "INSERT", "UPDATE", "DELETE"} {
		l.add(p, base)
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
		l.add("SELECT", r.Table, r.To...)
	}
	for _, r := range from {
		l.add("SELECT", r.Table, r.From...)
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

// physical are the columns of fields, in the catalog's spelling.
func (t *table) physical(fields []string) ([]string, error) {
	var out []string
	for _, f := range fields {
		c, err := t.Column(f)
		if err != nil {
			return nil, err
		}
		add(&out, c.Name)
	}
	return out, nil
}
